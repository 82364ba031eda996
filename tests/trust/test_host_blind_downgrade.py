"""Nobody on the wire turns host-blind mode into base mode; a policy forbids base mode for good."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.bench import Bench, Stage
from tests.trust import blind
from tests.trust.blind import Export, Receipt, Ticket
from tests.trust.scene import GROUP, Scene, software_backup, software_original
from tests.trust.terminal import Terminal

from twincard.card.report import Mode, PolicyFlags
from twincard.iso.status import Sw

NO_BASE = PolicyFlags.BASE_MODE_FORBIDDEN


def in_mode(ticket: Ticket, mode: int) -> Ticket:
    """The same with another mode byte."""
    return replace(ticket, header=replace(ticket.header, mode=mode))


def bare(ticket: Ticket) -> Ticket:
    """Without ephemeral point and signature."""
    return Ticket(ticket.header, ticket.mac)


def with_right_mac(ticket: Ticket) -> Ticket:
    """By who has all components."""
    return replace(ticket, mac=GROUP.ticket_mac(ticket.header.encode()))


@pytest.mark.parametrize("policy", [PolicyFlags.NONE, NO_BASE], ids=["base allowed", "forbidden"])
def test_the_mode_of_a_ticket_is_not_changed_on_the_wire(bench: Bench, policy: PolicyFlags) -> None:
    scene = Scene.on(bench, policy)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    base = in_mode(ticket, blind.BASE)
    stripped = Sw.WRONG_STATE if policy else Sw.CHECK_FAILED
    with scene.original.unmoved():
        # A form that is not its mode's.
        assert scene.original.export_key(base.encode()) == (b"", Sw.WRONG_DATA)
        assert scene.original.export_key(with_right_mac(base).encode()) == (b"", Sw.WRONG_DATA)
        assert scene.original.export_key(bare(ticket).encode()) == (b"", Sw.WRONG_DATA)
        # The form of base mode, with the MAC of the ticket that it was.
        assert scene.original.export_key(bare(base).encode()) == (b"", stripped)
    scene.original.export(ticket)


def test_a_base_ticket_becomes_no_other_on_the_wire(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id, blind.BASE)
    dressed = software_backup(card_id=scene.backup.card_id).signed(
        replace(in_mode(ticket, blind.BLIND), point=blind_point(scene))
    )
    with scene.original.unmoved():
        answer = scene.original.export_key(in_mode(ticket, blind.BLIND).encode())
        assert answer == (b"", Sw.WRONG_DATA)
        assert scene.original.export_key(dressed.encode()) == (b"", Sw.CHECK_FAILED)


def blind_point(scene: Scene) -> bytes:
    """A good E_B of somebody's."""
    return software_backup().ticket(scene.original.card_id).point


def test_a_backup_where_base_mode_is_forbidden_draws_no_base_ticket(bench: Bench) -> None:
    scene = Scene.on(bench, NO_BASE)
    with scene.backup.unmoved():
        answer = scene.backup.get_ticket(scene.original.card_id, blind.BASE)
        assert answer == (b"", Sw.WRONG_STATE)
    scene.backup.ticket(scene.original.card_id)
    with scene.backup.unmoved():
        answer = scene.backup.get_ticket(scene.original.card_id, blind.BASE)
        assert answer == (b"", Sw.WRONG_STATE)


def test_an_original_where_base_mode_is_forbidden_answers_no_base_ticket(bench: Bench) -> None:
    scene = Scene.on(bench, NO_BASE)
    scene.introduce()
    # By who has all components, for a backup that would be allowed to.
    for backup in (software_backup(card_id=scene.backup.card_id), software_backup()):
        forged = backup.ticket(scene.original.card_id, blind.BASE)
        with scene.original.unmoved():
            assert scene.original.export_key(forged.encode()) == (b"", Sw.WRONG_STATE)


