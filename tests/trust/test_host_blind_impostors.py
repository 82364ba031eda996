"""A card is who the issuer certified, and nobody else: all components do not make a card."""

from __future__ import annotations

import pytest
from tests.bench import ISSUER, Bench, Stage
from tests.card.sealing import seal
from tests.card.wire import Command, status
from tests.trust import blind
from tests.trust.authority import BACKUP, ORIGINAL, Issuer, SigningKey, sealed
from tests.trust.scene import STRANGER, Scene, software_backup, software_original
from tests.trust.software_cards import SoftwareBackup, SoftwareOriginal
from tests.trust.terminal import Terminal

from twincard.iso.status import Sw
from twincard.keys.public import PublicKey


def in_the_issuers_name(card_id: bytes, role: int, device: SigningKey) -> bytes:
    """A certificate as the bench's issuer writes it, signed by the holder himself."""
    return sealed(ISSUER.body(card_id, role, device.point), device)


def asks_in_vain(scene: Scene, backup: SoftwareBackup, sw: int) -> None:
    """The original gives this backup nothing."""
    ticket = backup.ticket(scene.original.card_id)
    with scene.original.unmoved():
        assert scene.original.export_key(ticket.encode()) == (b"", sw)


def test_a_backup_in_software_with_all_components_is_no_peer(bench: Bench) -> None:
    scene, backup = Scene.on(bench), software_backup(STRANGER)
    asks_in_vain(scene, backup, Sw.WRONG_STATE)
    assert scene.original.introduce(backup.certificate) == Sw.WRONG_DATA
    asks_in_vain(scene, backup, Sw.WRONG_STATE)
    forged = in_the_issuers_name(backup.card_id, BACKUP, backup.device)
    assert scene.original.introduce(forged) == Sw.CHECK_FAILED
    asks_in_vain(scene, backup, Sw.WRONG_STATE)


