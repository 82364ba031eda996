"""Completion, as the shells themselves do it."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import Desk

from twincard.cli.app import program
from twincard.cli.shell.completing import FILES, FOLDERS, candidates
from twincard.cli.shell.shells import SCRIPTS
from twincard.results.completion import ShellName

needs = {
    name: pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")
    for name in ("bash", "zsh", "fish")
}
_SECONDS = 60


@pytest.fixture
def shop(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files and scripts; two simulated cards by name, which nobody opens."""
    cards = desk.folder / "cards"
    cards.mkdir()
    for name in ("花子", "alice", "alice-backup"):
        (cards / f"{name}.card").touch()
    (desk.folder / "my letter.txt").touch()
    (desk.folder / "folder").mkdir()
    for shell in ShellName:
        script = desk.done("completion", shell.value).text
        assert script == SCRIPTS[shell]
        assert desk.json("completion", shell.value) == {
            "version": 1,
            "shell": shell.value,
            "script": script,
        }
        (desk.folder / shell.value).write_text(script)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(desk.folder))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return desk.folder


def values(*words: str) -> list[str]:
    return [one.value for one in candidates(program(), words)]


def test_what_can_stand_at_the_cursor(shop: Path) -> None:
    assert {"issue", "card", "sim", "completion"} <= set(values(""))
    assert values("card", "te") == ["terminate"]
    assert values("card", "info", "--rea") == ["--reader"]
    assert values("group", "new", "--no-f") == ["--no-files"]
    for before in (("card", "info", "-r"), ("recover", "--from"), ("issue", "--json", "--backup")):
        assert values(*before, "sim:a") == ["sim:alice", "sim:alice-backup"]
    assert values("duplicate", "--key", "") == ["rsa2048", "p256"]
    assert values("duplicate", "--key=p") == ["--key=p256"]
    assert values("card", "info", "--reader=sim:花") == ["--reader=sim:花子"]
    assert values("sim", "remove", "花") == ["花子"]
    assert values("sim", "new", "") == []
    assert values("card", "info", "") == []
    assert values("completion", "") == ["bash", "zsh", "fish", "powershell"]
    for words in (
        ("encrypt", "--to", "x"),
        ("encrypt", "--to", "x", "y"),
        ("decrypt", "a", "--", "-b"),
        ("issue", "--component", "1=x"),
        ("card", "pin", "--pin-file", ""),
    ):
        assert candidates(program(), words) == [FILES]
    assert candidates(program(), ("group", "new", "--out", "")) == [FOLDERS]
    assert values("issue", "--component", "1") == []
    assert values("nonsense", "") == values("")


def test_names_that_a_terminal_would_obey_are_not_offered(shop: Path) -> None:
    (shop / "cards/alice\x1b[2J.card").touch()
    (shop / "cards/alice\n:files.card").touch()
    assert values("card", "info", "-r", "sim:al") == ["sim:alice", "sim:alice-backup"]


def test_without_pcsc_there_are_no_readers_and_no_errors(shop: Path, desk: Desk) -> None:
    # In a process of its own: here, an earlier test may have loaded pyscard.
    program = (
        "import sys; sys.modules['smartcard'] = None; "
        "from twincard.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    asked = [sys.executable, "-c", program, "__complete", "fish", "card", "info", "-r", ""]
    alone = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert (alone.stderr, len(alone.stdout.splitlines())) == ("", 3)
    for words in ((), ("nonsense",), ("bash",), ("powershell", "x")):
        ran = desk.run("__complete", *words)
        assert (ran.code, ran.out, ran.err) == (1, b"", "")


COMPLETED = [
    ("twincard card inf", "twincard card info "),
    ("twincard card info -r s", "-r sim:"),
    ("twincard card info -r sim:al", "sim:alice"),
    ("twincard duplicate --key=r", "--key=rsa2048"),
    ("twincard decrypt my", "decrypt my\\ letter.txt"),
    ("twincard issue --component 2=my", "2=my\\ letter.txt"),
    ("twincard group new --out fo", "--out folder/"),
]
"""What is typed, and what it becomes with Tab."""


def completed_in(command: list[str], setup: list[str], folder: Path) -> None:
    """Type all this into an interactive shell."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=folder,
        env=os.environ | {"TERM": "dumb", "INPUTRC": "/dev/null"},
        start_new_session=True,
    )
    os.close(slave)
    try:
        os.write(master, "".join(f"{line}\n" for line in [*setup, "echo rea''dy"]).encode())
        shown = _read(master, "\nready")
        for typed, expected in COMPLETED:
            os.write(master, typed.encode() + b"\t")
            shown = _read(master, expected)
            assert "rror" not in shown
            os.write(master, b"\x15")  # erases the line
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _read(master: int, expected: str) -> str:
    shown = ""
    while expected not in shown.translate({ord("\r"): None, ord("\a"): None}):
        ready, _, _ = select.select([master], [], [], _SECONDS)
        assert ready, f"{expected!r} was not shown: {shown!r}"
        shown += os.read(master, 4096).decode(errors="replace")
    return shown


@needs["bash"]
def test_bash(shop: Path) -> None:
    completed_in(["bash", "--norc", "--noprofile", "-i"], ["source ./bash"], shop)


HOSTILE = ("e'; touch owned; '", "d$(touch owned)", "b`touch owned`", 'q"; touch owned; "', "h!!")
"""Names that readers might have."""


@needs["bash"]
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_no_name_becomes_a_command_in_bash(shop: Path, quote: str) -> None:
    for name in HOSTILE:
        (shop / f"cards/{name}.card").touch()
    script = (
        """source ./bash; COMP_LINE="twincard card info -r $1"; COMP_POINT=${#COMP_LINE}"""
        """; COMP_WORDS=(twincard card info -r "$1"); COMP_CWORD=4; _twincard"""
        """; for one in "${COMPREPLY[@]}"; do eval "printf '%s\\n' $one${1%%sim:}"; done"""
    )
    ran = subprocess.run(
        ["bash", "-c", script, "bash", f"{quote}sim:"],
        cwd=shop,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    assert not (shop / "owned").exists()
    names = set(ran.stdout.splitlines())
    assert "sim:alice" in names
    assert names <= {f"sim:{name}" for name in (*HOSTILE, "花子", "alice", "alice-backup")}
    assert quote or len(names) == 3 + len(HOSTILE)
    assert not quote or "sim:h!!" not in names


@needs["zsh"]
def test_zsh(shop: Path) -> None:
    (shop / "functions").mkdir()
    (shop / "zsh").rename(shop / "functions/_twincard")
    setup = ["fpath=($PWD/functions $fpath)", "autoload -U compinit; compinit -u -D"]
    completed_in(["zsh", "-f", "-i"], setup, shop)


@needs["fish"]
def test_fish(shop: Path) -> None:
    for typed, expected in (
        ("twincard card inf", "info\tShow the state of a card. No PIN is needed."),
        ("twincard card info -r sim:", "sim:花子\ta simulated card"),
        ("twincard decrypt my", "my letter.txt"),
        ("twincard issue --component 2=my", "2=my letter.txt"),
        ("twincard group new --out fo", "folder/"),
    ):
        script = f"source ./fish; complete --do-complete '{typed}'"
        ran = subprocess.run(
            ["fish", "-c", script], cwd=shop, capture_output=True, text=True, check=True
        )
        assert expected in ran.stdout
        assert ran.stderr == ""
