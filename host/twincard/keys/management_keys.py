"""The file with a card's management keys, which allow loading and deleting applets."""

from __future__ import annotations

import secrets
from os import PathLike
from pathlib import Path

from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.ground.private_file import write_private
from twincard.keys.derivation import KCV_BYTES
from twincard.keys.scp03_keys import LAST_VERSION, Scp03Keys
from twincard.keys.secret import Secret
from twincard.keys.value_lines import format_lines, parse_hex, parse_lines

KEY_SIZES = (16, 24, 32)
INITIAL_VERSION = 0xFF
"""The version of the keys that a card comes with, on most cards."""
_DEFAULT = bytes(range(0x40, 0x50))
_NAMES = ("enc", "mac", "dek")
_VERSION, _KCV = "version", "kcv"
_MOST_FILE_BYTES = 4096


class ManagementKeysError(ValueError):
    """Not a file with management keys, or keys that must not be used; one plain sentence."""


def default_keys() -> Scp03Keys:
    """The public default keys of test cards."""
    return Scp03Keys(Secret(_DEFAULT), Secret(_DEFAULT), Secret(_DEFAULT))


def draw_management_keys(size: int, version: int) -> Scp03Keys:
    """New keys of `size` bytes (16, 24 or 32) from the operating system's random source."""
    enc, mac, dek = (Secret(secrets.token_bytes(size)) for _place in _NAMES)
    return Scp03Keys(enc, mac, dek, version)


def read_management_keys(path: str | PathLike[str]) -> Scp03Keys:
    """Read a key file: one key in hex digits for all uses, or lines `enc:`, `mac:` and `dek:`.

    Lines may also give the `version` (1 to 127; without it the card's own) and the `kcv`, 3 bytes
    for each key. Raises ManagementKeysError, also for the public default keys; OSError.
    """
    path = Path(path)
    content = read_bounded(path, _MOST_FILE_BYTES)
    if content is None or not content.isascii():
        raise ManagementKeysError(_("{path} is not a management keys file.").format(path=path))
    try:
        keys = _parse(content.decode("ascii"))
    except ManagementKeysError as error:
        raise ManagementKeysError(
            _("{path}: {sentence}").format(path=path, sentence=error)
        ) from None
    if any(key.reveal().startswith(_DEFAULT) for key in (keys.enc, keys.mac, keys.dek)):
        raise ManagementKeysError(
            _(
                "{path} has the default key, which is public. Use it only for test cards, "
                "with --default-keys."
            ).format(path=path)
        )
    return keys


def write_management_keys(path: Path, keys: Scp03Keys) -> None:
    """Write a key file of mode 0600, whole or not at all. Raises FileExistsError, OSError."""
    values = [str(keys.version), *(key.reveal().hex() for key in (keys.enc, keys.mac, keys.dek))]
    names = (_VERSION, *_NAMES, _KCV)
    text = format_lines(names, [*values, keys.check_values.hex()])
    write_private(path, text.encode("ascii"))


def _parse(text: str) -> Scp03Keys:
    if ":" not in text:
        key = _key("".join(text.split()))
        return Scp03Keys(key, Secret(key.reveal()), Secret(key.reveal()))
    fields = parse_lines(text, _NAMES, _("management keys"), ManagementKeysError, (_VERSION, _KCV))
    enc, mac, dek = (_key(fields[name]) for name in _NAMES)
    if not len(enc) == len(mac) == len(dek):
        raise ManagementKeysError(_("The three keys must be of the same length."))
    keys = Scp03Keys(enc, mac, dek, _version(fields.get(_VERSION)))
    told = fields.get(_KCV)
    if told is not None and _hex(told, 3 * KCV_BYTES) != keys.check_values:
        raise ManagementKeysError(_("The keys do not match their key check values."))
    return keys


def _key(digits: str) -> Secret:
    if len(digits) not in [2 * size for size in KEY_SIZES]:
        raise ManagementKeysError(_("A key must have 32, 48 or 64 hex digits."))
    return Secret(_hex(digits, len(digits) // 2))


def _hex(digits: str, size: int) -> bytes:
    try:
        return parse_hex(digits, size)
    except ValueError:
        raise ManagementKeysError(
            _("Expected {count} hex digits.").format(count=2 * size)
        ) from None


def _version(text: str | None) -> int:
    if text is None:
        return 0
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= LAST_VERSION:
        raise ManagementKeysError(_("The key version must be a number from 1 to 127."))
    return int(text)
