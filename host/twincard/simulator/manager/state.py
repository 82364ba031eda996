"""The state of a simulated card's card manager, as it is stored in the card's file."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

from twincard.ground.language import _
from twincard.simulator.manager.loading import Package
from twincard.simulator.manager.scp03 import StaticKeys
from twincard.transport.connection import CardFileError

INITIAL_VERSION = 0xFF
"""Of the keys that a card comes with (GlobalPlatform 2.3.1, 11.8.2.2.3)."""
_DEFAULT_KEY = bytes(range(0x40, 0x50))
DEFAULT_KEYS = StaticKeys(_DEFAULT_KEY, _DEFAULT_KEY, _DEFAULT_KEY)
"""The test keys that everybody knows, which cards for developers come with."""
DIVERSIFICATION_BYTES = 10
_KEY_BYTES = {16, 24, 32}
_MOST_AID_BYTES = 16
_MOST_BYTE = 0xFF
_MOST_COUNT = 0xFFFFFF


@dataclass(frozen=True)
class Instance:
    """An installed applet: its package, its applet class and its privileges."""

    package: bytes
    applet: bytes
    privileges: bytes


@dataclass
class ManagerState:
    """What stays when the power goes.

    `keys` are the key sets by version, `counters` how many channels began with each; `failures`
    counts wrong keys in a row. `running` is the AID of the instance that the simulator runs, empty
    where it runs none.
    """

    diversification: bytes
    keys: dict[int, StaticKeys] = field(default_factory=lambda: {INITIAL_VERSION: DEFAULT_KEYS})
    counters: dict[int, int] = field(default_factory=dict)
    failures: int = 0
    packages: dict[bytes, Package] = field(default_factory=dict)
    instances: dict[bytes, Instance] = field(default_factory=dict)
    running: bytes = b""

    @classmethod
    def of_new_card(cls) -> ManagerState:
        """A card as it is sold: the default keys, a serial number of its own, and nothing on it."""
        return cls(secrets.token_bytes(DIVERSIFICATION_BYTES))

    def encode(self) -> bytes:
        """As `decode` takes it; the keys are in it in the clear."""
        return json.dumps(
            {
                "diversification": self.diversification.hex(),
                "keys": {
                    str(version): [key.hex() for key in (keys.enc, keys.mac, keys.dek)]
                    for version, keys in self.keys.items()
                },
                "counters": {str(version): count for version, count in self.counters.items()},
                "failures": self.failures,
                "packages": {
                    aid.hex(): {
                        "version": package.version,
                        "applets": [applet.hex() for applet in package.applets],
                        "sha256": package.sha256.hex(),
                    }
                    for aid, package in self.packages.items()
                },
                "instances": {
                    aid.hex(): [item.package.hex(), item.applet.hex(), item.privileges.hex()]
                    for aid, item in self.instances.items()
                },
                "running": self.running.hex(),
            },
            separators=(",", ":"),
        ).encode()

    def check(self) -> None:
        """Raises ValueError for what no card manager keeps, which would fail in some command."""
        lengths = {
            len(key) for keys in self.keys.values() for key in (keys.enc, keys.mac, keys.dek)
        }
        names = [
            *self.packages,
            *self.instances,
            *(item.package for item in self.instances.values()),
        ]
        versions = [part for package in self.packages.values() for part in package.version]
        right = (
            len(self.diversification) == DIVERSIFICATION_BYTES
            and self.keys
            and lengths <= _KEY_BYTES
            and all(0 < version <= _MOST_BYTE for version in self.keys)
            and all(0 <= count < _MOST_COUNT for count in self.counters.values())
            and self.failures >= 0
            and all(0 < len(name) <= _MOST_AID_BYTES for name in names)
            and all(0 <= part <= _MOST_BYTE for part in versions)
            and (not self.running or self.running in self.instances)
        )
        if not right:
            raise ValueError("state of the card manager")

    @classmethod
    def decode(cls, kept: bytes) -> ManagerState:
        """What `encode` made. Raises CardFileError."""
        aid = bytes.fromhex
        try:
            read = json.loads(kept)
            state = cls(
                aid(read["diversification"]),
                {
                    int(version): StaticKeys(*map(aid, keys))
                    for version, keys in read["keys"].items()
                },
                {int(version): int(count) for version, count in read["counters"].items()},
                int(read["failures"]),
                {
                    aid(name): Package(
                        (package["version"][0], package["version"][1]),
                        tuple(map(aid, package["applets"])),
                        aid(package["sha256"]),
                    )
                    for name, package in read["packages"].items()
                },
                {aid(name): Instance(*map(aid, item)) for name, item in read["instances"].items()},
                aid(read["running"]),
            )
            state.check()
            return state
        # Too large a number is an OverflowError, too many brackets a RecursionError.
        except (
            ArithmeticError,
            RecursionError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
        ):
            raise CardFileError(
                _("The stored state of the simulated card's card manager is damaged.")
            ) from None
