"""What the pages say besides what the program says of itself, in the languages they are in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_DOCS = Path(__file__).parents[2] / "docs/cli.md"
_SIMULATED = "~/.local/share/twincard"
_VARIABLES = "LANGUAGE, LC_ALL, LC_MESSAGES, LANG"


@dataclass(frozen=True)
class Words:
    """The words of one language; `headings` by those of English pages."""

    language: str
    headings: Mapping[str, str]
    help: str
    default: str
    limits: str
    required: str
    repeated: str
    variable: str
    exit_codes: Mapping[int, str]
    environment: Mapping[str, str]
    files: Mapping[str, str]
    joint: str = " "
    """What is between sentences."""


def _documented() -> dict[int, str]:
    """The exit codes as docs/cli.md has them; a test holds that to the program."""
    page = _DOCS.read_text(encoding="utf-8")
    found = re.findall(r"^\| (\d+) \| `\w+` \| (.*) \|$", page, re.MULTILINE)
    return {int(code): _sentence(meaning[0].upper() + meaning[1:]) for code, meaning in found}


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


ENGLISH = Words(
    language="en",
    headings={},
    help="Show this message and exit.",
    default="The default is {value}.",
    limits="It is from {least} to {most}.",
    required="It must be given.",
    repeated="It may be given several times.",
    variable="The variable {name} stands for it.",
    exit_codes=_documented(),
    environment={
        "TWINCARD_HOME": "The folder of simulated cards, in place of the one below.",
        "TWINCARD_ISSUER": "File with the issuer's public key: as `--issuer-public-key`.",
        "TWINCARD_JAVA": "The Java program that runs simulated cards.",
        "TWINCARD_DEBUG": "With 1, a fault of twincard itself is told with its place.",
        "TWINCARD_LANGUAGE": "The language of messages, ja or en, before all that follows.",
        _VARIABLES: "The language of messages.",
        "NO_COLOR": "Where this is set, nothing is coloured.",
    },
    files={
        _SIMULATED: "Simulated cards, and beside each its transport key. On macOS it is "
        "~/Library/Application Support/twincard, on Windows %LOCALAPPDATA%\\twincard.",
    },
)
JAPANESE = Words(
    language="ja",
    headings={
        "NAME": "名前",
        "SYNOPSIS": "書式",
        "DESCRIPTION": "説明",
        "COMMANDS": "コマンド",
        "OPTIONS": "オプション",
        "EXIT STATUS": "終了ステータス",
        "ENVIRONMENT": "環境変数",
        "FILES": "ファイル",
        "EXAMPLES": "例",
        "SEE ALSO": "関連項目",
    },
    help="このヘルプを表示して終了します。",
    default="既定値は {value} です。",
    limits="{least} 以上 {most} 以下です。",
    required="必須です。",
    repeated="繰り返し指定できます。",
    variable="環境変数 {name} でも指定できます。",
    exit_codes={
        0: "正常に終了しました。",
        1: "twincard 自体の不具合です。TWINCARD_DEBUG=1 で発生箇所が表示されます。",
        2: "オプション、指定したファイルの内容、または入力が正しくありません。"
        "または、出力先がすでにあり、`--force` が指定されていません。",
        3: "カードやリーダーがない、途中で外れた、応答が途中で改変された、"
        "または接続に必要なものがインストールされていません。",
        4: "ほかのプログラムがカードを使用しています。",
        5: "PIN、PUK、またはトランスポート鍵が違います。残りの回数が表示されます。",
        6: "PIN または PUK がロックされています。",
        7: "カード、または 2 枚のカードの状態では実行できません。",
        8: "ファイルの読み書き、暗号化、復号、または移行に失敗しました。"
        "同時に処理したほかのファイルは成功していることがあります。",
        9: "検査に合格しませんでした。",
        10: "サーバーに接続できない、またはその証明書が信頼されていません。何も送信していません。",
        11: "サーバーの応答の前に接続が切れたため、サーバーが受け取ったかどうか分かりません。",
        129: "端末が閉じられました (SIGHUP)。Ctrl-C の場合と同じく、未完成のものは削除されました。",
        130: "Ctrl-C で中断されました。",
        143: "終了を要求されました (SIGTERM)。"
        "Ctrl-C の場合と同じく、未完成のものは削除されました。",
    },
    environment={
        "TWINCARD_HOME": "シミュレーションカードのフォルダー。",
        "TWINCARD_ISSUER": "発行者の公開鍵のファイル。`--issuer-public-key` と同じです。",
        "TWINCARD_JAVA": "シミュレーションカードを動かす Java プログラム。",
        "TWINCARD_DEBUG": "1 にすると、twincard 自体の不具合の発生箇所を表示します。",
        "TWINCARD_LANGUAGE": "メッセージの言語 (ja または en)。次の変数より優先されます。",
        _VARIABLES: "メッセージの言語。",
        "NO_COLOR": "設定すると、色を使いません。",
    },
    files={
        _SIMULATED: "シミュレーションカードとそのトランスポート鍵。macOS では "
        "~/Library/Application Support/twincard、Windows では %LOCALAPPDATA%\\twincard です。",
    },
    joint="",
)
