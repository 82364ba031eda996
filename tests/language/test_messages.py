"""Real cards and real mistakes, told in Japanese; what programs read stays as it is."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import Enum

import pytest
from tests.cli.commands import PIN, Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS
from tests.cli.terminal import Terminal

from tools.messages import template
from twincard.card.log import Event, LogEntry
from twincard.card.pin import UNBLOCK
from twincard.card.report import ExportState, ImportState, LifeCycle, Mode, PolicyFlags, Role, SetBy
from twincard.cli.card.log_words import in_words
from twincard.cli.terminal.errors import InputError, describe
from twincard.cli.terminal.prompts import confirm
from twincard.flows.check.drill import CheckOutcome
from twincard.flows.duplicate.duplication import DuplicationStep
from twincard.flows.issue.pair import IssueStep
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.ground.language import _, speaking
from twincard.iso.status import PukBlockedError, Sw
from twincard.transport.slots import Holds

pytestmark = pytest.mark.usefixtures("japanese")

Keyboard = Callable[[str], AbstractContextManager[None]]
ENGLISH = re.compile(r"\b(the|is|of|and|card|with)\b")


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    """Gives blocks in which this is typed at a terminal, and Enter."""

    @contextmanager
    def typing(line: str) -> Iterator[None]:
        master, slave = os.openpty()
        with monkeypatch.context() as patch, open(slave, encoding="utf-8") as terminal:  # noqa: PTH123
            patch.setattr(sys, "stdin", terminal)
            os.write(master, line.encode() + b"\n")
            yield
        os.close(master)

    return typing


@pytest.mark.parametrize("kind", [DuplicationStep, CheckOutcome, Holds, IssueStep, RecoverOutcome])
def test_every_step_and_outcome_can_be_told(kind: type[Enum]) -> None:
    messages = {message.id for message in template()}
    assert {member.value for member in kind} <= messages


@pytest.mark.parametrize("kind", [ExportState, ImportState, LifeCycle, Mode])
def test_every_state_can_be_told(kind: type[Enum]) -> None:
    messages = {message.id for message in template()}
    assert {member.name.lower().replace("_", "-") for member in kind} <= messages


def test_every_rule_and_role_has_words() -> None:
    every = PolicyFlags(sum(PolicyFlags))
    assert len(set(every.words)) == len(every)
    assert all(every.words)
    assert [role.word for role in Role] == [role.name.lower() for role in Role]
    with speaking(["ja"]):
        assert not any(word.isascii() for word in (*every.words, *(role.word for role in Role)))


def test_every_event_of_the_log_is_told(subtests: pytest.Subtests) -> None:
    detail = bytes([Role.ORIGINAL, SetBy.USER, PolicyFlags.ERASE_GROUP]) + bytes(range(13))
    for event in Event:
        with subtests.test(event.name), speaking(["ja"]):
            told = in_words(LogEntry(1, event, detail))
            assert not told.isascii()
            assert not ENGLISH.search(told)


def test_a_wrong_pin_and_a_blocked_one(duplicated: Desk) -> None:
    info = ("card", "check", "-r", "sim:alice", "--pin-file", "wrong")
    duplicated.run(*info).failed(5, "PIN が違います。", "あと 2 回入力できます。")
    duplicated.run(*info).failed(5, "あと 1 回入力できます。")
    duplicated.run(*info).failed(6, "ロックされています。", "PUK を使って新しい PIN を設定")


def test_a_puk_that_is_used_up_has_its_own_advice() -> None:
    with speaking(["ja"]):
        sentence = describe(PukBlockedError(Sw.BLOCKED, _(UNBLOCK))).sentence
    assert sentence.startswith("PUK ")
    assert sentence.endswith("新しいカードへ移してください。")


def test_no_card_and_no_file(duplicated: Desk) -> None:
    duplicated.run("card", "info", "-r", "sim:bob").failed(
        3, "シミュレーションカード bob はありません。"
    )
    duplicated.run("card", "info", "-r", "nonsense").failed(
        3, "リーダー nonsense は正しくありません。"
    )
    duplicated.run("issuer", "show", "手紙").failed(
        8, "手紙: ファイルまたはフォルダーがありません。"
    )
    ran = duplicated.run("encrypt", "--to", "alice.pem", "手紙")
    assert (ran.code, ran.text) == (8, "0 件を暗号化しました。1 件は失敗しました。\n")
    missing = "手紙 を読み取れません: ファイルまたはフォルダーがありません。"
    assert ran.err == f"エラー: {missing}名前が正しいか確認してください。\n"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO, errno.EISDIR])
def test_what_the_operating_system_says_is_in_japanese(code: int) -> None:
    error = OSError(code, os.strerror(code), "letter.txt")
    with speaking(["ja"]):
        assert not ENGLISH.search(describe(error).sentence.casefold())
        assert describe(error).sentence.endswith("。")


def test_swapped_readers_are_named_in_japanese(duplicated: Desk) -> None:
    swapped = ("--original", "sim:控え", "--backup", "sim:alice")
    duplicated.run("duplicate", *swapped, *PINS).failed(
        7, "原本カード sim:控え: このカードは予備カードとして発行されました。"
    )


def test_a_card_told_in_japanese(issued: Desk) -> None:
    told = issued.done("card", "info", "-r", "sim:alice").text
    lines = [re.sub(" {2,}", "  ", line) for line in told.splitlines()]
    assert "役割  原本カード" in lines
    assert "ライフサイクル  運用中" in lines
    assert "予備カード  1 枚中 0 枚作成、引き渡し: なし" in lines
    assert not ENGLISH.search(told)


def test_the_steps_of_a_duplication_and_the_files_after_it(issued: Desk) -> None:
    ran = issued.done("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    assert "構成要素 2 を両方のカードに設定しています" in ran.err
    assert "予備カードが鍵を受け取り、試験する" in ran.err
    assert "sim:控え に sim:alice の鍵を複製しました。" in ran.text
    issued.done("public-key", "-r", "sim:alice", "-o", "alice.pem")
    (issued.folder / "手紙.txt").write_text("こんにちは", encoding="utf-8")
    sealed = issued.done("encrypt", "--to", "alice.pem", "手紙.txt")
    assert sealed.text == "1 件を暗号化しました。\n宛先: alice.pem\n"
    (issued.folder / "手紙.txt").unlink()
    opened = issued.run("decrypt", "-r", "sim:alice", *PINS[:2], "手紙.txt.p7m", "g/none.p7m")
    assert (opened.code, opened.text) == (8, "1 件を復号しました。1 件は失敗しました。\n")
    log = issued.done("card", "log", "-r", "sim:alice").text
    assert "予備カード 1 枚まで" in log
    assert not ENGLISH.search(log)


def test_what_programs_read_is_the_same_in_every_language(
    duplicated: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = [("card", "info", "-r", "sim:alice"), ("card", "log", "-r", "sim:alice")]
    japanese = [duplicated.json(*words) for words in commands]
    refused = duplicated.run("card", "info", "-r", "sim:bob", "--json").json["error"]
    monkeypatch.setenv("TWINCARD_LANGUAGE", "en")
    english = [duplicated.json(*words) for words in commands]
    for told in (japanese[1], english[1]):
        texts = [event.pop("text") for event in told["events"]]
        assert all(texts)
    assert japanese == english
    assert (refused["code"], refused["name"]) == (3, "no_card")
    assert "ありません" in refused["message"]


@pytest.mark.parametrize("answer", ["y", "YES", "はい", "\uff59", " はい "])
def test_yes_is_understood(answer: str, keyboard: Keyboard) -> None:
    with speaking(["ja"]), keyboard(answer):
        confirm("破棄しますか?", "--yes")
    with speaking([]), keyboard("yes"):
        confirm("Destroy it?", "--yes")


@pytest.mark.parametrize("answer", ["いいえ", "n", "", "ja", "はいはい"])
def test_anything_else_is_no(answer: str, keyboard: Keyboard) -> None:
    with speaking(["ja"]), keyboard(answer), pytest.raises(InputError, match="何も行いません"):
        confirm("破棄しますか?", "--yes")


def test_yes_of_another_language_is_no(keyboard: Keyboard) -> None:
    with speaking([]), keyboard("はい"), pytest.raises(InputError, match="nothing was done"):
        confirm("Destroy it?", "--yes")


def test_a_card_is_destroyed_after_a_yes_in_japanese(desk: Desk) -> None:
    desk.done("sim", "new", "alice")
    with Terminal("sim", "remove", "alice") as terminal:
        terminal.answer("sim:alice を中の鍵ごと破棄しますか? [y/N] ", "はい")
        assert terminal.wait() == 0, terminal.shown
    assert desk.json("sim", "list")["cards"] == []


def test_a_pin_is_asked_for_in_japanese(duplicated: Desk) -> None:
    with Terminal("duplicate", *PAIR) as terminal:
        terminal.answer("原本カードの PIN: ", PIN)
        terminal.answer("予備カードの PIN (同じなら Enter): ", "")
        assert terminal.wait() == 5
    assert duplicated.json("card", "info", "-r", "sim:alice")["pin"]["tries_left"] == 3
