"""Exactly once against who holds the wire: power cuts and replays give no second backup the key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TypeVar, cast

import pytest
from tests.bench import Bench, Stage
from tests.faults.adversary import Adversary, Messages, Position, between_cards, heard
from tests.faults.keys import Sealed, parts_of, remains
from tests.faults.power import LONG, Place, Scene, Subject, power_fails

from twincard.card.report import CardReport, ExportReport, ExportState, Mode
from twincard.card.session import Card
from twincard.iso.status import CardError
from twincard.keys.key_type import KeyType
from twincard.simulator.laboratory import Snapshot

SIZE = 3
_T = TypeVar("_T")


@dataclass(frozen=True)
class Case:
    """A command to cut, on one card; `prepare` brings the cards there and tells what was heard.

    `depth` is how many moves the attacker makes after each cut.
    """

    victim: str
    prepare: Callable[[Siege], Messages]
    command: Callable[[Card, Messages], object]
    depth: int = 4


class Siege:
    """An original that may make one backup, two backups with a ticket each, and the attacker."""

    def __init__(self, bench: Bench, key: KeyType, mode: Mode) -> None:
        bench.in_mode(mode).at(Stage.KEYED, size=SIZE, key=key)
        self.parts = parts_of(bench.original, bench.backup, SIZE, key)
        self.scene = Scene(bench.original, bench.backup, bench.backup2)
        self.original, self.backup, self.backup2 = self.scene.subjects
        card = self.original.unlocked()
        self.original_id = card.report().card_id
        self.sealed = Sealed.by(card)
        moves = between_cards(self.original, (self.backup, self.backup2))
        self.adversary = Adversary(self.scene, moves, self.judge)
        self.ended: set[bytes] = set()
        """Nonces of tickets for which the original took a void receipt."""
        self._seen: dict[tuple[str, Snapshot], object] = {}

    def renew_key(self) -> None:
        """The original makes another key, of the same type."""
        card = self.original.unlocked()
        card.usage.generate(KeyType.P_256)
        self.sealed = Sealed.by(card)
        backup2 = self.backup2.specimen
        self.parts = parts_of(self.original.specimen, backup2, SIZE, KeyType.P_256)

    def subject(self, name: str) -> Subject:
        """The card of this name."""
        return next(subject for subject in self.scene.subjects if subject.name == name)

    def judge(self, position: Position) -> None:
        """At most one backup holds the key, and then the original counts it; its own key works."""
        export = self.once(self.original, position, self.export_of_original)
        holders = [
            holder
            for backup in (self.backup, self.backup2)
            if (holder := self.once(backup, position, partial(self.holder, backup)))
        ]
        assert len(holders) <= 1
        if holders:
            assert export.state is not ExportState.NONE
        assert export.nonce not in self.ended
        if export.state is ExportState.PENDING:
            assert export.slots_used == 0
            assert holders in ([], [export.backup_id])

    def once(self, subject: Subject, position: Position, look: Callable[[], _T]) -> _T:
        """What is seen of a card in this state: looked at once, since it would be the same."""
        state = position.cards[self.scene.subjects.index(subject)]
        if (subject.name, state) not in self._seen:
            self._seen[subject.name, state] = look()
        return cast("_T", self._seen[subject.name, state])

    def export_of_original(self) -> ExportReport:
        """Its own key works."""
        original = self.original.unlocked()
        assert self.sealed.opens_with(original)
        export = original.report().export
        assert export is not None
        return export

    def holder(self, backup: Subject) -> bytes | None:
        """The card id, if this backup holds the key: it works, or no part of it is there."""
        opens = self._opens(backup)
        assert opens == (remains(backup.lab.image(), self.parts) != [])
        return backup.card().report().card_id if opens else None

    def _opens(self, backup: Subject) -> bool:
        try:
            return self.sealed.opens_with(backup.unlocked())
        except CardError:
            return False


def _tickets(siege: Siege) -> Messages:
    backups = (siege.backup, siege.backup2)
    return Messages(
        tickets=tuple(backup.unlocked().duplication.ticket(siege.original_id) for backup in backups)
    )


def _exported(siege: Siege) -> Messages:
    known = _tickets(siege)
    block = siege.original.unlocked().duplication.export_key(known.tickets[0])
    return Messages(known.tickets, (block,))


def _imported(siege: Siege) -> Messages:
    known = _exported(siege)
    return heard(known, siege.backup.unlocked().duplication.import_key(known.blocks[0]))


def _cancelled(siege: Siege) -> Messages:
    return heard(_exported(siege), siege.backup.unlocked().duplication.cancel())


def _terminated(siege: Siege) -> Messages:
    known = _imported(siege)
    siege.backup.unlocked().terminate()
    return heard(known, siege.backup.card().duplication.receipt())


def _confirm_last(card: Card, known: Messages) -> None:
    card.duplication.confirm(known.receipts[-1])


CASES = {
    "EXPORT KEY": Case(
        "original", _tickets, lambda card, known: card.duplication.export_key(known.tickets[0]), 3
    ),
    "IMPORT KEY": Case(
        "backup", _exported, lambda card, known: card.duplication.import_key(known.blocks[0]), 3
    ),
    "CONFIRM EXPORT done": Case("original", _imported, _confirm_last),
    "CONFIRM EXPORT void": Case("original", _cancelled, _confirm_last),
    "CONFIRM EXPORT void of a terminated backup": Case("original", _terminated, _confirm_last),
    "CANCEL TICKET": Case("backup", _exported, lambda card, known: card.duplication.cancel()),
    "TERMINATE with a ticket": Case("backup", _exported, lambda card, known: card.terminate()),
    "TERMINATE with the key": Case("backup", _imported, lambda card, known: card.terminate()),
}


@pytest.mark.parametrize(
    ("mode", "key", "deeper"),
    [
        (Mode.BASE, KeyType.P_256, 0),
        (Mode.BASE, KeyType.RSA_2048, -1),
        (Mode.HOST_BLIND, KeyType.P_256, -2),
        pytest.param(Mode.BASE, KeyType.RSA_2048, 1, marks=LONG),
        pytest.param(Mode.HOST_BLIND, KeyType.P_256, 0, marks=LONG),
    ],
)
@pytest.mark.parametrize("command", CASES)
def test_no_replay_after_a_cut_gives_two_backups_the_key(
    bench: Bench, command: str, mode: Mode, key: KeyType, deeper: int
) -> None:
    case = CASES[command]
    siege = Siege(bench, key, mode)
    known = case.prepare(siege)
    victim = siege.subject(case.victim)
    start = siege.scene.keep()
    attacked: set[tuple[CardReport, bytes]] = set()
    for write in count(1, 1 if mode is Mode.BASE else 3):
        siege.scene.put_back(start)
        card = victim.unlocked()
        interrupted = power_fails(partial(case.command, card, known), victim, Place.WRITE, write)
        report = victim.card().report()
        state = report, victim.lab.image()
        if state not in attacked:
            attacked.add(state)
            cut = f"{command} cut at write {write}"
            siege.adversary.attack(known, case.depth + deeper, cut)
        if not interrupted:
            break
    assert len(attacked) > 1


def _freed(siege: Siege, backup: Subject) -> Messages:
    """A ticket was pending, and the original has its slot back."""
    card = backup.unlocked()
    ticket = card.duplication.ticket(siege.original_id, void_delivered=True)
    block = siege.original.unlocked().duplication.export_key(ticket)
    receipt = card.duplication.cancel()
    siege.original.unlocked().duplication.confirm(receipt)
    siege.ended.add(ticket.nonce)
    return Messages((ticket,), (block,), (receipt,))


def _after_nothing(siege: Siege, known: Messages) -> Messages:
    return known


def _after_a_reset(siege: Siege, known: Messages) -> Messages:
    siege.original.wire.restart()
    return known


def _after_another_backup(siege: Siege, known: Messages) -> Messages:
    more = _freed(siege, siege.backup2)
    return Messages(
        known.tickets + more.tickets, known.blocks + more.blocks, known.receipts + more.receipts
    )


def _after_a_new_key(siege: Siege, known: Messages) -> Messages:
    siege.renew_key()
    return known


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "then", [_after_nothing, _after_a_reset, _after_another_backup, _after_a_new_key]
)
def test_no_recorded_ticket_that_became_void_is_pending_again(
    bench: Bench, then: Callable[[Siege, Messages], Messages], mode: Mode
) -> None:
    siege = Siege(bench, KeyType.P_256, mode)
    known = then(siege, _freed(siege, siege.backup))
    assert siege.adversary.attack(known, 3) > 3
