"""A simulated card for tests: its state can be saved and restored, its power cut at any write."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NewType, Self

from twincard.simulator.process import (
    Make,
    Operation,
    SimulatedCard,
    SimulatorProcess,
    current_program,
)

BASE_APPLET = "twincard.card.ExtendedTwinCardApplet"
"""The applet without the parts that only the full build has."""
Snapshot = NewType("Snapshot", int)


@dataclass(frozen=True)
class Sizes:
    """Memory the applet takes, in bytes."""

    persistent: int
    transient_reset: int
    transient_deselect: int
    largest_transaction: int


@dataclass(frozen=True)
class Operations:
    """Operations of a chip, by kind; each takes time on a real one.

    Calls are uses of an engine, with the bytes that passed it. Hashes are those of the digest
    engine; a signature's own is part of it. What a key generation writes is part of it, too.
    """

    rsa_private: int = 0
    """With 2048 bits, by the Chinese remainder theorem."""
    rsa_public: int = 0
    rsa_generation: int = 0
    ec_generation: int = 0
    ecdh: int = 0
    ecdsa_sign: int = 0
    ecdsa_verify: int = 0
    aes_calls: int = 0
    aes_bytes: int = 0
    hash_calls: int = 0
    hash_bytes: int = 0
    random_calls: int = 0
    random_bytes: int = 0
    writes: int = 0
    written_bytes: int = 0
    """To persistent memory."""
    array_stores: int = 0
    """Elements of arrays that the applet's code set one by one: a measure of its own work."""


@dataclass(frozen=True)
class Peaks:
    """The most used at any time, in bytes."""

    stack: int
    """The applet's own frames, without those of the card's system code."""
    transaction: int


@dataclass(frozen=True)
class Engines:
    """How many engines the applet has, by what they compute."""

    rsa_nopad: int = 0
    aes_cbc_nopad: int = 0
    sha1: int = 0
    sha256: int = 0
    sha384: int = 0
    sha512: int = 0
    ecdsa_sha256: int = 0
    ecdh_plain: int = 0
    key_pair: int = 0
    transient_key: int = 0
    other: int = 0
    """Of random numbers."""


class Laboratory(SimulatedCard):
    """A card in memory only, for tests and measurements."""

    @classmethod
    def start(cls, applet: str | None = None, chip: str = "") -> Self:
        """A blank card, in a process of its own or in that of `one_program`.

        `install` puts the applet on it.

        `applet` is its class, by default that of the full build (BASE_APPLET: the base build);
        `chip` what it lacks, by default nothing (see Make).
        """
        arguments = ["run", "--memory", "--lab", *Make(applet, chip).arguments]
        shared = current_program()
        return cls(shared.put_in(arguments) if shared else SimulatorProcess(arguments))

    def snapshot(self) -> Snapshot:
        """Keep the whole persistent state, to be put back with `restore`."""
        return Snapshot(int.from_bytes(self._process.call(Operation.SNAPSHOT), "big"))

    def restore(self, snapshot: Snapshot) -> None:
        """Restore a kept state and reset the card; disarms any power cut."""
        self._process.call(Operation.RESTORE, snapshot.to_bytes(4, "big"))

    def drop(self, snapshot: Snapshot) -> None:
        """Forget a kept state."""
        self._process.call(Operation.DROP, snapshot.to_bytes(4, "big"))

    def cut(self, write: int) -> None:
        """Cut the power at the `write`-th persistent write from now (1: the next); 0: never."""
        self._process.call(Operation.CUT, write.to_bytes(4, "big"))

    def writes(self) -> int:
        """Persistent writes since the last call of this or of `cut`."""
        return int.from_bytes(self._process.call(Operation.WRITES), "big")

    def sizes(self) -> Sizes:
        """Memory in use."""
        return Sizes(*struct.unpack(">4I", self._process.call(Operation.SIZES)))

    def faults(self) -> str:
        """Every exception that left the applet uncaught so far; empty when there was none."""
        return self._process.call(Operation.FAULTS).decode()

    def operations(self) -> Operations:
        """What the chip has done since the applet was installed, or this was called last."""
        answer = self._process.call(Operation.OPERATIONS)
        return Operations(*struct.unpack(f">{len(answer) // 4}I", answer))

    def peaks(self) -> Peaks:
        """The deepest stack and the largest transaction since this was called last."""
        return Peaks(*struct.unpack(">2I", self._process.call(Operation.PEAKS)))

    def engines(self) -> Engines:
        """How many engines the applet has made."""
        answer = self._process.call(Operation.ENGINES)
        return Engines(*struct.unpack(f">{len(answer) // 4}I", answer))

    def image(self) -> bytes:
        """All persistent bytes of the card, one after the other."""
        return self._process.call(Operation.IMAGE)
