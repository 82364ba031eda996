"""What all components and every byte on the wire are worth: the key in base mode, nothing else.

The attacker is tests/trust/recorder.py. What he cannot do without the ephemeral secret of a card
he is shown to do with it, so that it is the secret that protects the key, and not his clumsiness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest
from tests.bench import Bench, Specimen, Stage, component, components
from tests.faults.keys import remains
from tests.interop.independent import Group
from tests.trust import blind
from tests.trust.blind import Export, Ticket
from tests.trust.recorder import (
    Recorder,
    likely,
    open_in_base_mode,
    open_with_secret,
    private_key,
    scalars_in,
    windows,
)
from tests.trust.scene import GROUP, Scene
from tests.trust.terminal import Terminal

from twincard.card.report import Mode
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType

NOT_OPENED = (ValueError, AssertionError)


def recorded(bench: Bench, mode: Mode) -> Recorder:
    """Two cards that get their components and duplicate, and who hears it all."""
    bench.at(Stage.ISSUED, mode=mode)
    recorder = Recorder()
    cards = []
    for specimen in (bench.original, bench.backup):
        card = specimen.session(recorder.on(specimen.lab))
        card.pin.verify(specimen.pin)
        cards.append(card)
    duplicate_key(cards[0], cards[1], components()[1:], KeyType.P_256)
    return recorder


def public_key(specimen: Specimen) -> object:
    return specimen.card().usage.public_key().loaded()


def test_a_recorder_with_all_components_opens_the_block_in_base_mode(bench: Bench) -> None:
    recorder = recorded(bench, Mode.BASE)
    group = recorder.group(component(1).value.reveal())
    ticket, export = recorder.duplication()
    assert ticket.header.mode == blind.BASE
    key = open_in_base_mode(group, ticket, export)
    assert key.public_key() == public_key(bench.original)


def test_a_recorder_with_all_components_cannot_in_host_blind_mode(bench: Bench) -> None:
    recorder = recorded(bench, Mode.HOST_BLIND)
    group = recorder.group(component(1).value.reveal())
    assert group == GROUP
    ticket, export = recorder.duplication()
    assert ticket.header.mode == blind.BLIND
    with pytest.raises(NOT_OPENED):
        open_in_base_mode(group, ticket, export)
    # As the secret: anything that was ever said, and what is next to it.
    said = windows(recorder.everything) | {bytes(32), bytes([0xFF]) * 32, group.key}
    assert opened_with(said, group, ticket, export) == []
    # As one of the two scalars: the same.
    assert scalars_in(said, ticket.point) == scalars_in(said, export.point) == []


def opened_with(
    secrets: Iterable[bytes], group: Group, ticket: Ticket, export: Export
) -> list[bytes]:
    """The secrets under which the block opens."""
    found = []
    for secret in secrets:
        try:
            open_with_secret(group, ticket, export, secret)
        except NOT_OPENED:
            continue
        found.append(secret)
    return found


@dataclass
class Pending:
    """Both cards with an open ephemeral, and what is in them then."""

    scene: Scene
    ticket: Ticket
    export: Export
    of_backup: bytes = field(repr=False)
    """The scalar of E_B."""
    of_original: bytes = field(repr=False)
    """The scalar of E_O."""

    @classmethod
    def on(cls, bench: Bench) -> Pending:
        """By opening both cards, as no terminal can."""
        scene = Scene.on(bench)
        scene.introduce()
        ticket = scene.backup.ticket(scene.original.card_id)
        export = scene.original.export(ticket)
        (of_backup,) = scalars_in(likely(bench.backup.lab.image()), ticket.point)
        (of_original,) = scalars_in(likely(bench.original.lab.image()), export.point)
        return cls(scene, ticket, export, of_backup, of_original)

    @property
    def secrets(self) -> list[bytes]:
        """Every secret of this export that is not derived from the components alone."""
        secret = blind.shared_secret(private_key(self.of_backup), self.export.point)
        group = blind.blinded(GROUP, self.ticket, self.export.point, secret)
        header = self.ticket.header.encode()
        derived = [group.key, group.kbpk(header), group.pad(header)]
        return [self.of_backup, self.of_original, secret, *derived]


def test_who_opens_a_card_while_its_export_is_open_opens_the_block(bench: Bench) -> None:
    # Otherwise the tests around would show no more than that the attacker cannot count.
    pending = Pending.on(bench)
    for scalar, point in (
        (pending.of_backup, pending.export.point),
        (pending.of_original, pending.ticket.point),
    ):
        secret = blind.shared_secret(private_key(scalar), point)
        key = open_with_secret(GROUP, pending.ticket, pending.export, secret)
        assert key.public_key() == public_key(bench.original)


def _done(pending: Pending) -> None:
    receipt = pending.scene.backup.take(pending.export)
    assert pending.scene.original.confirm(receipt.encode()) == Sw.DONE


def _cancelled(pending: Pending) -> None:
    receipt = pending.scene.backup.cancel()
    assert pending.scene.original.confirm(receipt.encode()) == Sw.DONE


def _terminated(pending: Pending) -> None:
    bench = pending.scene.bench
    for specimen in (bench.original, bench.backup):
        specimen.unlocked().terminate()


def _abandoned(pending: Pending) -> None:
    bench = pending.scene.bench
    card = bench.original.as_issuer()
    card.pin.verify(bench.original.pin)
    card.duplication.abandon()
    pending.scene.backup.cancel()


ENDINGS: dict[str, Callable[[Pending], None]] = {
    "done": _done,
    "cancelled": _cancelled,
    "terminated": _terminated,
    "abandoned": _abandoned,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_who_opens_both_cards_afterwards_opens_no_old_export(bench: Bench, ending: str) -> None:
    pending = Pending.on(bench)
    ENDINGS[ending](pending)
    for specimen in (bench.original, bench.backup):
        specimen.card()
        assert remains(specimen.lab.image(), pending.secrets) == []


def test_the_shared_secret_is_in_no_memory_even_while_the_export_is_open(bench: Bench) -> None:
    pending = Pending.on(bench)
    derived = pending.secrets[2:]
    for specimen in (bench.original, bench.backup):
        assert remains(specimen.lab.image(), derived) == []


def test_a_new_ticket_leaves_nothing_of_the_old_one(bench: Bench) -> None:
    pending = Pending.on(bench)
    backup: Terminal = pending.scene.backup
    _cancelled(pending)
    _, sw = backup.get_ticket(pending.scene.original.card_id, blind.BLIND, p1=1)
    assert sw == Sw.DONE
    assert remains(bench.backup.lab.image(), pending.secrets) == []
