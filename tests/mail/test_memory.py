"""Memory does not grow with a message, or with the number of messages in a mailbox."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cms.software_key import ec_key
from tests.mail.mailboxes import PLAIN, SEPARATOR, mbox, message, moving
from tests.mail.messages import draft

from twincard.mail import open_mail, rewrite_messages, seal

resource = pytest.importorskip("resource")  # Windows has none, and no fork
FILE_BYTES = 80 << 20
ALLOWED_BYTES = 40 << 20
"""What is imported, 8 MiB of each spool, and pieces of 1 MiB here and there."""


def peak_of(work: Callable[[], object]) -> int:
    """How much memory it takes, in a process of its own, which must end well."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            work()
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            os.write(writing, str(grown * 1024).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return int(told)


def test_a_large_file_is_sealed_and_saved_in_constant_memory(tmp_path: Path) -> None:
    file, sealed = tmp_path / "film.mkv", tmp_path / "sealed.eml"
    with file.open("wb") as made:
        made.truncate(FILE_BYTES)

    key = ec_key()

    def seal_it() -> None:
        with sealed.open("wb") as sink:
            seal(draft(attachments=file), sink, [key.recipient])

    def open_it() -> None:
        with sealed.open("rb") as source:
            found = open_mail(source, lambda: key, save=tmp_path / "saved")
        assert found.content.attachments[0].size == FILE_BYTES

    (tmp_path / "saved").mkdir()
    assert peak_of(seal_it) < ALLOWED_BYTES
    assert peak_of(open_it) < ALLOWED_BYTES


def test_a_large_mailbox_is_rewritten_in_constant_memory(tmp_path: Path) -> None:
    box = tmp_path / "box"
    entry = mbox(message(ec_key("old")))
    filler = SEPARATOR + PLAIN + b"a line of text\n" * 60_000 + b"\n"
    box.write_bytes((entry + filler) * 60)

    def rewrite_it() -> None:
        with box.open("rb", buffering=0) as file, Path(os.devnull).open("wb") as sink:
            rewrite_messages(file, sink, moving(ec_key("old"), ec_key("new")), seen.append)
        assert len(seen) == 60

    seen: list[object] = []
    assert box.stat().st_size > ALLOWED_BYTES
    assert peak_of(rewrite_it) < ALLOWED_BYTES
