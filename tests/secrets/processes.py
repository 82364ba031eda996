"""What every program on the machine can see of a program and those it starts."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_SECONDS = 0.02


@dataclass(frozen=True)
class Watched:
    """How a program ended, and the argument lists and environments that were seen."""

    code: int
    output: bytes
    seen: frozenset[bytes]


def watch(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], stdin: bytes
) -> Watched:
    """Run a program and look at it and its descendants all the time. Linux only."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    seen: set[bytes] = set()
    ended = threading.Event()
    watcher = threading.Thread(target=_look, args=(process.pid, seen, ended))
    watcher.start()
    try:
        output, _ = process.communicate(stdin, timeout=120)
    finally:
        ended.set()
        watcher.join()
    return Watched(process.returncode, output, frozenset(seen))


def _look(root: int, seen: set[bytes], ended: threading.Event) -> None:
    while not ended.wait(_SECONDS):
        for pid in _family(root):
            for name in ("cmdline", "environ"):
                try:
                    seen.add((_PROC / str(pid) / name).read_bytes())
                except OSError:
                    continue  # it has just ended


def _family(root: int) -> Iterator[int]:
    parents = {pid: parent for pid, parent in map(_parent, _PROC.iterdir()) if pid}
    family = {root}
    # A child's number may be lower than its parent's, once numbers start over.
    for _ in range(4):
        family |= {pid for pid, parent in parents.items() if parent in family}
    yield from family


def _parent(entry: Path) -> tuple[int, int]:
    """Number of a process and of its parent; 0 for what is no process, or none any more."""
    if not entry.name.isdigit():
        return 0, 0
    try:
        stat = (entry / "stat").read_text(errors="replace")
    except OSError:
        return 0, 0
    return int(entry.name), int(stat.rpartition(")")[2].split()[1])
