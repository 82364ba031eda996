"""An original gets its key from a key service: from that of its ticket, once, and no other way."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.bench import ISSUER, Bench, Stage
from tests.faults.keys import Sealed
from tests.refusals.expect import refused
from tests.trust.scene import STRANGER
from tests.trust.service import ESCROW, NOTHING, Supply, pair_of, public_key, said, service_of

from twincard.card.duplication import ExportedKey, Receipt, ReceiptKind
from twincard.card.key_service import KeyService
from twincard.card.report import (
    ExportState,
    ImportState,
    KeyOrigin,
    KeyServiceReport,
    Mode,
    PolicyFlags,
)
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.identity.device_certificate import CardCertificate, IdentityError
from twincard.iso import tlv
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.status import CardError, Sw
from twincard.keys.key_type import KeyType

WITHHELD = PolicyFlags.PUBLIC_KEY_WITHHELD
keys = pytest.mark.parametrize("key", list(KeyType))


def supply(bench: Bench, stage: Stage = Stage.COMPLETE, **setting: object) -> Supply:
    bench.at(stage, mode=Mode.HOST_BLIND, **setting)  # type: ignore[arg-type]
    return Supply(bench.original, pair_of(KeyType.P_256))


@keys
@pytest.mark.parametrize("role", [3, 4], ids=["service", "escrow"])
def test_an_original_takes_the_pair_and_uses_it(bench: Bench, key: KeyType, role: int) -> None:
    bench.at(Stage.ISSUED, mode=Mode.HOST_BLIND)
    there = Supply(bench.original, pair_of(key), service_of(role=role))
    card = there.card()
    assert said(card) == NOTHING
    ticket = there.ticket(card)
    assert there.ticket(card) == ticket
    service_id = there.service.service_id
    assert said(card) == KeyServiceReport(ImportState.TICKETED, KeyOrigin.CARD, service_id)
    receipt = card.duplication.import_key(there.export(card, ticket))
    origin = KeyOrigin.SERVICE_WITH_ESCROW if role == ESCROW else KeyOrigin.SERVICE
    assert said(card) == KeyServiceReport(ImportState.IMPORTED, origin, service_id)
    request = there.request(card, ticket)
    assert there.service.read_receipt(receipt, request, there.pair) is ReceiptKind.DONE
    assert card.duplication.receipt() == receipt
    public = public_key(there.pair)
    assert card.usage.public_key() == public
    assert Sealed.to(public).opens_with(card)
    report = card.report()
    assert report.key is not None
    assert report.key.digest == public.digest
    assert report.archive_id is not None
    card = bench.original.restart()
    assert card.duplication.receipt() == receipt
    assert Sealed.to(public).opens_with(card)


@keys
def test_the_pair_goes_on_to_a_backup(bench: Bench, key: KeyType) -> None:
    bench.at(Stage.COMPLETE, mode=Mode.HOST_BLIND, policy=WITHHELD)
    there = Supply(bench.original, pair_of(key))
    original, backup = there.card(), bench.backup.unlocked()
    there.deliver(original)
    with refused(Sw.WRONG_STATE, original):
        original.usage.public_key()
    done = duplicate_key(original, backup)
    assert (done.generated, done.copied) == (False, True)
    sealed = Sealed.to(public_key(there.pair))
    for card in (original, backup):
        assert sealed.opens_with(card)
    reports = original.report(), backup.report()
    assert reports[0].archive_id == reports[1].archive_id
    # The receipt for the service gave way to what the export keeps.
    assert said(original) == KeyServiceReport(ImportState.EMPTY, KeyOrigin.SERVICE)
    with refused(Sw.NOT_FOUND, original):
        original.duplication.receipt()


def test_every_import_draws_another_archive_key(bench: Bench) -> None:
    there = supply(bench)
    card = there.card()
    seen = set()
    for delivered in (False, True, True):
        there.deliver(card, delivered=delivered)
        seen.add(card.report().archive_id)
    assert len(seen) == 3
    assert None not in seen


def test_no_group_is_needed_and_none_is_used(bench: Bench) -> None:
    """The same service serves a card of any group, and of none."""
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
    there = Supply(bench.original, pair_of(KeyType.P_256))
    card = there.card()
    there.deliver(card)
    assert Sealed.to(public_key(there.pair)).opens_with(card)


def test_a_block_is_taken_once(bench: Bench) -> None:
    there = supply(bench)
    card = there.card()
    ticket = there.ticket(card)
    exported = there.export(card, ticket)
    card.duplication.import_key(exported)
    with refused(Sw.WRONG_STATE, card):
        card.duplication.import_key(exported)
    again = there.ticket(card, delivered=True)
    assert again.nonce[:2] == b"\x00\x02"
    card.device.verify_certificate(there.service.certificate)
    with refused(Sw.CHECK_FAILED, card):
        card.duplication.import_key(exported)


def test_a_block_for_one_original_on_another(bench: Bench) -> None:
    there = supply(bench)
    card, other = there.card(), bench.original2.unlocked()
    exported = there.export(card, there.ticket(card))
    there.ticket(other)
    other.device.verify_certificate(there.service.certificate)
    with refused(Sw.CHECK_FAILED, other):
        other.duplication.import_key(exported)


def test_a_new_ticket_needs_the_word_that_the_receipt_was_delivered(bench: Bench) -> None:
    there = supply(bench)
    card = there.card()
    there.deliver(card)
    with refused(Sw.WRONG_STATE, card):
        there.ticket(card)
    there.ticket(card, delivered=True)
    card.duplication.cancel()
    with refused(Sw.WRONG_STATE, card):
        there.ticket(card)
    there.deliver(card, delivered=True)


def test_a_void_ticket_takes_no_block_and_leaves_its_receipt(bench: Bench) -> None:
    there = supply(bench)
    card = there.card()
    ticket = there.ticket(card)
    exported = there.export(card, ticket)
    request = there.request(card, ticket)
    receipt = card.duplication.cancel()
    assert card.duplication.cancel() == receipt == card.duplication.receipt()
    assert there.service.read_receipt(receipt, request, there.pair) is ReceiptKind.VOID
    assert said(card).state is ImportState.VOID
    with refused(Sw.WRONG_STATE, card):
        card.duplication.import_key(exported)
    assert card.report().key is None


def test_a_terminated_original_leaves_the_receipt_of_its_ticket(bench: Bench) -> None:
    there = supply(bench)
    card = there.card()
    ticket = there.ticket(card)
    request = there.request(card, ticket)
    card.terminate()
    receipt = card.duplication.receipt()
    assert there.service.read_receipt(receipt, request, there.pair) is ReceiptKind.VOID


def test_a_terminated_original_never_says_that_the_key_was_not_taken(bench: Bench) -> None:
    """It may be on backups."""
    there = supply(bench)
    card = there.card()
    _, done = there.deliver(card)
    card.terminate()
    assert card.duplication.receipt() == done
    assert said(card).state is ImportState.IMPORTED


def test_another_services_ticket_and_another_mode(bench: Bench) -> None:
    there = supply(bench)
    card = there.card()
    there.ticket(card)
    with refused(Sw.WRONG_STATE, card):
        card.duplication.service_ticket(bytes(16))
    for p2 in (0, 2):
        sent = Command(0x80, 0x20, 0, p2, there.service.service_id, SHORT_ANSWER)
        assert card.connection.transmit(sent.short())[1] == Sw.WRONG_P1P2


def test_an_original_without_certificate_asks_nobody(bench: Bench) -> None:
    bench.at(Stage.COMPLETE, mode=Mode.BASE)
    card = bench.original.unlocked()
    with refused(Sw.NOT_FOUND, card):
        card.duplication.service_ticket(bytes(16))


PEERS = {
    "nobody": (None, Sw.WRONG_STATE),
    "another service": (3, Sw.WRONG_DATA),
    "an original": (1, Sw.WRONG_DATA),
    "a backup": (2, Sw.WRONG_DATA),
}


@pytest.mark.parametrize("who", PEERS)
def test_only_the_service_of_the_ticket_is_a_peer(bench: Bench, who: str) -> None:
    role, sw = PEERS[who]
    there = supply(bench)
    card = there.card()
    exported = there.export(card, there.ticket(card))
    card.select()
    card.pin.verify(bench.original.pin)
    if who == "another service":
        card.device.verify_certificate(service_of().certificate)
    elif role is not None:
        # Certified for a role of cards, under the id that the ticket names.
        point = there.service.certificate.device_key
        wrong = CardCertificate.parse(bench_certificate(there.service.service_id, role, point))
        card.device.verify_certificate(wrong)
    with refused(sw, card):
        card.duplication.import_key(exported)
    card.device.verify_certificate(there.service.certificate)
    card.duplication.import_key(exported)


def bench_certificate(card_id: bytes, role: int, point: bytes) -> bytes:
    """By the issuer of all cards of the bench."""
    return ISSUER.certificate(card_id, role, point)


@pytest.mark.parametrize("role", [3, 4])
def test_a_service_takes_no_key_as_a_backup(bench: Bench, role: int) -> None:
    """Its certificate under a backup's id is refused already; under its own it is no backup."""
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
    card, backup = bench.original.unlocked(), bench.backup.unlocked()
    ticket = backup.duplication.ticket(card.report().card_id, Mode.HOST_BLIND)
    certificate = backup.device.certificate()
    forged = bench_certificate(certificate.card_id, role, certificate.device_key)
    with pytest.raises(CardError) as error:
        card.device.verify_certificate(CardCertificate.parse(forged))
    assert error.value.sw == Sw.WRONG_DATA
    card.device.verify_certificate(service_of(role=role).certificate)
    with refused(Sw.WRONG_DATA, card):
        card.duplication.export_key(ticket)


