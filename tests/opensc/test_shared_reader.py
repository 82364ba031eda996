"""How long the PIN stays verified where programs share a reader, as docs/opensc.md tells it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from tests.opensc.conftest import CardInReader
from tests.opensc.shared import Holder, held

LOGS_IN = """
import os, sys
import pkcs11
(token,) = pkcs11.lib("opensc-pkcs11.so").get_tokens(token_label=sys.argv[1])
session = token.open(user_pin=os.environ["PIN"])
print("logged in", flush=True)
sys.stdin.read()
"""
_SECONDS = 15


def log_in(card: CardInReader) -> subprocess.Popen[bytes]:
    """A program that stays logged in until its input ends."""
    program = subprocess.Popen(
        [sys.executable, "-c", LOGS_IN, card.label],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PIN": card.pin},
    )
    assert program.stdout is not None
    assert program.stdout.readline() == b"logged in\n"
    return program


@pytest.mark.parametrize("killed", [False, True], ids=["ends", "is killed"])
def test_the_pin_stays_verified_when_the_program_that_verified_it_is_gone(
    card: CardInReader, *, killed: bool
) -> None:
    with held(card) as holder:
        with log_in(card) as program:
            assert holder.finds_the_pin_verified()
            if killed:
                program.send_signal(signal.SIGKILL)
        assert holder.finds_the_pin_verified()


def test_a_tool_of_openscs_leaves_it_verified_too(card: CardInReader) -> None:
    with held(card) as holder:
        assert card.pkcs11("--list-objects").returncode == 0
        assert holder.finds_the_pin_verified()


@pytest.mark.long
def test_where_nobody_holds_the_reader_the_card_loses_its_power_soon(card: CardInReader) -> None:
    with held(card):
        pass
    assert card.pkcs11("--list-objects").returncode == 0
    time.sleep(_SECONDS)
    late = Holder(card)
    assert not late.finds_the_pin_verified()
    late.close(reset=False)
