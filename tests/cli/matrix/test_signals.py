"""SIGTERM and SIGHUP end a command as Ctrl-C does, and core dumps hold nothing."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.cms.software_key import ec_key

from twincard.simulator.process import SimulatorProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
SECONDS = 60
# As where the system has no nameless files: so what is unfinished can be seen.
PROGRAM = "import os, sys; del os.O_TMPFILE; from twincard.cli import main; sys.exit(main())"
HALF = 12 << 20


def start(*words: str, ignored: int | None = None) -> subprocess.Popen[bytes]:
    def prepare() -> None:
        if ignored is not None:
            signal.signal(ignored, signal.SIG_IGN)

    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=prepare,
    )


def feed(process: subprocess.Popen[bytes], content: bytes, folder: Path) -> list[int]:
    """Give it a part of its input, wait until it is written; returns the processes it started."""
    assert process.stdin is not None
    process.stdin.write(content)
    process.stdin.flush()
    wait_for(lambda: any(path.stat().st_size for path in folder.glob(".twincard-*.part")))
    return [
        int(child)
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ]


def wait_for(ready: Callable[[], bool]) -> None:
    give_up = time.monotonic() + SECONDS
    while not ready():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}/exe").exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_no_plaintext_and_no_card_program_is_left(duplicated: Desk, name: str) -> None:
    number = signal.Signals[name]
    Path("letter").write_bytes(os.urandom(2 * HALF))
    duplicated.done("encrypt", "--to", "alice.pem", "letter")
    sealed = Path("letter.p7m").read_bytes()
    process = start("decrypt", "-r", "sim:alice", "--pin-file", "pin", "-", "-o", "opened")
    (java,) = feed(process, sealed[:HALF], duplicated.folder)
    assert is_running(java)
    limits = Path(f"/proc/{java}/limits").read_text()
    assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]
    process.send_signal(number)
    _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 128 + number
    assert errors == b"Error: Interrupted. To finish, run the command again.\n"
    assert not is_running(java)
    assert list(duplicated.folder.glob(".twincard-*")) == []
    assert not Path("opened").exists()


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("alice.pem").write_bytes(ec_key().public.to_pem())
    words = ("encrypt", "--to", "alice.pem", "-", "-o", "sealed")
    process = start(*words, ignored=signal.SIGHUP)
    feed(process, bytes(HALF), tmp_path)
    process.send_signal(signal.SIGHUP)
    _, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, errors.decode()) == (0, "- → sealed\n")
    assert Path("sealed").stat().st_size > HALF


@pytest.mark.skipif(
    Path("/proc/sys/kernel/core_pattern").read_text().startswith("|"),
    reason="the system takes core dumps itself",
)
def test_a_program_that_is_aborted_leaves_no_core_dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("alice.pem").write_bytes(ec_key().public.to_pem())
    process = start("encrypt", "--to", "alice.pem", "-", "-o", "sealed")
    feed(process, bytes(HALF), tmp_path)
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]
    # Who may look into the memory of a process: root alone, where it is not dumpable.
    assert Path(f"/proc/{process.pid}/maps").stat().st_uid == 0
    process.send_signal(signal.SIGABRT)
    process.communicate(timeout=SECONDS)
    assert process.returncode == -signal.SIGABRT
    assert [path.name for path in tmp_path.iterdir() if "core" in path.name] == []


def test_the_library_forbids_core_dumps_of_a_card() -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    program = SimulatorProcess(["run"])
    try:
        limits = Path(f"/proc/{program.pid}/limits").read_text()
        assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]
    finally:
        program.close()
        resource.setrlimit(resource.RLIMIT_CORE, before)
