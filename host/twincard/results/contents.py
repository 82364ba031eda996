"""Packages and applets on a card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContentInfo:
    """A package or an applet on a card; `life_cycle` is the card manager's own number.

    `version` belongs to a package, `package` to an applet; both are None if the card does not
    report them.
    """

    aid: bytes
    life_cycle: int
    version: str | None
    package: bytes | None


@dataclass(frozen=True)
class ProductionInfo:
    """The production data of a card, as numbers in hex digits."""

    maker: str
    chip: str
    system: str
    serial: str


@dataclass(frozen=True)
class Contents:
    """What a card manager reports about itself and its contents."""

    security_domain: bytes
    key_version: int
    parameter: int
    production: ProductionInfo | None
    packages: tuple[ContentInfo, ...]
    applets: tuple[ContentInfo, ...]


@dataclass(frozen=True)
class Unloaded:
    """A card without this package; `changed` is false if it had none before."""

    package: bytes
    changed: bool
