"""The one-time secrets of host-blind mode end with their export, wherever the power fails."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage
from tests.faults.power import Story, Subject, interrupt
from tests.trust.authority import point_of
from tests.trust.blind import Export, Ticket
from tests.trust.recorder import likely, private_key, scalars_in

from twincard.card.report import ExportState, ImportState, Mode
from twincard.card.session import Card
from twincard.flows.duplicate.abandon import cancel
from twincard.flows.duplicate.duplication import duplicate_key

SCALAR_BYTES = 32
CURVE = bytes.fromhex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC")
GONE = (bytes(SCALAR_BYTES), CURVE)
"""A scalar that was wiped; or none, and the curve, which comes next in the memory of a key."""


class OneTimeSecrets(Story):
    """A duplication, from the start; each card keeps its secret in one place of its memory."""

    def __init__(self, bench: Bench) -> None:
        bench.in_mode(Mode.HOST_BLIND).at(Stage.KEYED)
        super().__init__(bench.original, bench.backup)
        self.original, self.backup = self.scene.subjects
        with self.scene.aside():
            original = self.original.unlocked()
            ticket = self.backup.unlocked().duplication.ticket(original.report().card_id)
            export = original.duplication.export_key(ticket)
            points = Export.parse(export.encoded).point, Ticket.parse(ticket.encoded).point
            self.places = {
                subject.name: _place(subject, point)
                for subject, point in zip(self.scene.subjects, points, strict=True)
            }

    def open(self) -> None:
        """Nothing: the flow opens its sessions itself."""

    def act(self) -> None:
        duplicate_key(self.original.unintroduced(), self.backup.unintroduced())

    repeat = act

    def check(self) -> None:
        for subject in self.scene.subjects:
            card = subject.card()
            if not _is_open(card):
                assert self.secret(subject) in GONE, subject.name
        backup = self.backup.unlocked()
        if _is_open(backup):
            # The place is the right one: it holds the secret of what the backup says.
            original_id = self.original.card().report().card_id
            ticket = Ticket.parse(backup.duplication.ticket(original_id).encoded)
            assert point_of(private_key(self.secret(self.backup))) == ticket.point

    def secret(self, subject: Subject) -> bytes:
        """What is where the card keeps the scalar of its open export or ticket."""
        place = self.places[subject.name]
        return subject.lab.image()[place : place + SCALAR_BYTES]

    def conclude(self) -> None:
        for subject in self.scene.subjects:
            assert not _is_open(subject.card())
        self.check()


class Cancelled(OneTimeSecrets):
    """The same up to the export; then the ticket is made void."""

    def act(self) -> None:
        original, backup = self.original.unlocked(), self.backup.unlocked()
        ticket = backup.duplication.ticket(original.report().card_id)
        original.duplication.export_key(ticket)
        self.repeat()

    def repeat(self) -> None:
        """A ticket that was never drawn is drawn first."""
        original, backup = self.original.unlocked(), self.backup.unlocked()
        if _state(backup) is ImportState.EMPTY:
            backup.duplication.ticket(original.report().card_id)
        cancel(original, backup)


def _place(subject: Subject, point: bytes) -> int:
    image = subject.lab.image()
    (scalar,) = scalars_in(likely(image), point)
    assert image.count(scalar) == 1
    return image.index(scalar)


def _state(card: Card) -> ImportState | ExportState:
    report = card.report()
    side = report.import_ or report.export
    assert side is not None
    return side.state


def _is_open(card: Card) -> bool:
    return _state(card) in (ImportState.TICKETED, ExportState.PENDING)


@pytest.mark.parametrize("victim", ["original", "backup"])
@pytest.mark.parametrize("kind", [OneTimeSecrets, Cancelled])
def test_a_one_time_secret_ends_with_its_export_whatever_write_is_cut(
    bench: Bench, kind: type[OneTimeSecrets], victim: str
) -> None:
    story = kind(bench)
    card = story.original if victim == "original" else story.backup
    assert interrupt(story, card, step=3) > 10
