"""What waits for a backup, and what a transport PIN leaves out, when power fails."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count

from tests.bench import Bench, Stage
from tests.faults.power import Place, Scene, Subject, power_fails

from twincard.card.issuer import Personalisation
from twincard.card.report import CardReport, ExportState, PolicyFlags, Role
from twincard.card.session import Card
from twincard.iso.status import CardError
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret

WITHHELD = PolicyFlags.PUBLIC_KEY_WITHHELD
NEW_PIN = Secret("own PIN")


def reports(
    subject: Subject, command: Callable[[Card], object], session: Callable[[], Card]
) -> list[CardReport]:
    """What the card reports after a cut at each write of a command, and after the whole of it."""
    scene = Scene(subject.specimen)
    (victim,) = scene.subjects
    start, seen = scene.keep(), []
    for write in count(1):
        scene.put_back(start)
        interrupted = power_fails(partial(command, session()), victim, Place.WRITE, write)
        seen.append(victim.card().report())
        assert shows(victim.card()) is released(seen[-1])
        if not interrupted:
            return seen
    raise AssertionError


def shows(card: Card) -> bool:
    """Whether the public key can be had."""
    try:
        card.usage.public_key()
    except CardError:
        return False
    return True


def released(report: CardReport) -> bool:
    """As reported."""
    return report.key is not None and report.key.released and report.key.public_key_readable


def pending(bench: Bench, backups: int = 1) -> Subject:
    """An original whose block is on its way."""
    bench.at(Stage.KEYED, backups=backups, policy=WITHHELD)
    original = bench.original.unlocked()
    ticket = bench.backup.unlocked().duplication.ticket(original.report().card_id)
    block = original.duplication.export_key(ticket)
    bench.backup.unlocked().duplication.import_key(block)
    return Subject(bench.original)


def test_a_key_is_released_with_its_slot(bench: Bench) -> None:
    subject = pending(bench)
    receipt = bench.backup.card().duplication.receipt()
    seen = reports(subject, lambda card: card.duplication.confirm(receipt), bench.original.unlocked)
    for report in seen:
        assert report.export is not None
        assert released(report) is (report.export.state is ExportState.DONE)
    assert {released(report) for report in seen} == {False, True}


def test_an_abandoned_slot_releases_nothing_at_any_write(bench: Bench) -> None:
    subject = pending(bench)

    def session() -> Card:
        card = bench.original.as_issuer()
        card.pin.verify(bench.original.pin)
        return card

    seen = reports(subject, lambda card: card.duplication.abandon(), session)
    assert not any(map(released, seen))
    assert seen[-1].key_is_dead
    assert seen[-1].group is not None


def test_a_new_key_is_never_shown_in_the_old_ones_place(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED, policy=WITHHELD)
    subject = Subject(bench.original)
    old = bench.original.card().report().key
    assert old is not None
    seen = reports(
        subject, lambda card: card.usage.generate(KeyType.P_256), bench.original.unlocked
    )
    for report in seen:
        assert report.key is not None
        assert released(report) is (report.key.digest == old.digest)


def test_a_pin_is_the_users_own_with_the_first_write_that_changes_it(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    specimen = bench.original
    card = specimen.as_issuer()
    card.issuer.personalise(
        Personalisation(
            Role.ORIGINAL, specimen.pin, specimen.puk, transport_pin=True, policy=PolicyFlags.NONE
        )
    )
    card.issuer.activate()
    scene = Scene(specimen)
    (victim,) = scene.subjects
    start, seen = scene.keep(), set()
    for write in count(1):
        scene.put_back(start)
        change = partial(victim.card().pin.change, specimen.pin, NEW_PIN)
        interrupted = power_fails(change, victim, Place.WRITE, write)
        transport = victim.card().report().transport_pin
        seen.add(transport)
        victim.card().pin.verify(specimen.pin if transport else NEW_PIN)
        if not interrupted:
            break
    assert seen == {False, True}
