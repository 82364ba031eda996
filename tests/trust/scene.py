"""What the attacks on host-blind mode begin with: two cards of the bench, and all components."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.bench import GROUP_ID, ISSUER, Bench, Stage, components
from tests.interop.independent import Group
from tests.trust.authority import Issuer
from tests.trust.software_cards import SoftwareBackup, SoftwareOriginal
from tests.trust.terminal import Terminal

from twincard.card.report import Mode, PolicyFlags

STRANGER = Issuer.of("another issuer")
GROUP = Group.of([item.value.reveal() for item in components()], GROUP_ID)
"""What the attacker knows from all components."""


@dataclass
class Scene:
    """An original with a key, and a backup, both certified by the bench's issuer."""

    original: Terminal
    backup: Terminal
    bench: Bench = field(repr=False)

    @classmethod
    def on(cls, bench: Bench, policy: PolicyFlags = PolicyFlags.NONE, backups: int = 1) -> Scene:
        """Base mode is forbidden only where the policy says so."""
        bench.at(Stage.KEYED, mode=Mode.HOST_BLIND, policy=policy, backups=backups)
        return cls(Terminal(bench.original), Terminal(bench.backup), bench)

    def introduce(self) -> None:
        """Each card is the other's peer."""
        self.original.meet(self.backup.certificate)
        self.backup.meet(self.original.certificate)


def software_backup(issuer: Issuer = ISSUER, **changes: object) -> SoftwareBackup:
    """A backup by who has all components, certified by this issuer."""
    return SoftwareBackup(GROUP, issuer, **changes)  # type: ignore[arg-type]


def software_original(issuer: Issuer = ISSUER, **changes: object) -> SoftwareOriginal:
    """An original by who has all components, certified by this issuer."""
    return SoftwareOriginal(GROUP, issuer, **changes)  # type: ignore[arg-type]


def identity(bench: Bench) -> bytes:
    """What a receipt tells of the original's key: its digest, and the id of its archive key."""
    report = bench.original.card().report()
    assert report.key is not None
    assert report.archive_id is not None
    return report.key.digest + report.archive_id
