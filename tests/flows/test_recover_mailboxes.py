"""Mailboxes move message by message; each is replaced whole, under its lock, or not at all."""

from __future__ import annotations

import io
import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.bench import Bench, Stage
from tests.cms.software_key import SoftwareKey, ec_key
from tests.flows.software_recovery import NEW, OLD, move, names_of
from tests.mail.mailboxes import PLAIN, mbox, mboxcl2, message, write_maildir
from tests.mail.messages import draft, opened

from twincard.cms import NotForThisKeyError, Recipient
from twincard.flows.check.drill import CheckOutcome, FileCheck, check_files
from twincard.flows.files.replacement import Replacement
from twincard.flows.recover import mailbox
from twincard.flows.recover.outcomes import FoundKind, RecoverOutcome
from twincard.flows.recover.plan import plan_recovery
from twincard.ground.unfinished import remove_unfinished
from twincard.keys.key_type import KeyType
from twincard.mail import locks, seal
from twincard.mail.mbox import messages

fcntl = pytest.importorskip("fcntl")  # Windows has no such locks, and no fork
MOVED, ALREADY = RecoverOutcome.MOVED, RecoverOutcome.ALREADY_MOVED


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """An mbox file with two messages for OLD, and one for somebody else."""
    path = tmp_path / "inbox"
    path.write_bytes(
        mbox(message(OLD, "1\n"), PLAIN, message(ec_key("carol")), message(OLD, "2\n"))
    )
    return path


def texts(path: Path, key: SoftwareKey = NEW) -> list[str]:
    """The texts of the messages in a mailbox that a key opens."""
    content = path.read_bytes()
    found = []
    for one in messages(io.BytesIO(content)):
        with suppress(NotForThisKeyError):
            mail = opened(content[one.start : one.end], key)
            if mail.decrypted is not None:
                found.append(mail.content.text)
    return found


def test_a_mailbox_moves_and_the_next_run_has_nothing_to_do(box: Path, tmp_path: Path) -> None:
    os.utime(box, ns=(1, 2_000_000_000))
    box.chmod(0o640)
    journal = tmp_path / "journal"
    (result,) = move(box, journal=journal)
    assert (result.outcome, result.note) == (MOVED, "2 messages moved.")
    assert texts(box) == ["1\n", "2\n"]
    assert PLAIN in box.read_bytes()
    assert (box.stat().st_mode & 0o777, box.stat().st_mtime_ns) == (0o640, 2_000_000_000)
    for kept in (journal, None):
        (result,) = move(box, journal=kept)
        assert result.outcome is ALREADY
    assert sorted(tmp_path.iterdir()) == [box, journal]


def test_lengths_and_messages_of_several_parts_move_too(tmp_path: Path) -> None:
    part = message(OLD, "in it\n").partition(b"MIME-Version: 1.0\n")[2]
    mixed = b"From: list@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + part
    (tmp_path / "1.eml").write_bytes(mixed + b"\n--b--\n")
    (tmp_path / "2.eml").write_bytes(message(OLD, "alone\n"))
    (tmp_path / "3").write_bytes(mboxcl2(message(OLD, "a\n"), message(OLD, "b\n")))
    (tmp_path / "4.eml").write_bytes(PLAIN)
    (tmp_path / "5.txt").write_bytes(b"Note: no mail\n\nat all\n")
    results = move(tmp_path)
    assert [one.outcome for one in results] == [
        MOVED,
        MOVED,
        MOVED,
        RecoverOutcome.NOT_ENCRYPTED,
        RecoverOutcome.NOT_ENCRYPTED,
    ]
    assert [texts(tmp_path / name) for name in ("1.eml", "2.eml", "3")] == [
        ["in it\n"],
        ["alone\n"],
        ["a\n", "b\n"],
    ]


