"""The names that design and users rely on: every command, its --json and its help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import Desk

COMMANDS = [
    "demo",
    "sim new",
    "sim list",
    "sim remove",
    "sim serve",
    "readers",
    "card info",
    "card accept",
    "card check",
    "card pin",
    "card unblock",
    "card scp03-keys",
    "card report",
    "card load",
    "card contents",
    "card unload",
    "card terminate",
    "group new",
    "group split",
    "group join",
    "group verify",
    "group clear",
    "issuer new",
    "issuer show",
    "issue",
    "duplicate",
    "public-key",
    "encrypt",
    "decrypt",
    "sign",
    "verify",
    "transcode",
    "mail seal",
    "mail open",
    "mail send",
    "recover",
    "schema",
    "completion",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_and_json(desk: Desk, command: str) -> None:
    text = desk.done(*command.split(), "--help").text
    assert f"Usage: twincard {command}" in text
    assert "--json" in text


def test_no_option_takes_a_secret_itself(desk: Desk) -> None:
    for command in COMMANDS:
        text = desk.done(*command.split(), "--help").text
        for option in ("--pin ", "--puk ", "--transport-key ", "--new-pin "):
            assert option not in text


def test_the_program_is_installed_under_its_name() -> None:
    installed = Path(sys.executable).with_name("twincard")
    for program in ([installed], [sys.executable, "-m", "twincard.cli"]):
        ran = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
        assert ran.stdout.startswith("twincard ")
