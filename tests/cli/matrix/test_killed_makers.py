"""Commands that write several files with secrets, killed between them: the same again finishes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import Desk

pytestmark = pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="kills at a name given")
# A file gets its name by a hard link; the process is killed just before or after the n-th.
PROGRAM = """
import os, signal, sys
at, after = int(sys.argv[1]), sys.argv[2] == "after"
link, calls = os.link, 0

def counting(*words, **options):
    global calls
    calls += 1
    if calls == at and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    link(*words, **options)
    if calls == at:
        os.kill(os.getpid(), signal.SIGKILL)

os.link = counting
from twincard.cli import main
sys.exit(main(sys.argv[3:]))
"""


def kill(*words: str, at: int, when: str = "after") -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(at), when, *words], capture_output=True, check=False
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr


def names(folder: str) -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


@pytest.mark.parametrize("at", [1, 2, 3])
def test_group_new(desk: Desk, at: int) -> None:
    kill("group", "new", "--out", "g", at=at)
    assert any(name.startswith("component-") for name in names("g"))
    made = desk.json("group", "new", "--out", "g")
    assert names("g") == {"component-1.txt", "component-2.txt", "component-3.txt"}
    for one in made["components"]:
        assert one["kcv"] in Path(one["file"]).read_text().lower().replace(" ", "")
    desk.done("group", "verify", *(f"g/component-{number}.txt" for number in (1, 2, 3)))
    desk.run("group", "new", "--out", "g").failed(2, "already exists")


def test_a_file_that_is_not_the_killed_runs_stays(desk: Desk) -> None:
    kill("group", "new", "--out", "g", at=2)
    Path("g/component-1.txt").write_text("component: somebody's own")
    desk.run("group", "new", "--out", "g").failed(2, "component-1.txt already exists")
    assert Path("g/component-1.txt").read_text() == "component: somebody's own"
    assert names("g") == {"component-1.txt"}


def test_group_split(desk: Desk) -> None:
    desk.done("group", "new", "--out", "g")
    words = ("group", "split", "g/component-1.txt", "--shares=3", "--threshold=2", "-o", "s")
    kill(*words, at=2)
    made = desk.json(*words)
    assert names("s") == {Path(file).name for file in made["files"]}
    assert len(made["files"]) == 3
    desk.done("group", "join", *made["files"][1:], "-o", "joined")
    assert Path("joined").read_text() == Path("g/component-1.txt").read_text()


def test_two_at_once_do_not_undo_each_other(desk: Desk) -> None:
    program = (
        "import sys; from pathlib import Path; from twincard.ground.files_together import *\n"
        "with files_together(Path('g')) as together:\n"
        "    together.write({'one': b'1'}); print('writing', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"writing\n"
        desk.run("group", "new", "--out", "g").failed(2, "Another command", "g")
        assert Path("g/one").read_text() == "1"


def test_issuer_new(desk: Desk) -> None:
    kill("issuer", "new", "office.key", at=1)
    key = Path("office.key").read_bytes()
    assert not Path("office.key.pub").exists()
    made = desk.json("issuer", "new", "office.key")
    assert Path("office.key").read_bytes() == key
    assert (
        desk.json("issuer", "show", "office.key.pub")["issuer_public_key_sha256"]
        == (made["issuer_public_key_sha256"])
    )
    desk.run("issuer", "new", "office.key").failed(2, "already exists")
    Path("other.key").write_text("no key")
    desk.run("issuer", "new", "other.key").failed(2, "already exists")


@pytest.mark.parametrize(("at", "when"), [(1, "after"), (2, "before"), (2, "after"), (3, "before")])
def test_sim_new(desk: Desk, at: int, when: str) -> None:
    kill("sim", "new", "alice", at=at, when=when)
    assert any(name.startswith(".alice.") for name in names("cards"))
    assert desk.json("sim", "list")["cards"] == []
    desk.done("sim", "new", "alice")
    assert names("cards") == {"alice.card", "alice.transport-key"}
    assert desk.json("card", "info", "-r", "sim:alice")["role"] == "none"


def test_sim_new_of_another_card_removes_what_is_left(desk: Desk) -> None:
    kill("sim", "new", "alice", at=3)
    assert desk.json("sim", "list")["cards"] == ["sim:alice"]
    desk.done("sim", "new", "bob", "--blank")
    assert names("cards") == {"alice.card", "alice.transport-key", "bob.card"}
    desk.done("card", "info", "-r", "sim:alice")
