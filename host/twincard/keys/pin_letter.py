"""Random PIN and PUK for one card, and the file from which their letter is printed."""

from __future__ import annotations

import os
import secrets
import stat
import string
from dataclasses import dataclass, field
from pathlib import Path

from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.ground.private_file import write_private
from twincard.keys.secret import Secret
from twincard.keys.value_lines import format_lines, parse_hex, parse_lines

PIN_DIGITS = 6
PUK_DIGITS = 8
_CARD_ID_BYTES = 16
_MOST_FILE_BYTES = 4096
_FORMAT = "twincard-pin-letter-1"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NAMES = ("format", "card", "role", "pin", "puk")


class PinLetterError(ValueError):
    """Not a file of PIN and PUK; the message is one plain sentence, without either."""


@dataclass(frozen=True)
class PinLetter:
    """The content of a card's letter; the id has 16 bytes, `role` is original or backup."""

    card_id: bytes
    role: str
    pin: Secret = field(repr=False)
    puk: Secret = field(repr=False)


def draw_letter(card_id: bytes, role: str) -> PinLetter:
    """A new PIN and PUK, in digits, which every PIN pad has; all are equally likely."""
    return PinLetter(card_id, role, _digits(PIN_DIGITS), _digits(PUK_DIGITS))


def write_letter(letter: PinLetter, path: Path) -> None:
    """Make the file, mode 0600, whole and on the disk or not at all. Raises OSError."""
    pin, puk = (secret.reveal().decode("ascii") for secret in (letter.pin, letter.puk))
    values = (_FORMAT, letter.card_id.hex(), letter.role, pin, puk)
    write_private(path, format_lines(_NAMES, values).encode("ascii"))


def read_letter(path: Path) -> PinLetter:
    """Read such a file. Raises PinLetterError, OSError."""
    _check_private(path)
    content = read_bounded(path, _MOST_FILE_BYTES)
    try:
        if content is None or not content.isascii():
            raise PinLetterError(_("The file is too long, or not plain text."))
        values = parse_lines(content.decode("ascii"), _NAMES, _("PIN letter"), PinLetterError)
        known = values["format"] == _FORMAT and values["role"] in ("original", "backup")
        lengths = len(values["pin"]), len(values["puk"])
        digits = _is_digits(values["pin"] + values["puk"])
        if not (known and digits and lengths == (PIN_DIGITS, PUK_DIGITS)):
            raise PinLetterError(_("This is not a PIN letter that can be read."))
        card_id = parse_hex(values["card"], _CARD_ID_BYTES)
    except PinLetterError as error:
        raise PinLetterError(_("{path}: {sentence}").format(path=path, sentence=error)) from None
    except ValueError:
        raise PinLetterError(_("{path} has no valid card id.").format(path=path)) from None
    return PinLetter(card_id, values["role"], Secret(values["pin"]), Secret(values["puk"]))


def _check_private(path: Path) -> None:
    """Raises PinLetterError if somebody else may have written or read the letter; OSError.

    The PIN in it would be theirs too.
    """
    status = path.lstat()
    private = stat.S_ISREG(status.st_mode)
    if hasattr(os, "getuid"):  # a system without it has no such modes either
        private &= status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & _OTHERS
    if not private:
        raise PinLetterError(
            _(
                "{path} is not a PIN letter that only you can read and change: somebody else may "
                "know its PIN. Remove it, or give another folder."
            ).format(path=path)
        )


def _digits(count: int) -> Secret:
    return Secret("".join(secrets.choice(string.digits) for _place in range(count)))


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
