"""Host-blind duplication repeated, replayed and crossed: the same bytes, or a refusal."""

from __future__ import annotations

from dataclasses import replace

from tests.bench import Bench
from tests.trust import blind
from tests.trust.authority import point_of, verifies
from tests.trust.scene import GROUP, Scene, identity, software_backup
from tests.trust.terminal import Terminal

from twincard.card.report import Mode
from twincard.iso.status import Sw


def test_the_messages_are_what_the_document_says(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    assert (ticket.header.backup_id, ticket.header.original_id) == (
        scene.backup.card_id,
        scene.original.card_id,
    )
    assert ticket.mac == GROUP.ticket_mac(ticket.header.encode())
    backup_key, original_key = scene.backup.device_keys()[0], scene.original.device_keys()[0]
    assert verifies(backup_key, ticket.statement, ticket.signature)
    export = scene.original.export(ticket)
    assert verifies(original_key, export.statement(ticket), export.signature)
    receipt = scene.backup.take(export)
    assert receipt.mac == blind.receipt_mac(GROUP, blind.DONE, ticket.header, identity(bench))
    assert verifies(backup_key, receipt.statement(ticket.header), receipt.signature)


def reset(scene: Scene) -> None:
    """Both cards lose their power and get their PINs again."""
    for card in (scene.original, scene.backup):
        card.lab.reset()
        card.unlock()
    scene.introduce()


def test_every_repetition_gives_the_same_bytes(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    export = scene.original.export(ticket)
    for _ in range(2):
        reset(scene)
        assert scene.backup.ticket(scene.original.card_id) == ticket
        assert scene.original.export(ticket) == export
    receipt = scene.backup.take(export)
    for _ in range(2):
        reset(scene)
        assert scene.backup.receipt() == receipt
        assert scene.original.confirm(receipt.encode()) == Sw.DONE


def test_a_void_receipt_is_the_same_when_repeated_and_after_the_end(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    scene.original.export(ticket)
    void = scene.backup.cancel()
    assert scene.backup.cancel() == void == scene.backup.receipt()
    bench.backup.unlocked().terminate()
    bench.backup.card()
    assert scene.backup.receipt() == void
    reset_original(scene)
    assert scene.original.confirm(void.encode()) == Sw.DONE


def reset_original(scene: Scene) -> None:
    scene.original.lab.reset()
    scene.original.unlock()


def test_a_backup_terminated_with_the_key_signs_its_void_receipt(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    done = scene.backup.take(scene.original.export(ticket))
    backup_key = scene.backup.device_keys()[0]
    bench.backup.unlocked().terminate()
    bench.backup.card()
    void = scene.backup.receipt()
    assert (done.kind, void.kind) == (blind.DONE, blind.VOID)
    assert verifies(backup_key, void.statement(ticket.header), void.signature)
    assert scene.original.confirm(void.encode()) == Sw.DONE


def test_the_same_t_with_another_ephemeral_while_pending(bench: Bench) -> None:
    # A backup that its issuer certified, and that does not keep to the rules.
    scene, backup = Scene.on(bench), software_backup()
    scene.original.meet(backup.certificate)
    ticket = backup.ticket(scene.original.card_id)
    export = scene.original.export(ticket)
    other = backup.signed(replace(ticket, point=point_of(software_backup().ephemeral)))
    with scene.original.unmoved():
        assert scene.original.export_key(other.encode()) == (b"", Sw.WRONG_STATE)
    assert scene.original.export(ticket) == export


def test_every_ticket_and_every_export_has_ephemerals_of_its_own(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    points = []
    for _ in range(3):
        data, sw = scene.backup.get_ticket(scene.original.card_id, blind.BLIND, p1=1)
        if sw == Sw.WRONG_STATE:
            ticket = scene.backup.ticket(scene.original.card_id)
        else:
            ticket = blind.Ticket.parse(data)
        points += [ticket.point, scene.original.export(ticket).point]
        assert scene.original.confirm(scene.backup.cancel().encode()) == Sw.DONE
    assert len(set(points)) == 6


def test_an_export_for_another_ticket_of_the_same_pair(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    old = scene.original.export(scene.backup.ticket(scene.original.card_id))
    assert scene.original.confirm(scene.backup.cancel().encode()) == Sw.DONE
    data, sw = scene.backup.get_ticket(scene.original.card_id, blind.BLIND, p1=1)
    assert sw == Sw.DONE
    new = scene.original.export(blind.Ticket.parse(data))
    crossed = replace(new, point=old.point, signature=old.signature)
    with scene.backup.unmoved():
        for wrong in (old, crossed, replace(old, block=new.block), replace(new, block=old.block)):
            assert scene.backup.import_key(wrong.encode()) == (b"", Sw.CHECK_FAILED)
    scene.backup.take(new)


def test_what_was_done_once_is_not_done_again(bench: Bench) -> None:
    scene = Scene.on(bench, backups=2)
    scene.introduce()
    ticket = scene.backup.ticket(scene.original.card_id)
    export = scene.original.export(ticket)
    receipt = scene.backup.take(export)
    assert scene.original.confirm(receipt.encode()) == Sw.DONE
    with scene.original.unmoved(), scene.backup.unmoved():
        assert scene.original.export_key(ticket.encode()) == (b"", Sw.WRONG_STATE)
        assert scene.backup.import_key(export.encode()) == (b"", Sw.WRONG_STATE)
        answer = scene.backup.get_ticket(scene.original.card_id, blind.BLIND)
        assert answer == (b"", Sw.WRONG_STATE)
        assert scene.original.confirm(receipt.encode()) == Sw.DONE


def test_a_void_receipt_frees_its_slot_once(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    first = scene.backup.ticket(scene.original.card_id)
    scene.original.export(first)
    void = scene.backup.cancel().encode()
    assert scene.original.confirm(void) == Sw.DONE
    with scene.original.unmoved():
        assert scene.original.confirm(void) == Sw.WRONG_STATE
    data, _ = scene.backup.get_ticket(scene.original.card_id, blind.BLIND, p1=1)
    export = scene.original.export(blind.Ticket.parse(data))
    with scene.original.unmoved():
        assert scene.original.confirm(void) == Sw.CHECK_FAILED
    scene.backup.take(export)


def test_two_originals_on_one_ticket(bench: Bench) -> None:
    scene = Scene.on(bench)
    other = Terminal(bench.original2)
    ticket = scene.backup.ticket(scene.original.card_id)
    other.meet(scene.backup.certificate)
    with other.unmoved():
        assert other.export_key(ticket.encode()) == (b"", Sw.WRONG_DATA)
    # Not for who has all components either: the backup's signature is over the original's id.
    header = replace(ticket.header, original_id=other.card_id)
    rebound = replace(ticket, header=header, mac=GROUP.ticket_mac(header.encode()))
    with other.unmoved():
        assert other.export_key(rebound.encode()) == (b"", Sw.CHECK_FAILED)


def test_the_report_tells_the_mode(bench: Bench) -> None:
    scene = Scene.on(bench)
    scene.introduce()
    scene.original.export(scene.backup.ticket(scene.original.card_id))
    export, import_ = bench.original.card().report().export, bench.backup.card().report().import_
    assert export is not None
    assert import_ is not None
    assert export.mode is import_.mode is Mode.HOST_BLIND
