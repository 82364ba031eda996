"""What is on a card beside and below the applet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContentInfo:
    """A package or an applet on a card; `life_cycle` is the card manager's own number.

    `version` is a package's, `package` an applet's; None where the card does not tell.
    """

    aid: bytes
    life_cycle: int
    version: str | None
    package: bytes | None


@dataclass(frozen=True)
class ProductionInfo:
    """Who made a card: numbers in hex digits."""

    maker: str
    chip: str
    system: str
    serial: str


@dataclass(frozen=True)
class Contents:
    """What a card manager tells: of itself, and of what it manages."""

    security_domain: bytes
    key_version: int
    parameter: int
    production: ProductionInfo | None
    packages: tuple[ContentInfo, ...]
    applets: tuple[ContentInfo, ...]


@dataclass(frozen=True)
class Unloaded:
    """A card without this package; `changed` is False where it had none."""

    package: bytes
    changed: bool
