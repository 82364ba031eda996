"""Standard output gets every byte, or the command fails: buffered, and with PYTHONUNBUFFERED."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.cms.software_key import ec_key

from twincard.cli import main

PLAIN = 200_000
"""More than a pipe holds."""


@pytest.fixture(params=["buffered", "unbuffered"])
def run_to(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Runs a command with a descriptor as its standard output; gives its code and its errors."""

    def run(descriptor: int, *words: str) -> tuple[int, str]:
        errors = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        raw = io.FileIO(descriptor, "w", closefd=False)
        # As Python opens it, and as it does with PYTHONUNBUFFERED.
        stream = (
            io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
            if request.param == "unbuffered"
            else io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
        )
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            patch.setattr(sys, "__stdout__", stream)
            patch.setattr(sys, "stderr", errors)
            code = main(words)
            errors.flush()
            with suppress(OSError):
                stream.flush()
        assert isinstance(errors.buffer, io.BytesIO)
        return code, errors.buffer.getvalue().decode()

    return run


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("alice.pem").write_bytes(ec_key().public.to_pem())
    Path("letter").write_bytes(bytes(PLAIN))
    return Path("letter")


ENCRYPT = ("encrypt", "--to", "alice.pem", "letter", "-o", "-")
COMMANDS = [
    ("--version",),
    ("--help",),
    ("encrypt", "--help"),
    ("schema",),
    ("completion", "bash"),
    ("completion", "bash", "--json"),
    ENCRYPT,
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
@pytest.mark.usefixtures("letter")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_full_disk_is_an_error(
    run_to: Callable[..., tuple[int, str]], words: tuple[str, ...]
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    code, errors = run_to(full, *words)
    assert code == 8
    assert "No space left on device" in errors
    # The command may have put the null device in its place.
    os.close(full)


@contextmanager
def room_for(count: int) -> Iterator[None]:
    """Files can have so many bytes; the write that reaches the limit is a short one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("letter")
@pytest.mark.parametrize(
    "words", [("schema",), ("completion", "bash", "--json"), ENCRYPT], ids=" ".join
)
def test_a_disk_that_takes_a_part_is_an_error(
    run_to: Callable[..., tuple[int, str]], words: tuple[str, ...]
) -> None:
    out = os.open("out", os.O_WRONLY | os.O_CREAT, 0o600)
    with room_for(1_000):
        code, errors = run_to(out, *words)
    assert code == 8
    assert "File too large" in errors
    assert Path("out").stat().st_size == 1_000
    os.close(out)


@pytest.mark.usefixtures("letter")
@pytest.mark.parametrize("words", [("schema",), ENCRYPT], ids=" ".join)
def test_a_slow_reader_of_a_non_blocking_pipe_gets_all(
    run_to: Callable[..., tuple[int, str]], words: tuple[str, ...]
) -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    pieces: list[bytes] = []

    def read() -> None:
        time.sleep(0.1)
        while piece := os.read(ours, 10_000):
            pieces.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    code, errors = run_to(theirs, *words)
    os.close(theirs)
    reader.join()
    os.close(ours)
    assert (code, errors) == (0, "")
    content = b"".join(pieces)
    if words == ENCRYPT:
        assert len(content) > PLAIN
    else:
        assert json.loads(content)["$defs"]


@pytest.mark.usefixtures("letter")
@pytest.mark.parametrize("words", [("schema",), ("--version",), ENCRYPT], ids=" ".join)
def test_a_reader_that_has_gone_is_an_error_of_few_words(
    run_to: Callable[..., tuple[int, str]], words: tuple[str, ...]
) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    code, errors = run_to(theirs, *words)
    assert code == 8
    assert "Traceback" not in errors
    os.close(theirs)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_the_program_itself_tells_of_a_full_disk(unbuffered: str) -> None:
    ran = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m twincard.cli --version > /dev/full"],
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 8
    assert b"No space left" in ran.stderr
