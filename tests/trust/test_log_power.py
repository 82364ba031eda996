"""Wherever the power fails, log and state agree: an event is noted if it happened, and once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

import pytest
from tests.bench import GROUP_ID, ISSUER, Bench, Specimen, Stage, certify, component
from tests.faults.power import Story, interrupt
from tests.trust.authority import Issuer
from tests.trust.log_reading import KEPT, entry, read

from twincard.card.duplication import ExportedKey, Receipt, Ticket
from twincard.card.issuer import Personalisation
from twincard.card.report import (
    CardReport,
    ExportState,
    IdentityState,
    ImportState,
    LifeCycle,
    Mode,
    PolicyFlags,
    Role,
)
from twincard.card.session import Card
from twincard.iso.status import PinBlockedError, WrongPinError
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret

CONTACT = PublicKey.from_point(ISSUER.key.point)
ANOTHER = PublicKey.from_point(Issuer.of("another contact").key.point)
NEW = Secret("a newer PIN")
WRONG = Secret("no such PIN")


@dataclass(frozen=True)
class Case:
    """Something that is noted, on a card that is ready for it."""

    specimen: Specimen
    act: Callable[[Card], object]
    happened: Callable[[CardReport], bool]
    entries: Callable[[CardReport], list[bytes]]
    """The new entries, given the report afterwards."""
    session: Callable[[Specimen], Card] = Specimen.unlocked


class Noted(Story):
    """One event on one card."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.specimen)
        (self.subject,) = self.scene.subjects
        self.case = case
        self.start = read(case.specimen, device_key=self._signs())

    def _signs(self) -> bool:
        return self.case.specimen.card().report().identity is not None

    def _happened(self) -> bool:
        return self.case.happened(self.case.specimen.card().report())

    def open(self) -> None:
        self.session = self.case.session(self.case.specimen)

    def act(self) -> None:
        self.case.act(self.session)

    def check(self) -> None:
        happened = self._happened()
        new = read(self.case.specimen, device_key=self._signs()).since(self.start)
        report = self.case.specimen.card().report()
        assert new == (self.case.entries(report) if happened else [])

    def repeat(self) -> None:
        if not self._happened():
            self.case.act(self.case.session(self.case.specimen))

    def conclude(self) -> None:
        assert self._happened()
        self.check()


def personalising(bench: Bench) -> Case:
    return Case(
        bench.at(Stage.BLANK).original,
        lambda card: card.issuer.personalise(
            Personalisation(
                Role.ORIGINAL, bench.original.pin, bench.original.puk, 2, policy=PolicyFlags.NONE
            )
        ),
        lambda report: report.role is Role.ORIGINAL,
        lambda _: [entry(0x01, b"\x01\x02\x00")],
        Specimen.as_issuer,
    )


def personalised(bench: Bench) -> Specimen:
    specimen = bench.at(Stage.BLANK).original
    values = Personalisation(Role.ORIGINAL, specimen.pin, specimen.puk, policy=PolicyFlags.NONE)
    specimen.as_issuer().issuer.personalise(values)
    return specimen


def certifying(bench: Bench) -> Case:
    return Case(
        personalised(bench),
        lambda card: certify(card, Role.ORIGINAL),
        lambda report: report.identity is IdentityState.CERTIFIED,
        lambda _: [entry(0x02, sha256(ISSUER.key.point).digest()[:16])],
        Specimen.as_issuer,
    )


def activating(bench: Bench) -> Case:
    return Case(
        personalised(bench),
        lambda card: card.issuer.activate(),
        lambda report: report.life_cycle is LifeCycle.OPERATIONAL,
        lambda _: [entry(0x03)],
        Specimen.as_issuer,
    )


def terminating_a_ticketed_backup(bench: Bench) -> Case:
    ticket = drawn_ticket(bench, Stage.ISSUED)
    return Case(
        bench.backup,
        lambda card: card.terminate(),
        lambda report: report.life_cycle is LifeCycle.TERMINATED,
        lambda _: [entry(0x32, ticket.original_id), entry(0x04)],
    )


