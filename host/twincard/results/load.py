"""The applet, and a card that it was loaded onto."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twincard.results.marks import Id, Sha256


@dataclass(frozen=True)
class PackageInfo:
    """A package by its AID, and its version."""

    aid: bytes
    version: str


@dataclass(frozen=True)
class CapInfo:
    """What a CAP file holds, and what of it a card is sent."""

    file: Path
    package: PackageInfo
    applets: tuple[bytes, ...]
    imports: tuple[PackageInfo, ...]
    load_file_bytes: int
    load_file_sha256: Sha256
    stand_in: bool
    """Whether it has no code, and is for blank simulated cards alone."""


@dataclass(frozen=True)
class Loaded:
    """A card that has the applet; `changed` is False where it had it before, from the same run.

    `transport_key_file` holds its transport key; `key_version` is that of its management keys, in
    `management_keys_file`, or None where they are the default keys.
    """

    card_id: Id
    applet: bytes
    changed: bool
    transport_key_file: Path
    management_keys_file: Path | None
    key_version: int
    load_file_sha256: Sha256
