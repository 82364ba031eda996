"""The file with a card's transport key: the issuer's authority over the card."""

from __future__ import annotations

import secrets
from os import PathLike
from pathlib import Path

from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.ground.private_file import write_private
from twincard.keys.secret import Secret
from twincard.keys.value_lines import parse_hex

TRANSPORT_KEY_BYTES = 32
_MOST_FILE_BYTES = 256


class TransportKeyError(ValueError):
    """Not a file with a transport key; the message is one plain sentence."""


def draw_transport_key() -> Secret:
    """A new key from the operating system's random source."""
    return Secret(secrets.token_bytes(TRANSPORT_KEY_BYTES))


def read_transport_key(path: str | PathLike[str]) -> Secret:
    """Read a file of 64 hex digits: 32 bytes, AES-256. Raises TransportKeyError, OSError."""
    path = Path(path)
    content = read_bounded(path, _MOST_FILE_BYTES) or b""
    try:
        return Secret(parse_hex(content.strip(), TRANSPORT_KEY_BYTES))
    except ValueError:
        raise TransportKeyError(
            _("{path} is not a transport key file: it must hold 64 hex digits.").format(path=path)
        ) from None


def write_transport_key(path: Path, key: Secret) -> None:
    """Write a key file of mode 0600, whole or not at all. Raises FileExistsError, OSError."""
    write_private(path, key.reveal().hex().encode("ascii") + b"\n")