def replacing_scp03_keys(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original

    def keys(key: Secret, version: int) -> Scp03Keys:
        return Scp03Keys.derive(key, specimen.card_id, version)

    def session(_: Specimen) -> Card:
        card = specimen.card()
        card.issuer.open_channel(specimen.card_id, keys(specimen.transport_key, 1))
        return card

    return Case(
        specimen,
        lambda card: card.issuer.put_keys(
            keys(specimen.transport_key, 1), keys(Secret(bytes(32)), 2)
        ),
        lambda report: report.scp03_keys is not None and report.scp03_keys.version == 2,
        lambda _: [entry(0x05, b"\x02")],
        session,
    )


def writing_an_issuer_s_contact(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original
    return Case(
        specimen,
        lambda card: card.contacts.put(3, CONTACT, as_issuer=True),
        lambda _: specimen.card().contacts.used() == (3,),
        lambda _: [entry(0x06, b"\x03")],
        Specimen.as_issuer,
    )


def replacing_a_contact_as_issuer(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original
    specimen.as_issuer().contacts.put(3, ANOTHER, as_issuer=True)
    return putting_another_as_issuer(specimen)


def taking_a_user_s_place_as_issuer(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked().contacts.put(3, ANOTHER)
    return putting_another_as_issuer(specimen)


def putting_another_as_issuer(specimen: Specimen) -> Case:
    """What empties the place is noted, or else what fills it: in any case the change."""
    return Case(
        specimen,
        lambda card: card.contacts.put(3, CONTACT, as_issuer=True),
        lambda _: specimen.card().contacts.get(3) != ANOTHER,
        lambda _: [entry(0x06, b"\x03")],
        Specimen.as_issuer,
    )


def deleting_an_issuer_s_contact(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original
    specimen.as_issuer().contacts.put(3, CONTACT, as_issuer=True)
    return Case(
        specimen,
        lambda card: card.contacts.delete(3),
        lambda _: specimen.card().contacts.used() == (),
        lambda _: [entry(0x06, b"\x03")],
        Specimen.as_issuer,
    )


def deleting_a_contact_as_issuer(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked().contacts.put(3, CONTACT)
    return Case(
        specimen,
        lambda card: card.contacts.delete(3),
        lambda _: specimen.card().contacts.used() == (),
        lambda _: [entry(0x06, b"\x03")],
        Specimen.as_issuer,
    )


def beginning_a_group(bench: Bench) -> Case:
    return Case(
        personalised(bench),
        lambda card: card.group.begin(3, GROUP_ID),
        lambda report: report.group is not None,
        lambda _: [entry(0x10, GROUP_ID)],
        Specimen.as_issuer,
    )


def setting_a_component(bench: Bench) -> Case:
    return Case(
        bench.at(Stage.ISSUED).original,
        lambda card: card.group.set_component(component(2)),
        lambda report: 2 not in missing(report),
        lambda _: [entry(0x11, b"\x02\x02" + component(2).kcv)],
    )


def clearing_a_component(bench: Bench) -> Case:
    return Case(
        bench.at(Stage.COMPLETE).original,
        lambda card: card.group.clear_component(2),
        lambda report: 2 in missing(report),
        lambda _: [entry(0x12, b"\x02")],
    )


def clearing_a_group(bench: Bench) -> Case:
    specimen = personalised(bench)
    specimen.as_issuer().group.begin(3, GROUP_ID)
    return Case(
        specimen,
        lambda card: card.group.clear(),
        lambda report: report.group is None,
        lambda _: [entry(0x13, GROUP_ID)],
        Specimen.as_issuer,
    )


def generating(bench: Bench) -> Case:
    return Case(
        bench.at(Stage.COMPLETE).original,
        lambda card: card.usage.generate(KeyType.P_256),
        lambda report: report.key is not None,
        lambda report: [entry(0x20, report.key.digest[:16] if report.key else b"")],
    )


def generating_a_signature_key(bench: Bench) -> Case:
    return Case(
        bench.at(Stage.ISSUED).original,
        lambda card: card.signing.generate(KeyType.P_256),
        lambda report: report.signature_key is not None,
        lambda report: [
            entry(0x21, report.signature_key.digest[:16] if report.signature_key else b"")
        ],
    )


def drawing_a_ticket(bench: Bench) -> Case:
    bench.at(Stage.COMPLETE)
    original_id = bench.original.card_id
    return Case(
        bench.backup,
        lambda card: card.duplication.ticket(original_id, Mode.BASE),
        lambda report: import_state(report) is ImportState.TICKETED,
        lambda _: [entry(0x30, original_id)],
    )


def importing(bench: Bench) -> Case:
    key = handed_over(bench)
    return Case(
        bench.backup,
        lambda card: card.duplication.import_key(key),
        lambda report: import_state(report) is ImportState.IMPORTED,
        lambda _: [entry(0x31, bench.original.card_id)],
    )


def cancelling(bench: Bench) -> Case:
    ticket = drawn_ticket(bench)
    return Case(
        bench.backup,
        lambda card: card.duplication.cancel(),
        lambda report: import_state(report) is ImportState.VOID,
        lambda _: [entry(0x32, ticket.original_id)],
    )


def exporting(bench: Bench) -> Case:
    ticket = drawn_ticket(bench)
    return Case(
        bench.original,
        lambda card: card.duplication.export_key(ticket),
        lambda report: export_state(report) is ExportState.PENDING,
        lambda _: [entry(0x33, ticket.backup_id)],
    )


def confirming_the_last_and_erasing_the_group(bench: Bench) -> Case:
    key = handed_over(bench, policy=PolicyFlags.ERASE_GROUP)
    receipt = bench.backup.unlocked().duplication.import_key(key)
    return Case(
        bench.original,
        lambda card: card.duplication.confirm(receipt),
        lambda report: export_state(report) is ExportState.DONE,
        lambda _: [entry(0x34, bench.backup.card_id), entry(0x13, GROUP_ID)],
    )


def giving_the_slot_back(bench: Bench) -> Case:
    handed_over(bench)
    receipt: Receipt = bench.backup.unlocked().duplication.cancel()
    return Case(
        bench.original,
        lambda card: card.duplication.confirm(receipt),
        lambda report: export_state(report) is ExportState.NONE,
        lambda _: [entry(0x35, bench.backup.card_id)],
    )


def abandoning(bench: Bench) -> Case:
    handed_over(bench)

    def session(specimen: Specimen) -> Card:
        card = specimen.unlocked()
        card.issuer.authenticate(specimen.card_id, specimen.transport_key)
        return card

    return Case(
        bench.original,
        lambda card: card.duplication.abandon(),
        lambda report: export_state(report) is ExportState.DONE,
        lambda _: [entry(0x36, bench.backup.card_id)],
        session,
    )


def changing_the_pin(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original

    def happened(_: CardReport) -> bool:
        card = specimen.card()
        try:
            card.pin.verify(NEW)
        except WrongPinError:
            card.pin.verify(specimen.pin)  # gives the tries back
            return False
        return True

    return Case(
        specimen,
        lambda card: card.pin.change(specimen.pin, NEW),
        happened,
        lambda _: [entry(0x41)],
        Specimen.card,
    )


def unblocking_the_pin(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original
    guess(specimen.card().pin.verify, 3)
    return Case(
        specimen,
        lambda card: card.pin.unblock(specimen.puk, NEW),
        lambda report: report.pin_tries_left == 3,
        lambda _: [entry(0x42)],
        Specimen.card,
    )


def blocking_the_pin(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original
    guess(specimen.card().pin.verify, 2)
    return Case(
        specimen,
        lambda card: guess(card.pin.verify, 1),
        lambda report: report.pin_tries_left == 0,
        lambda _: [entry(0x40)],
        Specimen.card,
    )


def blocking_the_puk(bench: Bench) -> Case:
    specimen = bench.at(Stage.ISSUED).original
    card = specimen.card()
    guess(lambda puk: card.pin.unblock(puk, NEW), 9)
    return Case(
        specimen,
        lambda card: guess(lambda puk: card.pin.unblock(puk, NEW), 1),
        lambda report: report.puk_tries_left == 0,
        lambda _: [entry(0x43)],
        Specimen.card,
    )


def guess(attempt: Callable[[Secret], None], times: int) -> None:
    """Give a wrong PIN or PUK so many times."""
    for _ in range(times):
        with suppress(WrongPinError, PinBlockedError):
            attempt(WRONG)


def missing(report: CardReport) -> tuple[int, ...]:
    assert report.group is not None
    return report.group.missing


def import_state(report: CardReport) -> ImportState:
    assert report.import_ is not None
    return report.import_.state


def export_state(report: CardReport) -> ExportState:
    assert report.export is not None
    return report.export.state


def drawn_ticket(
    bench: Bench, stage: Stage = Stage.KEYED, policy: PolicyFlags = PolicyFlags.NONE
) -> Ticket:
    """A ticket of the backup for the original; both are operational and complete."""
    bench.at(max(stage, Stage.COMPLETE), policy=policy)
    return bench.backup.unlocked().duplication.ticket(bench.original.card_id, Mode.BASE)


def handed_over(bench: Bench, policy: PolicyFlags = PolicyFlags.NONE) -> ExportedKey:
    """The key, wrapped for the backup, and the export pending."""
    ticket = drawn_ticket(bench, policy=policy)
    return bench.original.unlocked().duplication.export_key(ticket)


CASES = [
    personalising,
    certifying,
    activating,
    terminating_a_ticketed_backup,
    replacing_scp03_keys,
    writing_an_issuer_s_contact,
    replacing_a_contact_as_issuer,
    taking_a_user_s_place_as_issuer,
    deleting_an_issuer_s_contact,
    deleting_a_contact_as_issuer,
    beginning_a_group,
    setting_a_component,
    clearing_a_component,
    clearing_a_group,
    generating,
    generating_a_signature_key,
    drawing_a_ticket,
    importing,
    cancelling,
    exporting,
    confirming_the_last_and_erasing_the_group,
    giving_the_slot_back,
    abandoning,
    changing_the_pin,
    unblocking_the_pin,
    blocking_the_pin,
    blocking_the_puk,
]


@pytest.mark.parametrize("case", CASES)
def test_what_happened_is_noted_once_and_what_did_not_is_not(
    bench: Bench, case: Callable[[Bench], Case]
) -> None:
    story = Noted(case(bench))
    assert interrupt(story, story.subject) > 0


@pytest.mark.parametrize("case", [setting_a_component, confirming_the_last_and_erasing_the_group])
def test_a_full_log_makes_room_without_losing_its_chain(
    bench: Bench, case: Callable[[Bench], Case]
) -> None:
    ready = case(bench)
    for _ in range(KEPT):
        ready.specimen.card().pin.change(ready.specimen.pin, ready.specimen.pin)
    story = Noted(ready)
    assert len(story.start.entries) == KEPT
    assert interrupt(story, story.subject) > 0
