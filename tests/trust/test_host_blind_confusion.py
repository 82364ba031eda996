"""What a device key signed for one purpose serves no other: each statement has its label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.bench import ISSUER, Bench
from tests.card.wire import Command, exchange
from tests.interop.independent import objects
from tests.trust import blind
from tests.trust.authority import Issuer
from tests.trust.blind import Export, Receipt, Ticket
from tests.trust.scene import STRANGER, Scene, identity, software_backup, software_original
from tests.trust.terminal import Terminal

from twincard.iso.status import Sw

LABELS = ("ticket", "export", "receipt", "channel", "log")


def of_the_log(card: Terminal, nonce: bytes) -> bytes:
    """The signature of READ LOG over whatever nonce."""
    data, sw = exchange(card.lab, Command(0x80, 0x46, data=nonce, answer=256))
    assert sw == Sw.DONE
    ((_, value),) = objects(data)
    return dict(objects(value))[0x83]


def relabelled(statement: bytes, label: str) -> bytes:
    """The same with another label."""
    own = statement.split(b"/")[1]
    return statement.replace(own, label.encode(), 1)


def others(own: str) -> list[str]:
    return [label for label in LABELS if label != own]


@pytest.mark.parametrize("label", others("ticket"))
def test_a_ticket_signed_for_another_purpose(bench: Bench, label: str) -> None:
    scene, backup = Scene.on(bench), software_backup()
    scene.original.meet(backup.certificate)
    ticket = backup.ticket(scene.original.card_id)
    signature = backup.device.sign(relabelled(ticket.statement, label))
    with scene.original.unmoved():
        answer = scene.original.export_key(replace(ticket, signature=signature).encode())
        assert answer == (b"", Sw.CHECK_FAILED)
    scene.original.export(ticket)


@pytest.mark.parametrize("label", others("export"))
def test_an_export_signed_for_another_purpose(bench: Bench, label: str) -> None:
    scene, original = Scene.on(bench), software_original()
    scene.backup.meet(original.certificate)
    ticket = scene.backup.ticket(original.card_id)
    export = original.export(ticket)
    signature = original.device.sign(relabelled(export.statement(ticket), label))
    with scene.backup.unmoved():
        answer = scene.backup.import_key(replace(export, signature=signature).encode())
        assert answer == (b"", Sw.CHECK_FAILED)
    scene.backup.take(export)


@pytest.mark.parametrize("label", others("receipt"))
def test_a_receipt_signed_for_another_purpose(bench: Bench, label: str) -> None:
    scene, backup = Scene.on(bench), software_backup()
    scene.original.meet(backup.certificate)
    ticket = backup.ticket(scene.original.card_id)
    scene.original.export(ticket)
    receipt = backup.receipt(ticket.header, blind.VOID)
    signature = backup.device.sign(relabelled(receipt.statement(ticket.header), label))
    with scene.original.unmoved():
        assert scene.original.confirm(replace(receipt, signature=signature).encode()) == (
            Sw.CHECK_FAILED
        )
    assert scene.original.confirm(receipt.encode()) == Sw.DONE


def test_no_signature_that_a_backup_gives_stands_for_another(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    _, _, channel = scene.backup.device_keys()
    log = of_the_log(scene.backup, scene.original.card_id)
    ticket = scene.backup.ticket(scene.original.card_id)
    with scene.original.unmoved():
        for signature in (channel, log, scene.backup.certificate[-64:]):
            forged = replace(ticket, signature=signature)
            assert scene.original.export_key(forged.encode()) == (b"", Sw.CHECK_FAILED)
    done = scene.backup.take(scene.original.export(ticket))
    with scene.original.unmoved():
        for signature in (channel, log, ticket.signature):
            forged_receipt = replace(done, signature=signature)
            assert scene.original.confirm(forged_receipt.encode()) == Sw.CHECK_FAILED
    assert scene.original.confirm(done.encode()) == Sw.DONE


def test_no_signature_that_an_original_gives_stands_for_its_export(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    _, _, channel = scene.original.device_keys()
    log = of_the_log(scene.original, scene.backup.card_id)
    export = scene.original.export(scene.backup.ticket(scene.original.card_id))
    with scene.backup.unmoved():
        for signature in (channel, log, scene.original.certificate[-64:]):
            forged = replace(export, signature=signature)
            assert scene.backup.import_key(forged.encode()) == (b"", Sw.CHECK_FAILED)
    scene.backup.take(export)


Change = Callable[[Ticket, Export, Receipt], Receipt]
RECEIPT_CHANGES: dict[str, Change] = {
    "done said to be void": lambda ticket, export, receipt: replace(receipt, kind=blind.VOID),
    "signed by the original": lambda ticket, export, receipt: replace(
        receipt, signature=export.signature
    ),
    "MAC of the ticket": lambda ticket, export, receipt: replace(receipt, mac=ticket.mac),
}


@pytest.mark.parametrize("change", RECEIPT_CHANGES)
def test_a_receipt_in_another_sense(bench: Bench, change: str) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    export = scene.original.export(ticket)
    receipt = scene.backup.take(export)
    forged = RECEIPT_CHANGES[change](ticket, export, receipt)
    with scene.original.unmoved():
        assert scene.original.confirm(forged.encode()) == Sw.CHECK_FAILED


@pytest.mark.parametrize("issuer", [STRANGER, ISSUER], ids=["another issuer", "the issuer"])
def test_who_has_all_components_makes_no_receipt(bench: Bench, issuer: Issuer) -> None:
    # A void receipt that the backup never gave would free the slot for a second backup. It is
    # the backup that was there at the export that signs, whoever is certified for its id later.
    scene = Scene.on(bench)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    scene.original.export(ticket)
    impostor = software_backup(issuer, card_id=scene.backup.card_id)
    named = identity(bench)
    scene.original.unlock()
    scene.original.introduce(impostor.certificate)
    with scene.original.unmoved():
        for kind in (blind.DONE, blind.VOID):
            forged = impostor.receipt(ticket.header, kind, named)
            assert scene.original.confirm(forged.encode()) == Sw.CHECK_FAILED
    assert scene.original.confirm(scene.backup.cancel().encode()) == Sw.DONE
