"""Recovery killed at random: no file is lost, none is half-written, and repeating finishes."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from tests.flows.software_recovery import NEW, OLD, make, move, opened

from twincard.cms import NotForThisKeyError
from twincard.ground.unfinished import remove_unfinished

FILES = 25
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def killed_run(folder: Path, journal: Path, after: float) -> bool:
    """Recover in a process that is killed after so many seconds; whether it had finished."""
    child = os.fork()
    if not child:
        code = 1
        try:
            move(folder, journal=journal)
            code = 0
        finally:
            os._exit(code)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _child, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def owner_of(path: Path) -> str:
    """Which key opens it, to its right content."""
    for name, key in (("new", NEW), ("old", OLD)):
        try:
            content = opened(path, key)
        except NotForThisKeyError:
            continue
        assert content == path.name.encode()
        return name
    raise AssertionError(path)


def kill_often(folder: Path, times: int) -> None:
    draw = random.Random(folder.name)
    names = [f"{number:02}" for number in range(FILES)]
    journal = folder / "journal"
    files = folder / "files"
    kills = 0
    while kills < times:
        make(files, names)
        linked = files / "linked"
        linked.hardlink_to(files / names[0])
        finished = False
        while not finished and kills < times:
            finished = killed_run(files, journal, draw.uniform(0.0, 0.08))
            kills += not finished
            for name in names:
                owner_of(files / name)
            assert opened_by_either(linked) == names[0].encode()
        move(files, journal=journal)
        assert {owner_of(files / name) for name in names} == {"new"}
        assert opened(linked) == names[0].encode()
        remove_unfinished(files)  # as the next process that writes there does
        for path in files.iterdir():
            assert path.name in (*names, "linked"), path
            path.unlink()


def opened_by_either(path: Path) -> bytes:
    try:
        return opened(path, NEW)
    except NotForThisKeyError:
        return opened(path, OLD)


def test_killed_thirty_times(tmp_path: Path) -> None:
    kill_often(tmp_path, 30)


@pytest.mark.long
def test_killed_two_hundred_times(tmp_path: Path) -> None:
    kill_often(tmp_path, 200)