@pytest.mark.parametrize("role", [0, 5, 0x83, 0xFF])
def test_other_roles_are_nobodys(bench: Bench, role: int) -> None:
    there = supply(bench)
    certificate = there.service.certificate
    other = bench_certificate(certificate.card_id, role, certificate.device_key)
    with pytest.raises(CardError) as error:
        there.card().device.verify_certificate(CardCertificate.parse(other))
    assert error.value.sw == Sw.WRONG_DATA


def test_another_issuers_service(bench: Bench) -> None:
    there = supply(bench)
    with pytest.raises(CardError) as error:
        there.card().device.verify_certificate(service_of(STRANGER).certificate)
    assert error.value.sw == Sw.WRONG_DATA


def test_neither_ticket_nor_export_while_the_other_is_open(bench: Bench) -> None:
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
    there = Supply(bench.original, pair_of(KeyType.P_256))
    card, backup = there.card(), bench.backup.unlocked()
    asked = backup.duplication.ticket(card.report().card_id, Mode.HOST_BLIND)
    there.ticket(card)
    card.device.verify_certificate(backup.device.certificate())
    with refused(Sw.WRONG_STATE, card):
        card.duplication.export_key(asked)
    card.duplication.cancel()
    card.duplication.export_key(asked)
    with refused(Sw.WRONG_STATE, card):
        there.ticket(card, delivered=True)
    card.duplication.confirm(backup.duplication.cancel())
    there.ticket(card)


