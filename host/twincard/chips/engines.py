"""How much transient memory the engine objects of a chip take: ciphers, digests and the like."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from twincard.simulator.laboratory import Engines

_TABLE = "data/engines.csv"
MEASURED = (
    "rsa_nopad",
    "aes_cbc_nopad",
    "sha1",
    "sha256",
    "sha384",
    "sha512",
    "ecdsa_sha256",
    "ecdh_plain",
    "transient_key",
)
"""The columns of the table, by the names in Engines."""
_OPTIONAL = ("sha1", "sha384", "sha512")


@dataclass(frozen=True)
class EngineMemory:
    """Bytes of transient memory that each engine takes when it is made."""

    bytes: Engines
    """For one engine of each kind; for a transient key, the bytes beyond its own 16."""
    measured: bool
    """The chip measured; else these are the values of the chip whose engines take most."""

    def taken(self, engines: Engines) -> int:
        """The total for so many of them."""
        return sum(getattr(engines, name) * size for name, size in vars(self.bytes).items())


NO_ENGINES = EngineMemory(Engines(), measured=True)
"""As if engines took no memory."""


def engine_memory(name: str, alike: Iterable[str]) -> EngineMemory:
    """The figures of the chip with this name, or of chips of its model (their names)."""
    table = _table()
    own = table.get(name, {})
    others = [table[other] for other in alike if other in table]
    sizes = {}
    measured = bool(own or others)
    for engine in MEASURED:
        found = [row[engine] for row in ([own] if engine in own else others) if engine in row]
        measured &= bool(found) or engine in _OPTIONAL
        sizes[engine] = max(found) if found else _most()[engine]
    return EngineMemory(Engines(**sizes), measured)


@cache
def _most() -> Mapping[str, int]:
    """Of the fully measured chips, the one whose engines take most in all."""
    whole = (row for row in _table().values() if len(row) == len(MEASURED))
    return max(whole, key=lambda row: sum(row.values()))


@cache
def _table() -> Mapping[str, Mapping[str, int]]:
    """By chip; without values that were not measured."""
    text = files("twincard.chips").joinpath(_TABLE).read_text(encoding="utf-8")
    return {
        row["name"]: {engine: int(row[engine]) for engine in MEASURED if row[engine]}
        for row in csv.DictReader(text.splitlines())
    }
