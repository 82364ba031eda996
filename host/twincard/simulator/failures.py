"""Failures of the program that simulates a card: codes with values, turned into sentences.

The codes are those of Failure.java.
"""

from __future__ import annotations

from enum import IntEnum
from string import Formatter

from twincard.ground.language import N_, _
from twincard.ground.system_words import WORDS
from twincard.transport.connection import CardFileError, CardInUseError, TransportError


class Failure(IntEnum):
    """Why something could not be done."""

    WRONG_USE = 0
    """A bug in the calling program; its one value is a sentence in English."""
    IN_USE = 1
    OTHER_VERSION = 2
    DAMAGED = 3
    UNFIT = 4
    NOT_SAVED = 5
    NOT_SAVED_EARLIER = 6
    NO_FOLDER = 7
    NO_PERMISSION = 8
    UNUSABLE = 9
    NOT_INSTALLED = 10
    INSTALLED_ALREADY = 11
    REFUSED = 12
    LACKS_ALGORITHM = 13
    LACKS_MEMORY = 14
    LACKS_PERSISTENT_MEMORY = 15


_SENTENCES = {
    Failure.WRONG_USE: "{sentence}",
    Failure.IN_USE: N_("Another process is using this card."),
    Failure.OTHER_VERSION: N_(
        "The card file {path} was written by another version of the simulator."
    ),
    Failure.DAMAGED: N_("The card file {path} is damaged: it has no complete state."),
    Failure.UNFIT: N_("Cannot read the card file: {reason}."),
    Failure.NOT_SAVED: N_("Cannot save the card: {reason}."),
    Failure.NOT_SAVED_EARLIER: N_("The card could not be saved earlier. Open it again."),
    Failure.NO_FOLDER: N_("Cannot use {path}: there is no such folder."),
    Failure.NO_PERMISSION: N_("Cannot use {path}: permission denied."),
    Failure.UNUSABLE: N_("Cannot use {path}: {reason}."),
    Failure.NOT_INSTALLED: N_("The simulated card has no applet installed."),
    Failure.INSTALLED_ALREADY: N_("The applet is already installed."),
    Failure.REFUSED: N_("The applet refused its installation ({sw})."),
    Failure.LACKS_ALGORITHM: N_("The chip lacks an algorithm that the applet needs."),
    Failure.LACKS_MEMORY: N_("The chip has too little memory for the applet."),
    Failure.LACKS_PERSISTENT_MEMORY: N_(
        "The applet needs {needed} bytes of persistent memory; this chip has {room}."
    ),
}
_OF_THE_FILE = (
    Failure.OTHER_VERSION,
    Failure.DAMAGED,
    Failure.UNFIT,
    Failure.NOT_SAVED,
    Failure.NOT_SAVED_EARLIER,
    Failure.NO_FOLDER,
    Failure.NO_PERMISSION,
    Failure.UNUSABLE,
)


def failure_of(payload: bytes) -> TransportError:
    """The exception for a failure: its code, then each value in UTF-8 after its length."""
    try:
        failure = Failure(payload[0])
        names = [
            name for _text, name, _form, _how in Formatter().parse(_SENTENCES[failure]) if name
        ]
        values = dict(zip(names, _values(payload[1:]), strict=True))
    except (ValueError, IndexError):
        return TransportError(_("The card simulator failed with an unknown error."))
    sentence = _(_SENTENCES[failure]).format(**values)
    if failure is Failure.IN_USE:
        return CardInUseError(sentence)
    return (CardFileError if failure in _OF_THE_FILE else TransportError)(sentence)


def _values(encoded: bytes) -> list[str]:
    values = []
    while encoded:
        end = 2 + int.from_bytes(encoded[:2], "big")
        values.append(_told(encoded[2:end].decode(errors="replace")))
        encoded = encoded[end:]
    return values


def _told(value: str) -> str:
    """Translates the operating system's reasons; names and numbers stay."""
    return _(value) if value in WORDS else value