def test_a_key_made_on_the_card_is_its_own(bench: Bench) -> None:
    there = supply(bench)
    card = there.card()
    _, receipt = there.deliver(card)
    card.usage.generate(KeyType.P_256)
    assert said(card).origin is KeyOrigin.CARD
    assert card.duplication.receipt() == receipt


def test_an_import_starts_a_new_count_of_slots(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED, mode=Mode.HOST_BLIND, policy=WITHHELD)
    there = Supply(bench.original, pair_of(KeyType.P_256))
    card = there.card()
    assert card.report().export_closed
    there.deliver(card)
    export = card.report().export
    assert export is not None
    assert (export.state, export.slots_used) == (ExportState.NONE, 0)
    with refused(Sw.WRONG_STATE, card):
        card.usage.public_key()


@pytest.mark.parametrize("at", [5, 60, 200, 300, -1])
def test_an_altered_block_leaves_everything_as_it_was(bench: Bench, at: int) -> None:
    there = supply(bench, Stage.KEYED)
    card = there.card()
    before = card.report().key
    exported = there.export(card, there.ticket(card))
    altered = bytearray(exported.encoded)
    altered[at % len(altered)] ^= 1
    with refused(Sw.CHECK_FAILED, card):
        card.duplication.import_key(ExportedKey(bytes(altered), Mode.HOST_BLIND))
    assert card.report().key == before
    card.duplication.import_key(exported)


