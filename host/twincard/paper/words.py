"""The text of mailers in English and Japanese, in plain words for people outside the trade."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Language(Enum):
    """A language that mailers are printed in."""

    ENGLISH = "en"
    JAPANESE = "ja"


@dataclass(frozen=True)
class Words:
    """The sentences of a mailer; `mailers` fills in the braces."""

    component: str
    component_subtitle: str
    share: str
    share_subtitle: str
    group: str
    date: str
    kcv: str
    holder: str
    received: str
    warning: str
    component_heading: str
    share_heading: str
    code: str
    folds: tuple[str, str]
    component_instructions: tuple[str, ...]
    share_instructions: tuple[str, ...]
    break_anywhere: bool


_ENGLISH = Words(
    component="Key component {number} of {size}",
    component_subtitle="For one holder only, who types it alone",
    share="Share {index} of {count}",
    share_subtitle="Of key component {number} of {size}; any {threshold} shares restore it",
    group="Key group",
    date="Printed on",
    kcv="Key check value (KCV)",
    holder="Holder",
    received="Date received, signature",
    warning="The secret is inside. Only the holder may open this sheet.",
    component_heading="The component: 16 groups. Each ends with a check digit.",
    share_heading="The share: {words} words. Type them in this order.",
    code="The same as a file. Scan it only at the ceremony.",
    folds=("Second fold: back, behind the cover", "First fold: up, over the secret"),
    component_instructions=(
        "This is one of {size} components of a key. Once all {size} are typed, each by its own "
        "holder, a smart card can copy its key to one backup card. A single component opens "
        "nothing; if one is missing, nothing works.",
        "1. When it is your turn, be alone at the keyboard. Type the 16 groups one after the "
        "other, including the check digits, in capital or small letters. Nothing is shown as you "
        "type.",
        "2. The computer reports a typing error at once. Type only that group again.",
        "3. At the end the computer shows a key check value. Answer y only if it is the same as "
        "on the cover of this sheet.",
        "4. Fold the sheet again, put it into a tamper-evident envelope, and keep it where only "
        "you can reach it.",
        "Never copy, photograph or send this sheet. If it is lost, or somebody else has seen it, "
        "report it at once: a new key group must then be made.",
    ),
    share_instructions=(
        "This is one of {count} shares of a component of a key. Any {threshold} of them restore "
        "the component; fewer reveal nothing about it.",
        "1. When you are asked for your share, be alone at the keyboard. Type the words in order; "
        "the first four letters of a word are enough. Nothing is shown as you type.",
        "2. The computer reports an unknown word, or a share with a wrong word, at once.",
        "3. Fold the sheet again, put it into a tamper-evident envelope, and keep it where only "
        "you can reach it.",
        "Never copy, photograph or send this sheet. If it is lost, report it: while {threshold} "
        "shares are left, the component can be split into new shares.",
    ),
    break_anywhere=False,
)

_JAPANESE = Words(
    component="鍵の構成要素 {number} / {size}",
    component_subtitle="保管者ご本人専用です。入力できるのはご本人だけです",
    share="分割片 {index} / {count}",
    share_subtitle="鍵の構成要素 {number} / {size} の分割片。{threshold} 枚で復元できます",
    group="鍵グループ",
    date="印刷日",
    kcv="鍵確認値 (KCV)",
    holder="保管者",
    received="受領日・署名",
    warning="秘密は内側にあります。保管者ご本人だけが開いてください。",
    component_heading="構成要素: 16 組。各組の最後の 1 文字は検査文字です。",
    share_heading="分割片: {words} 語。この順に入力します。",
    code="ファイルと同じ内容。鍵の儀式でのみ読み取る",
    folds=(
        "二番目の折り: 表紙の裏へ、後ろ向きに折る",
        "最初の折り: 下の部分を上へ折り、秘密を覆う",
    ),
    component_instructions=(
        "これは、ひとつの鍵の {size} 個の構成要素のうちの 1 個です。{size} 個すべてが、"
        "それぞれの保管者によって入力されると、IC カードの鍵を 1 枚の予備カードに複製できます。"
        "1 個だけでは何も開けられず、1 個でも欠けると何もできません。",
        "1. 順番が来たら、ひとりでキーボードの前に座り、16 組を順に、検査文字も含めて"
        "入力してください。大文字でも小文字でもかまいません。入力した文字は表示されません。",
        "2. 打ち間違いがあると、すぐに表示されます。その組だけを入力し直してください。",
        "3. 最後に鍵確認値が表示されます。表紙の値と同じときだけ y と答えてください。",
        "4. 元どおりに折り、開封の跡が残る封筒に入れ、ご本人だけが取り出せる場所に"
        "保管してください。",
        "複写・撮影・送信をしないでください。紛失したときや人に見られたときは、すぐに"
        "連絡してください。鍵グループを作り直す必要があります。",
    ),
    share_instructions=(
        "これは、鍵の構成要素を分けた {count} 枚の分割片のうちの 1 枚です。どの {threshold} 枚"
        "でも構成要素を復元できます。それより少なければ何もわかりません。",
        "1. 求められたら、ひとりでキーボードの前に座り、語を順に入力してください。各語の最初の "
        "4 文字で足ります。入力した文字は表示されません。",
        "2. 存在しない語や、語に誤りのある分割片を入力すると、すぐに表示されます。",
        "3. 元どおりに折り、開封の跡が残る封筒に入れ、ご本人だけが取り出せる場所に"
        "保管してください。",
        "複写・撮影・送信をしないでください。紛失したときは連絡してください。{threshold} 枚"
        "残っていれば、構成要素を分け直せます。",
    ),
    break_anywhere=True,
)

WORDS = {Language.ENGLISH: _ENGLISH, Language.JAPANESE: _JAPANESE}
