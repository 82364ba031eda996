"""Load files: what LOAD brings, as far as a card manager has to know it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from twincard.simulator.manager.commands import RefusedError, Sw, value_of

_LOAD_FILE_DATA_BLOCK = 0xC4
_HEADER, _APPLET = 1, 3
_HEAD_BYTES = 3
_MAGIC = bytes.fromhex("DECAFFED")


@dataclass(frozen=True)
class Package:
    """A package on the card: its version (major, minor), its applets, the hash of its load file."""

    version: tuple[int, int]
    applets: tuple[bytes, ...]
    sha256: bytes


def read_package(aid: bytes, received: bytes) -> Package:
    """What was loaded as the package `aid`. Raises RefusedError.

    Nothing of its code is looked at: the simulated card has the applet's classes already.
    """
    load_file = value_of(_LOAD_FILE_DATA_BLOCK, received)
    components = _components(load_file)
    try:
        header, applets = components[_HEADER], components[_APPLET]
        # Java Card VM Specification 3.0.4, 6.3: magic, format, flags, then minor, major, AID.
        minor, major, size = header[7:10]
        found = _applets(applets)
    except (KeyError, ValueError, IndexError):
        raise RefusedError(Sw.DATA) from None
    if header[:4] != _MAGIC or header[10 : 10 + size] != aid:
        raise RefusedError(Sw.DATA)
    return Package((major, minor), found, hashlib.sha256(load_file).digest())


def _components(load_file: bytes) -> dict[int, bytes]:
    """6.1: each component is its tag, the size of what follows in two bytes, and that."""
    found = {}
    while load_file:
        end = _HEAD_BYTES + int.from_bytes(load_file[1:_HEAD_BYTES], "big")
        if len(load_file) < end:
            raise RefusedError(Sw.DATA)
        found[load_file[0]] = load_file[_HEAD_BYTES:end]
        load_file = load_file[end:]
    return found


def _applets(component: bytes) -> tuple[bytes, ...]:
    """6.5: their number, then of each the length of its AID, the AID, two bytes."""
    at, found = 1, []
    for _ in range(component[0]):
        end = at + 1 + component[at]
        found.append(component[at + 1 : end])
        at = end + 2
    if at != len(component):
        raise ValueError("applets")
    return tuple(found)