def test_a_backup_in_software_behind_a_true_certificate_cannot_sign(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.original.meet(scene.backup.certificate)
    asks_in_vain(scene, software_backup(card_id=scene.backup.card_id), Sw.CHECK_FAILED)


def test_another_backups_ticket_behind_a_true_certificate(bench: Bench) -> None:
    scene = Scene.on(bench)
    other = Terminal(bench.backup2)
    ticket = other.ticket(scene.original.card_id)
    scene.original.meet(scene.backup.certificate)
    with scene.original.unmoved():
        assert scene.original.export_key(ticket.encode()) == (b"", Sw.WRONG_DATA)
    scene.original.meet(other.certificate)
    scene.original.export(ticket)


def test_an_originals_certificate_in_a_backups_place(bench: Bench) -> None:
    scene = Scene.on(bench)
    other = Terminal(bench.original2)
    scene.original.meet(other.certificate)
    asks_in_vain(scene, software_backup(card_id=other.card_id), Sw.WRONG_DATA)
    # Even one that can sign for it.
    impostor = software_backup(role=ORIGINAL)
    scene.original.meet(impostor.certificate)
    asks_in_vain(scene, impostor, Sw.WRONG_DATA)


def test_who_has_the_issuers_key_can_make_himself_a_backup(bench: Bench) -> None:
    # What no card can prevent: docs/security.md says that the issuer must be honest.
    scene, backup = Scene.on(bench), software_backup()
    scene.original.meet(backup.certificate)
    ticket = backup.ticket(scene.original.card_id)
    key = backup.open(ticket, scene.original.export(ticket))
    public = bench.original.card().usage.public_key().loaded()
    assert key.public_key() == public


def offers_in_vain(scene: Scene, original: SoftwareOriginal, sw: int) -> None:
    """The backup takes nothing from this original, whose ticket it has open."""
    export = original.export(scene.backup.ticket(original.card_id))
    with scene.backup.unmoved():
        assert scene.backup.import_key(export.encode()) == (b"", sw)


def test_an_original_in_software_with_all_components_is_no_peer(bench: Bench) -> None:
    scene, original = Scene.on(bench), software_original(STRANGER)
    offers_in_vain(scene, original, Sw.WRONG_STATE)
    assert scene.backup.introduce(original.certificate) == Sw.WRONG_DATA
    offers_in_vain(scene, original, Sw.WRONG_STATE)
    forged = in_the_issuers_name(original.card_id, ORIGINAL, original.device)
    assert scene.backup.introduce(forged) == Sw.CHECK_FAILED
    offers_in_vain(scene, original, Sw.WRONG_STATE)


def test_an_original_in_software_behind_a_true_certificate_cannot_sign(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.backup.meet(scene.original.certificate)
    offers_in_vain(scene, software_original(card_id=scene.original.card_id), Sw.CHECK_FAILED)


def test_a_backups_certificate_in_an_originals_place(bench: Bench) -> None:
    scene = Scene.on(bench)
    impostor = software_original(role=BACKUP)
    scene.backup.meet(impostor.certificate)
    offers_in_vain(scene, impostor, Sw.WRONG_DATA)


def test_another_original_of_the_same_issuer_in_the_place_of_the_one_asked(bench: Bench) -> None:
    scene, asked, other = Scene.on(bench), software_original(), software_original()
    scene.backup.meet(other.certificate)
    offers_in_vain(scene, asked, Sw.WRONG_DATA)


def test_who_has_the_issuers_key_can_put_a_key_on_a_backup(bench: Bench) -> None:
    scene, original = Scene.on(bench), software_original()
    scene.backup.meet(original.certificate)
    ticket = scene.backup.ticket(original.card_id)
    receipt = scene.backup.take(original.export(ticket))
    expected = blind.receipt_mac(original.group, blind.DONE, ticket.header, original.identity)
    assert (receipt.kind, receipt.mac) == (blind.DONE, expected)
    public = PublicKey.from_point(original.point)
    opened = bench.backup.unlocked().usage.decipher(seal(public, bytes(32)))
    assert opened == bytes(32)


@pytest.mark.parametrize(
    "end",
    [Command(0x84, 0xCA, 0x00, 0xE0), Command(0x80, 0x50, data=bytes(8), answer=256)],
    ids=["secure messaging without a channel", "INITIALIZE UPDATE"],
)
def test_a_peer_is_forgotten_with_a_session_that_ends(bench: Bench, end: Command) -> None:
    scene = Scene.on(bench)
    ticket = scene.backup.ticket(scene.original.card_id)
    scene.introduce()
    scene.original.lab.transmit(end.short())
    # The PIN once more, but no SELECT.
    pin = Command(0x00, 0x20, 0x00, 0x01, bench.original.pin.reveal())
    assert status(scene.original.lab, pin) == Sw.DONE
    with scene.original.unmoved():
        assert scene.original.export_key(ticket.encode()) == (b"", Sw.WRONG_STATE)


@pytest.mark.parametrize("side", ["original", "backup"])
@pytest.mark.parametrize("end", ["SELECT", "reset", "from another issuer", "forged", "malformed"])
def test_a_peer_is_forgotten_with(bench: Bench, side: str, end: str) -> None:
    scene = Scene.on(bench)
    ticket = scene.backup.ticket(scene.original.card_id)
    scene.introduce()
    export = scene.original.export(ticket).encode()
    card: Terminal = getattr(scene, side)
    other = software_backup(STRANGER)
    ends = {
        "from another issuer": (other.certificate, Sw.WRONG_DATA),
        "forged": (in_the_issuers_name(other.card_id, BACKUP, other.device), Sw.CHECK_FAILED),
        "malformed": (b"\x7f\x21\x00", Sw.WRONG_DATA),
    }
    if end in ends:
        certificate, sw = ends[end]
        assert card.introduce(certificate) == sw
    else:
        if end == "reset":
            card.lab.reset()
        card.unlock()
    with card.unmoved():
        if side == "original":
            assert card.export_key(ticket.encode()) == (b"", Sw.WRONG_STATE)
        else:
            assert card.import_key(export) == (b"", Sw.WRONG_STATE)


def test_an_issuer_of_the_same_name_is_not_the_same_issuer(bench: Bench) -> None:
    class Namesake(Issuer):
        @property
        def name(self) -> bytes:
            return ISSUER.name

    backup = software_backup(Namesake(STRANGER.key))
    assert Scene.on(bench).original.introduce(backup.certificate) == Sw.CHECK_FAILED


def test_a_card_without_a_certificate_takes_no_part(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup, certified = (
        Terminal(bench.original),
        Terminal(bench.backup),
        software_backup(),
    )
    with backup.unmoved(), original.unmoved():
        answer = backup.get_ticket(original.card_id, blind.BLIND)
        assert answer == (b"", Sw.NOT_FOUND)
        assert original.introduce(certified.certificate) == Sw.NOT_FOUND
        answer = original.export_key(certified.ticket(original.card_id).encode())
        assert answer == (b"", Sw.NOT_FOUND)


def test_nobody_is_introduced_without_the_pin(bench: Bench) -> None:
    scene = Scene.on(bench)
    ticket = scene.backup.ticket(scene.original.card_id)
    bench.original.card()
    assert scene.original.introduce(scene.backup.certificate) == Sw.AUTHORITY_MISSING
    bench.original.unlocked()
    assert scene.original.export_key(ticket.encode()) == (b"", Sw.WRONG_STATE)
