"""The lock of an mbox file: a dot lock and one of `fcntl`, as mail programs take them."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from twincard.cms.errors import OutputError
from twincard.ground.language import _
from twincard.ground.regular_file import open_regular
from twincard.ground.system_words import reason
from twincard.ground.unfinished import UnfinishedFile
from twincard.mail.errors import MailboxLockedError

LOCK_SECONDS = 10.0
"""How long to wait for other programs: a delivery takes less than a second."""
_RETRY_SECONDS = 0.1
_MAX_LOCK_BYTES = 300
_LOCK_MODE = 0o644


@contextmanager
def locked(path: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[BinaryIO]:
    """Keep the lock of an mbox file in a block; gives the file, to read it.

    The block must not close another descriptor of the file: that ends the lock of `fcntl`.

    A dot lock that a killed process of this computer left is taken over. Raises MailboxLockedError
    when another program keeps the lock for so many seconds; OutputError if the file cannot be
    written, or its folder.
    """
    path = path.resolve()
    dot_lock = path.with_name(path.name + ".lock")
    deadline = time.monotonic() + seconds
    with _opened(path) as file:
        while not _take(file, dot_lock):
            if time.monotonic() > deadline:
                raise _held(path, dot_lock)
            time.sleep(_RETRY_SECONDS)
        try:
            yield file
        finally:
            # The lock of fcntl ends with the file.
            dot_lock.unlink(missing_ok=True)


def _take(file: BinaryIO, dot_lock: Path) -> bool:
    """Take both locks, or none."""
    if not _lock(file):
        return False
    for _attempt in range(2):
        try:
            _create(dot_lock)
        except FileExistsError:
            # Under the lock of fcntl no other process of this program does the same.
            if not _is_left_behind(dot_lock):
                break
            dot_lock.unlink(missing_ok=True)
        except OSError as error:
            raise _not_writable(dot_lock, error) from error
        else:
            return True
    _unlock(file)
    return False


def _create(dot_lock: Path) -> None:
    # With its owner from the start: an empty one of a killed process would never be taken over.
    lock = UnfinishedFile(dot_lock.parent, buffer_bytes=0)
    try:
        lock.file.write(_owner())
        if hasattr(os, "fchmod"):
            os.fchmod(lock.file.fileno(), _LOCK_MODE)
        lock.publish(dot_lock)
    finally:
        lock.discard()


def _owner() -> bytes:
    """Process id and host, as other mail programs write them."""
    return f"{os.getpid()}:{socket.gethostname()}".encode()


def _is_left_behind(dot_lock: Path) -> bool:
    """Whether a process of this computer made it that has ended since."""
    try:
        with open_regular(dot_lock) as file:  # anybody may have put a pipe there
            number, _colon, host = file.read(_MAX_LOCK_BYTES).strip().partition(b":")
        process = int(number)
    except (OSError, ValueError):
        return False
    if host.decode(errors="replace") != socket.gethostname() or sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _lock(file: BinaryIO) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(file: BinaryIO) -> None:
    if sys.platform != "win32":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.lockf(file, fcntl.LOCK_UN)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("r+b", buffering=0)  # fcntl locks only what can be written to
    except OSError as error:
        raise _not_writable(path, error) from error


def _not_writable(path: Path, error: OSError) -> OutputError:
    return OutputError(_("Cannot lock {path}: {reason}.").format(path=path, reason=reason(error)))


def _held(path: Path, dot_lock: Path) -> MailboxLockedError:
    if dot_lock.exists():
        return MailboxLockedError(
            _(
                "{path} is locked by another program. Close your mail programs and try again. If "
                "none is running, remove {lock}."
            ).format(path=path, lock=dot_lock)
        )
    return MailboxLockedError(
        _("{path} is locked by another program. Close your mail programs and try again.").format(
            path=path
        )
    )
