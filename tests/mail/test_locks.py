"""An mbox file is locked as mail programs lock it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from twincard.cms import OutputError
from twincard.mail.errors import MailboxLockedError
from twincard.mail.locks import locked

fcntl = pytest.importorskip("fcntl")  # Windows has no such locks, and no fork
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A mailbox."""
    path = tmp_path / "inbox"
    path.write_bytes(b"From ")
    return path


def keep(path: Path, kept: Event) -> None:
    """Keep the lock until killed."""
    with locked(path):
        kept.set()
        signal.pause()


def test_both_locks_are_kept_in_the_block_and_gone_after_it(box: Path) -> None:
    dot_lock = box.with_name("inbox.lock")
    with locked(box) as file:
        assert file.read() == b"From "
        assert dot_lock.read_text() == f"{os.getpid()}:{socket.gethostname()}"
        child = os.fork()
        if not child:  # the lock of fcntl belongs to the process that took it
            with box.open("r+b") as other:
                try:
                    fcntl.lockf(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os._exit(7)
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert not dot_lock.exists()


def test_another_program_is_waited_for_and_named(box: Path) -> None:
    kept = FORK.Event()
    process = FORK.Process(target=keep, args=(box, kept))
    process.start()
    try:
        assert kept.wait(10)
        with (
            pytest.raises(MailboxLockedError, match="Close your mail programs"),
            locked(box, seconds=0.2),
        ):
            pass
    finally:
        process.kill()
        process.join()
    # What the killed process left is taken over.
    assert box.with_name("inbox.lock").exists()
    with locked(box, seconds=0):
        pass


def test_a_dot_lock_of_another_program_is_respected(box: Path) -> None:
    dot_lock = box.with_name("inbox.lock")
    for content in ("", "0", "99999999:another-host", f"{os.getpid()}:{socket.gethostname()}", "x"):
        dot_lock.write_text(content)
        with (
            pytest.raises(MailboxLockedError, match=r"remove .*inbox\.lock"),
            locked(box, seconds=0),
        ):
            pass
        assert dot_lock.read_text() == content


def test_a_pipe_in_the_place_of_the_dot_lock_is_not_waited_for(box: Path) -> None:
    os.mkfifo(box.with_name("inbox.lock"))
    with pytest.raises(MailboxLockedError), locked(box, seconds=0):
        pass


def test_a_mailbox_that_cannot_be_locked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Cannot lock"), locked(tmp_path / "nowhere"):
        pass
