"""Prompts for cards that are not in their readers yet."""

from __future__ import annotations

import sys

from twincard.cli.terminal.prompts import has_terminal
from twincard.ground.control_characters import visible
from twincard.ground.language import _
from twincard.transport import CardNotFoundError
from twincard.transport.pcsc import find_reader
from twincard.transport.slots import Holds, slots, wait_for_card

_PCSC = "pcsc:"


def whole_name(reader: str) -> str:
    """The full name of a READER, which may be part of a PC/SC reader's name, or its index.

    Raises TransportError if there is no such PC/SC reader, or no PC/SC.
    """
    name = reader.removeprefix(_PCSC)
    return _PCSC + find_reader(name) if name and name != reader else reader


def expect_card(reader: str) -> None:
    """Make sure that a PC/SC reader holds a card: at a terminal, ask for one and wait.

    Raises CardNotFoundError without a terminal, TransportError.
    """
    if not reader.startswith(_PCSC):
        return
    name = whole_name(reader).removeprefix(_PCSC)
    if not any(slot.reader == name and slot.holds is Holds.NOTHING for slot in slots()):
        return
    if not has_terminal():
        sentence = _("There is no card in the reader {name}. Insert it and run the command again.")
        raise CardNotFoundError(sentence.format(name=name))
    asked = _("Insert the card into the reader {name}, or press Ctrl-C to cancel.").format(
        name=name
    )
    sys.stderr.write(f"{visible(asked)}\n")
    sys.stderr.flush()
    wait_for_card(name)
