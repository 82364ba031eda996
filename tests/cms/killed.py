"""Decrypts, transcodes or signs files, and is killed again and again; run by test_killed.py.

A program of its own, because it forks: each child does a batch of files, as the commands do, with a
key in software. An AssertionError ends it.
"""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from tests.cms.software_key import decrypted, ec_key, encrypted
from tests.signed.signers import person

from twincard.cli.file.batch import Batch, Words, run
from twincard.cli.file.targets import Overwriting, output_for, result_for
from twincard.cli.terminal.output import Printer
from twincard.cms import BytesOutput, Trust, decrypt, transcode, verify
from twincard.flows.files.encrypt import reading_into
from twincard.flows.files.finished import is_transcoding_of
from twincard.flows.files.sign import is_signed, sign_file

FILES = 5
CONTENT_BYTES = 150_000
SIGNER = person("alice")


def decrypt_one(source: Path, output: Path, _listener: object) -> None:
    with reading_into(source, result_for(output, Overwriting.REFUSE)) as (stream, sink):
        decrypt(stream, sink, ec_key())


def transcode_one(source: Path, output: Path, _listener: object) -> None:
    with reading_into(source, output_for(output, force=False)) as (stream, sink):
        transcode(stream, sink, ec_key().giving_to(ec_key("bob").recipient))


def sign_one(source: Path, output: Path, _listener: object) -> None:
    signer = SIGNER.signer()
    if not is_signed(signer, source, output, attached=True):
        sign_file(signer, source, output_for(output, force=False), attached=True)


def is_transcoded(source: Path, output: Path) -> bool:
    return is_transcoding_of(output, source, ec_key("bob").recipient)


def check(outputs: dict[Path, bytes], kind: str) -> int:
    """Each output is whole or absent; returns how many there are."""
    there = [path for path in outputs if path.exists()]
    for path in there:
        content = path.read_bytes()
        plain = PLAIN[kind](content)
        assert plain == outputs[path], f"{path} is not whole"
    return len(there)


def verified(content: bytes) -> bytes:
    with BytesOutput() as sink:
        verify(io.BytesIO(content), sink, Trust((), (SIGNER.certificate,)))
    return decrypted(sink.value, ec_key())


PLAIN: dict[str, Callable[[bytes], bytes]] = {
    "decrypt": lambda content: content,
    "transcode": lambda content: decrypted(content, ec_key("bob")),
    "sign": verified,
}
ACTIONS = {"decrypt": decrypt_one, "transcode": transcode_one, "sign": sign_one}


def child(work: Callable[[], None]) -> int:
    """Start a process that does it."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
        work()
        code = 0
    finally:
        os._exit(code)


def main(kind: str, kills: int, folder: Path) -> None:
    plain = {f"file {number}": os.urandom(CONTENT_BYTES) for number in range(FILES)}
    sources = [folder / f"{name}.p7m" for name in plain]
    for source, content in zip(sources, plain.values(), strict=True):
        source.write_bytes(encrypted(content, ec_key()))
    before = {source: source.read_bytes() for source in sources}
    ec_key("bob")
    outputs = {folder / f"{name}.out": content for name, content in plain.items()}

    def work() -> None:
        run(
            Printer(True),
            Batch(
                Words("{done}", "{failed}"),
                sources,
                list(outputs),
                nullcontext(ACTIONS[kind]),
                Overwriting.REFUSE,
                is_done=is_transcoded if kind == "transcode" else None,
            ),
        )

    start = time.monotonic()
    os.waitpid(child(work), 0)
    seconds = time.monotonic() - start
    killed = midway = finished = 0
    while killed < kills:
        if check(outputs, kind) == FILES:
            finished += 1
            for path in outputs:
                path.unlink()
            # Half of the rounds as where the system has no nameless files.
            if finished % 2 and hasattr(os, "O_TMPFILE"):
                del os.O_TMPFILE
        pid = child(work)
        time.sleep(random.uniform(0, seconds))
        os.kill(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
        midway += 0 < check(outputs, kind) < FILES
    assert os.waitstatus_to_exitcode(os.waitpid(child(work), 0)[1]) == 0
    assert check(outputs, kind) == FILES
    assert {source: source.read_bytes() for source in sources} == before
    assert set(folder.iterdir()) == {*sources, *outputs}, "something is left"
    print(midway)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
