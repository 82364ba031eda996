"""Blank simulated cards that note what they are sent, and refuse what a test wants refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from twincard.simulator.laboratory import Laboratory
from twincard.simulator.manager.card import ManagedCard
from twincard.simulator.manager.domain import USUAL_AID, SecurityDomain
from twincard.simulator.manager.loading import Package
from twincard.simulator.manager.scp03 import StaticKeys
from twincard.simulator.manager.state import (
    DEFAULT_KEYS,
    INITIAL_VERSION,
    Instance,
    ManagerState,
)

DEFAULT_KEY = DEFAULT_KEYS.enc
DIVERSIFICATION = bytes.fromhex("00004711081500000042")
ATR = bytes.fromhex("3B8E8131FE458073F001C0585457494E434152440F")
SOMEBODY_ELSES = Package((1, 0), (), bytes(32))
"""A package of which nobody knows more than its version."""

Refusal = Callable[[int, int], int]
"""Given INS and P1 of a command inside the channel: a status word to refuse it with, or 0."""


class WatchedDomain(SecurityDomain):
    """`plain` is every command that went through the channel, as it was inside."""

    def __init__(self, applets: Laboratory, state: ManagerState) -> None:
        self.plain: list[tuple[int, int, int, bytes]] = []
        self.refuse: Refusal = lambda _ins, _p1: 0
        super().__init__(applets, state)

    def carry_out(self, ins: int, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        self.plain.append((ins, p1, p2, data))
        refusal = self.refuse(ins, p1)
        if refusal:
            self._loading = None
            return b"", refusal
        return super().carry_out(ins, p1, p2, data)


class WatchedCard(ManagedCard):
    """A card in memory; `seen` is every command that it was sent.

    `keys` are its key sets by version, `packages` what is on it from the start.
    """

    domain: WatchedDomain

    def __init__(
        self,
        *,
        keys: Mapping[int, StaticKeys] | None = None,
        parameter: int = 0x70,
        packages: Mapping[bytes, Package] | None = None,
        failures: int = 0,
        most_data: int = 255,
        domain_aid: bytes = USUAL_AID,
        chip: str = "",
    ) -> None:
        self._laboratory = Laboratory.start(chip=chip)
        domain = WatchedDomain(self._laboratory, ManagerState(DIVERSIFICATION))
        domain.parameter, domain.most_data, domain.aid = parameter, most_data, domain_aid
        super().__init__(self._laboratory, domain)
        self.seen: list[bytes] = []
        # In a reader it is served by a thread of its own.
        self._lock = Lock()
        self.wipe(keys, packages)
        domain.state.failures = failures

    def wipe(
        self,
        keys: Mapping[int, StaticKeys] | None = None,
        packages: Mapping[bytes, Package] | None = None,
    ) -> None:
        """As it was sold: nothing on it but these."""
        with self._lock:
            self._laboratory.remove()
            self.domain.state = ManagerState(
                DIVERSIFICATION,
                dict(keys or {INITIAL_VERSION: DEFAULT_KEYS}),
                packages=dict(packages or {}),
            )
            self.domain.plain.clear()
            self.domain.refuse = lambda _ins, _p1: 0
            self.seen.clear()
            super().reset()

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        with self._lock:
            self.seen.append(apdu)
            return super().transmit(apdu)

    def reset(self) -> None:
        with self._lock:
            super().reset()

    def close(self) -> None:
        """The power is cut; what is on the card stays."""
        self.reset()

    def destroy(self) -> None:
        """The end of the card."""
        with self._lock:
            super().close()

    @property
    def keys(self) -> dict[int, StaticKeys]:
        return self.domain.state.keys

    @property
    def packages(self) -> dict[bytes, Package]:
        return self.domain.state.packages

    @property
    def instances(self) -> dict[bytes, Instance]:
        return self.domain.state.instances

    @property
    def failures(self) -> int:
        return self.domain.state.failures

    @property
    def plain(self) -> list[tuple[int, int, int, bytes]]:
        return self.domain.plain

    @property
    def greetings(self) -> int:
        """How many sessions were begun."""
        return sum(apdu[:2] == b"\x80\x50" for apdu in self.seen)

    @property
    def load_files(self) -> dict[bytes, bytes]:
        """The SHA-256 of each package's load file."""
        return {aid: package.sha256 for aid, package in self.packages.items()}

    def refuse_with(self, refusal: Refusal | None) -> None:
        self.domain.refuse = refusal or (lambda _ins, _p1: 0)