def test_a_damaged_message_is_named_and_the_others_move(tmp_path: Path) -> None:
    good = message(OLD, "1\n")
    path = tmp_path / "inbox"
    path.write_bytes(mbox(good, good[: len(good) // 130 * 65] + b"\n", message(OLD, "3\n")))
    (result,) = move(path)
    assert result.outcome is RecoverOutcome.UNUSABLE
    assert result.reason is not None
    assert "Message 2: The file was altered or is incomplete." in result.reason
    assert "2 messages moved." in result.reason
    assert texts(path) == ["1\n", "3\n"]


def test_maildir_messages_keep_flags_and_have_their_size_in_their_names(tmp_path: Path) -> None:
    folder = write_maildir(tmp_path / "Maildir")
    single, multiple = message(OLD, "1\n"), message(OLD, "2\n")
    names = [f"1.M1P1.host,S={len(single)}:2,FS", "2.M1P1.host:2,S"]
    for name, content in zip(names, (single, multiple), strict=True):
        (folder / "cur" / name).write_bytes(content)
        os.utime(folder / "cur" / name, (1, 1_700_000_000))
    (folder / "new" / f"3.M1P1.host,S={len(PLAIN)}").write_bytes(PLAIN)
    journal = tmp_path / "journal"
    results = move(folder, journal=journal)
    assert [one.outcome for one in results] == [MOVED, MOVED, RecoverOutcome.NOT_ENCRYPTED]
    found = sorted((folder / "cur").iterdir())
    assert found[0].name == f"1.M1P1.host,S={found[0].stat().st_size}:2,FS"
    assert found[1].name == names[1]
    assert [texts(one) for one in found] == [["1\n"], ["2\n"]]
    assert {one.stat().st_mtime for one in found} == {1_700_000_000}
    assert [one.outcome for one in move(folder, journal=journal)][:2] == [ALREADY, ALREADY]


def test_a_locked_mailbox_is_left_and_named(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = box.read_bytes()
    monkeypatch.setattr(mailbox, "locked", lambda path: locks.locked(path, seconds=0))
    box.with_name("inbox.lock").write_text("another program")
    (result,) = move(box)
    assert result.outcome is RecoverOutcome.FAILED
    assert "is locked by another program" in str(result.reason)
    assert box.read_bytes() == before


def test_the_lock_is_kept_while_the_mailbox_is_rewritten(box: Path) -> None:
    seen = []

    def look(*_: object) -> None:
        if box.with_name("inbox.lock").exists():
            child = os.fork()
            if not child:
                with box.open("r+b") as other:
                    try:
                        fcntl.lockf(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except OSError:
                        os._exit(7)
                    os._exit(0)
            seen.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    replace = Replacement.replace

    def watched(self: Replacement) -> None:
        look()
        replace(self)
        look()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Replacement, "replace", watched)
        (result,) = move(box)
    assert (result.outcome, seen) == (MOVED, [7, 0])  # after it, the name is of the new file


def test_mail_that_arrives_without_a_lock_is_not_lost(box: Path) -> None:
    late = mbox(message(OLD, "late\n"))
    with pytest.MonkeyPatch.context() as patch:
        sync = Replacement.sync

        def deliver(self: Replacement) -> None:
            with box.open("ab") as file:
                file.write(late)
            sync(self)

        patch.setattr(Replacement, "sync", deliver)
        (result,) = move(box)
    assert result.outcome is RecoverOutcome.FAILED
    assert "changed" in str(result.reason)
    assert texts(box, OLD) == ["1\n", "2\n", "late\n"]
    assert move(box)[0].outcome is MOVED
    assert texts(box) == ["1\n", "2\n", "late\n"]


def kill_often(folder: Path, times: int) -> None:
    """Move a mailbox and a Maildir in processes that are killed; either is always whole."""
    draw = random.Random(folder.name)
    contents = [mbox(*(message(key, f"{number}\n") for number in range(3))) for key in (OLD, NEW)]
    box = folder / "inbox"
    cur = write_maildir(folder / "Maildir") / "cur"
    kills = 0
    while kills < times:
        box.write_bytes(contents[0])
        sealed = message(OLD, "letter\n")
        for number in range(2):
            (cur / f"{number}.host,S={len(sealed)}:2,S").write_bytes(sealed)
        finished = False
        while not finished and kills < times:
            child = os.fork()
            if not child:
                with suppress(BaseException):
                    move(folder)
                    os._exit(0)
                os._exit(1)
            time.sleep(draw.uniform(0.0, 0.08))
            os.kill(child, signal.SIGKILL)
            finished = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            kills += not finished
            expected = [f"{number}\n" for number in range(3)]
            assert expected in (texts(box, OLD), texts(box, NEW))
            names = sorted(one.name for one in cur.iterdir() if not one.name.startswith("."))
            assert [name[:6] + name[-4:] for name in names] == [f"{n}.host:2,S" for n in range(2)]
            for name in names:
                assert ["letter\n"] in (texts(cur / name, OLD), texts(cur / name, NEW))
        move(folder)
        assert texts(box) == expected
        assert [texts(one) for one in cur.iterdir()] == [["letter\n"]] * 2
        for one in (folder, cur):
            remove_unfinished(one)
        assert sorted(path.name for path in folder.iterdir()) == ["Maildir", "inbox"]
        for path in cur.iterdir():
            path.unlink()


def test_killed_thirty_times(tmp_path: Path) -> None:
    kill_often(tmp_path, 30)


@pytest.mark.long
def test_killed_two_hundred_times(tmp_path: Path) -> None:
    kill_often(tmp_path, 200)


def test_the_drill_tries_every_message(bench: Bench, tmp_path: Path) -> None:
    bench.at(Stage.DUPLICATED, key=KeyType.P_256)
    recipient = Recipient.of(bench.original.card().usage.public_key())
    sink = io.BytesIO()
    seal(draft(), sink, [recipient])
    mine = sink.getvalue().replace(b"\r\n", b"\n")
    for name, content in (
        ("mine", mbox(mine, PLAIN, mine)),
        ("mixed", mbox(mine, message(ec_key("carol")))),
        ("plain", mbox(PLAIN)),
    ):
        (tmp_path / name).write_bytes(content)
    found: list[FileCheck] = []
    check_files(
        bench.backup.unlocked(), [tmp_path], on_event=lambda event: found.append(event.file)
    )
    assert [one.outcome for one in found] == [
        CheckOutcome.OPENS,
        CheckOutcome.FAILS,
        CheckOutcome.NOT_ENCRYPTED,
    ]
    assert "Message 2: The file is not encrypted to this key" in str(found[1].reason)


def test_the_plan_says_how_many_messages_of_a_mailbox_are_for_the_old_card(box: Path) -> None:
    with plan_recovery(names_of(OLD), names_of(NEW), [box]) as plan:
        (found,) = plan.files()
    assert found.file.kind is FoundKind.FOR_OLD
    assert found.file.note == "2 messages are encrypted to the old card."