def test_a_block_with_an_archive_key_is_none_of_a_service(bench: Bench) -> None:
    """The block of a duplication, in its template, for a service's ticket."""
    there = supply(bench)
    card = there.card()
    there.ticket(card)
    card.device.verify_certificate(there.service.certificate)
    tail = tlv.encode(0x82, bytes(65)) + tlv.encode(0x83, bytes(64))
    duplicated = tlv.encode(0xE2, tlv.encode(0x80, b"D0368K3EX00N0000" + bytes(176)) + tail)
    with refused(Sw.CHECK_FAILED, card):
        card.duplication.import_key(ExportedKey(duplicated, Mode.HOST_BLIND))


def test_the_service_takes_no_other_ticket_or_receipt(bench: Bench) -> None:
    there = supply(bench)
    card, other = there.card(), bench.original2.unlocked()
    ticket = there.ticket(card)
    with pytest.raises(IdentityError):
        there.service.read_ticket(ticket, other.device.certificate())
    with pytest.raises(IdentityError):
        service_of().read_ticket(ticket, card.device.certificate())
    asked = bench.backup.unlocked().duplication.ticket(there.service.service_id, Mode.HOST_BLIND)
    with pytest.raises(IdentityError):
        there.service.read_ticket(asked, bench.backup.unlocked().device.certificate())
    request = there.request(card, ticket)
    receipt = card.duplication.import_key(there.export(card, ticket))
    with pytest.raises(IdentityError):
        there.service.read_receipt(receipt, request, pair_of(KeyType.P_256))
    altered = bytearray(receipt.encoded)
    altered[-1] ^= 1
    with pytest.raises(IdentityError):
        there.service.read_receipt(
            Receipt(bytes(altered), ReceiptKind.DONE, Mode.HOST_BLIND), request, there.pair
        )
    forged = receipt.encoded.replace(b"\x80\x01\x01", b"\x80\x01\x02")
    with pytest.raises(IdentityError):
        there.service.read_receipt(
            Receipt(forged, ReceiptKind.VOID, Mode.HOST_BLIND), request, there.pair
        )


def test_a_service_needs_its_own_certificate(bench: Bench) -> None:
    there = supply(bench)
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(IdentityError):
        KeyService(key, there.service.certificate, ISSUER.key.point)
    with pytest.raises(IdentityError):
        KeyService(key, there.service.certificate, STRANGER.key.point)


def test_the_log_tells_of_it(bench: Bench) -> None:
    there = supply(bench)
    card = there.card()
    there.deliver(card)
    there.ticket(card, delivered=True)
    card.duplication.cancel()
    entries = card.log.read(os.urandom(16)).entries[-4:]
    service = there.service.service_id
    assert [(entry.code, entry.detail) for entry in entries] == [
        (event, service) for event in (0x30, 0x31, 0x30, 0x32)
    ]
