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
    """Of one engine of each kind; a transient key's are those beyond 16 of its own."""
    measured: bool
    """On such a chip; else these are those of the chip on which engines take most."""

    def taken(self, engines: Engines) -> int:
        """What so many of them take together."""
        return sum(getattr(engines, name) * size for name, size in vars(self.bytes).items())


NO_ENGINES = EngineMemory(Engines(), measured=True)
"""As if they took nothing, which is what was counted once."""


def engine_memory(name: str, alike: Iterable[str]) -> EngineMemory:
    """What is known of the chip of this name, or else of chips of its model (their names)."""
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
    """Of the chips that were measured in full, the one whose engines take most in all."""
    whole = (row for row in _table().values() if len(row) == len(MEASURED))
    return max(whole, key=lambda row: sum(row.values()))


@cache
def _table() -> Mapping[str, Mapping[str, int]]:
    """By chip; what was not measured is not there."""
    text = files("twincard.chips").joinpath(_TABLE).read_text(encoding="utf-8")
    return {
        row["name"]: {engine: int(row[engine]) for engine in MEASURED if row[engine]}
        for row in csv.DictReader(text.splitlines())
    }
