"""Every failure is an exit code that scripts can rely on, and a sentence without secrets."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from tests.cli.commands import Desk

from twincard.cli.terminal.errors import ADVICE, CODES, InputError, describe
from twincard.cms.errors import FilesError
from twincard.demo.narrator import CheckFailedError
from twincard.flows.errors import ComponentMissingError, ProtocolError
from twincard.iso.status import CardError, PukBlockedError, UnexpectedAnswerError, error_for
from twincard.keys.component import ComponentError
from twincard.results.failure import ExitCode
from twincard.simulator.process import SimulatedCard, SimulatorProcess
from twincard.transport import (
    CardGoneError,
    CardInUseError,
    CardNotFoundError,
    NotInstalledError,
    PowerCutError,
)

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


def test_the_documented_exit_codes_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert {(int(code), name) for code, name in rows} == {
        (code.value, code.name.lower()) for code in ExitCode
    }


@pytest.mark.parametrize("name", [*CODES, *ADVICE])
def test_the_errors_of_the_table_exist(name: str) -> None:
    module, _dot, kind = name.rpartition(".")
    found = getattr(import_module(module), kind)
    assert issubclass(found, BaseException)
    assert found.__module__ == module, "only errors by the module that defines them are found"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError("x"), 1),
        (InputError("x"), 2),
        (ComponentError("x"), 2),
        (CardNotFoundError("x"), 3),
        (CardGoneError("x"), 3),
        (NotInstalledError("x"), 3),
        (PowerCutError(), 3),
        (CardInUseError("x"), 4),
        (error_for(0x63C2, "verify the PIN"), 5),
        (error_for(0x6300, "x"), 5),
        (error_for(0x6983, "verify the PIN"), 6),
        (error_for(0x6985, "x"), 7),
        (CardError(0x6A86, "x"), 7),
        (UnexpectedAnswerError("x"), 7),
        (ProtocolError("x"), 7),
        (ComponentMissingError((1, 2)), 7),
        (FilesError("x"), 8),
        (FileNotFoundError(2, "No such file or directory", "a"), 8),
        (CheckFailedError("x"), 9),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_error_has_its_code(error: BaseException, code: int) -> None:
    assert describe(error).code == code


def test_the_text_of_an_unexpected_error_is_not_shown() -> None:
    sentence = describe(RuntimeError("PIN is 471147")).sentence
    assert "471147" not in sentence
    assert "RuntimeError" in sentence
    assert "TWINCARD_DEBUG=1" in sentence


def test_blocked_secrets_come_with_the_way_out() -> None:
    assert "card unblock" in describe(error_for(0x63C0, "verify the PIN")).sentence
    assert "move your files" in describe(PukBlockedError(0x6983, "unblock the PIN")).sentence


@pytest.mark.parametrize(
    ("reader", "said"),
    [("sim:nobody", "sim list"), ("nobody", "sim:NAME"), ("sim:a/b", "not a valid name")],
)
def test_a_card_that_is_not_there(desk: Desk, reader: str, said: str) -> None:
    desk.run("card", "info", "-r", reader).failed(3, said)
    issue = ("issue", "--original", reader, "--backup", "sim:other")
    desk.run(*issue, "--pin-file", "pin", "--puk-file", "puk").failed(3, said)


def test_a_card_that_another_program_holds(duplicated: Desk) -> None:
    # Not by `connect`: the commands, which run in this process, would know of it.
    state = duplicated.folder / "cards/alice.card"
    connection = SimulatedCard(SimulatorProcess(["run", "--state", str(state)]))
    try:
        for words in (("card", "info", "-r"), ("public-key", "-r")):
            duplicated.run(*words, "sim:alice").failed(4, "Close that program")
        duplicated.run("sim", "remove", "alice", "--yes").failed(4)
    finally:
        connection.close()
    duplicated.done("card", "info", "-r", "sim:alice")


def test_an_error_is_json_too_where_json_is_wanted(desk: Desk) -> None:
    for words, code in (
        (("card", "info", "-r", "sim:nobody"), 3),
        (("card", "info", "--no-such-option"), 2),
        (("encrypt", "--to", "nothing.pem", "pin"), 8),
    ):
        ran = desk.run(*words, "--json")
        assert ran.code == code
        error = ran.json["error"]
        assert error["code"] == code
        assert error["name"] == ExitCode(code).name.lower()
        assert error["message"] in ran.err


def test_a_usage_error_names_the_help_of_its_command(desk: Desk) -> None:
    desk.run("card", "info").failed(2, "`twincard card info --help`")
    desk.run("card", "fly").failed(2, "`twincard card --help`")
    assert "'list'? See `twincard sim" in desk.run("sim", "lost").failed(2)
    assert "demo" in desk.done().text


def test_ctrl_c_ends_the_demo_and_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "twincard.cli", "demo", "--key", "p256"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**_environment(), "TMPDIR": str(tmp_path)},
    )
    assert process.stdout is not None
    while "issued" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "Error: Interrupted. To finish, run the command again.\n"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("twincard")] == []


def test_a_reader_who_stops_reading_is_not_told_so(desk: Desk) -> None:
    for words in (["sim", "list"], ["sim", "list", "--json"], ["--help"]):
        nobody, output = os.pipe()
        os.close(nobody)
        command = [sys.executable, "-m", "twincard.cli", *words]
        ran = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, check=False)
        os.close(output)
        assert (ran.returncode, ran.stderr) == (8, b"")


def test_a_traceback_is_for_those_who_ask(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Traceback" not in desk.run("card", "info", "-r", "sim:nobody").err
    monkeypatch.setenv("TWINCARD_DEBUG", "1")
    assert "Traceback" in desk.run("card", "info", "-r", "sim:nobody").err


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}
