"""CAP files, and cards with a loaded applet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twincard.results.marks import Id, Sha256


@dataclass(frozen=True)
class PackageInfo:
    """A package: its AID and version."""

    aid: bytes
    version: str


@dataclass(frozen=True)
class CapInfo:
    """The contents of a CAP file, and the load file that is sent to a card."""

    file: Path
    package: PackageInfo
    applets: tuple[bytes, ...]
    imports: tuple[PackageInfo, ...]
    load_file_bytes: int
    load_file_sha256: Sha256
    stand_in: bool
    """The file contains no code and is only for blank simulated cards."""


@dataclass(frozen=True)
class Loaded:
    """A card with the applet; `changed` is false if an earlier run had already loaded it.

    `transport_key_file` contains the transport key of the applet. `key_version` is the version of
    the management keys in `management_keys_file`, which is None for the default keys.
    """

    card_id: Id
    applet: bytes
    changed: bool
    transport_key_file: Path
    management_keys_file: Path | None
    key_version: int
    load_file_sha256: Sha256