def test_where_base_mode_is_allowed_the_terminal_chooses_it(bench: Bench) -> None:
    # Which is why issuing forbids it wherever both chips have what host-blind mode takes.
    scene = Scene.on(bench)
    ticket = scene.backup.ticket(scene.original.card_id, blind.BASE)
    export = scene.original.export(ticket)
    assert bench.original.card().report().export.mode is Mode.BASE  # type: ignore[union-attr]
    receipt = scene.backup.take(export)
    assert receipt.signature == b""
    scene.original.unlock()
    assert scene.original.confirm(receipt.encode()) == Sw.DONE
    # And who has all components needs no card at all then.
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
    original, impostor = Terminal(bench.original), software_backup()
    ticket = impostor.ticket(original.card_id, blind.BASE)
    key = impostor.open(ticket, original.export(ticket))
    assert key.public_key() == bench.original.card().usage.public_key().loaded()


def test_an_open_ticket_keeps_its_mode(bench: Bench) -> None:
    scene = Scene.on(bench)
    for mode, other in ((blind.BLIND, blind.BASE), (blind.BASE, blind.BLIND)):
        ticket = scene.backup.ticket(scene.original.card_id, mode)
        with scene.backup.unmoved():
            answer = scene.backup.get_ticket(scene.original.card_id, other)
            assert answer == (b"", Sw.WRONG_STATE)
        assert scene.backup.ticket(scene.original.card_id, mode) == ticket
        scene.backup.cancel()
        _, sw = scene.backup.get_ticket(scene.original.card_id, other, p1=1)
        assert sw == Sw.DONE
        scene.backup.cancel()
        scene = Scene.on(bench)


def test_an_export_in_the_form_of_the_other_mode(bench: Bench) -> None:
    # With a key block that is right for the ticket's mode, and then for the form's.
    scene, original = Scene.on(bench), software_original()
    scene.backup.meet(original.certificate)
    ticket = scene.backup.ticket(original.card_id)
    export = original.export(ticket)
    base = Export(original.block(GROUP, ticket.header))
    with scene.backup.unmoved():
        for wrong in (Export(export.block), base, Export(base.block, export.point, bytes(64))):
            assert scene.backup.import_key(wrong.encode()) == (b"", Sw.CHECK_FAILED)
        signed = original.signed(ticket, Export(base.block, export.point))
        assert scene.backup.import_key(signed.encode()) == (b"", Sw.CHECK_FAILED)
    scene.backup.take(export)


def test_a_host_blind_export_for_a_base_ticket(bench: Bench) -> None:
    scene, original = Scene.on(bench), software_original()
    scene.backup.meet(original.certificate)
    ticket = scene.backup.ticket(original.card_id, blind.BASE)
    export = original.export(ticket)
    dressed = original.signed(ticket, Export(export.block, blind_point(scene)))
    with scene.backup.unmoved():
        assert scene.backup.import_key(dressed.encode()) == (b"", Sw.CHECK_FAILED)
    scene.backup.take(export)


def test_a_base_receipt_for_a_host_blind_export(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    receipt = scene.backup.take(scene.original.export(ticket))
    void = blind.receipt_mac(GROUP, blind.VOID, ticket.header, b"")
    with scene.original.unmoved():
        for wrong in (Receipt(receipt.kind, receipt.mac), Receipt(blind.VOID, void)):
            assert scene.original.confirm(wrong.encode()) == Sw.WRONG_DATA
    assert scene.original.confirm(receipt.encode()) == Sw.DONE
    with scene.original.unmoved():
        again = scene.original.confirm(Receipt(receipt.kind, receipt.mac).encode())
        assert again in (Sw.WRONG_DATA, Sw.WRONG_STATE)


def test_a_host_blind_receipt_for_a_base_export(bench: Bench) -> None:
    scene = Scene.on(bench)
    ticket = scene.backup.ticket(scene.original.card_id, blind.BASE)
    receipt = scene.backup.take(scene.original.export(ticket))
    with scene.original.unmoved():
        for signature in (bytes(64), ticket.mac * 4):
            wrong = replace(receipt, signature=signature)
            assert scene.original.confirm(wrong.encode()) == Sw.WRONG_DATA
    assert scene.original.confirm(receipt.encode()) == Sw.DONE
