"""Any bit altered in a ticket, key block or receipt: the card says so and stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange

from twincard.card.report import Mode
from twincard.card.session import Card
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType

EXPORT_KEY, IMPORT_KEY, CONFIRM_EXPORT = 0x22, 0x24, 0x26


def every_bit(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each alteration of one bit, with the place of its byte."""
    for bit in range(8 * len(data)):
        altered = bytearray(data)
        altered[bit // 8] ^= 0x80 >> bit % 8
        yield bit // 8, bytes(altered)


def every_byte(data: bytes) -> Iterator[tuple[int, bytes]]:
    """One bit in each byte, another one from byte to byte."""
    for place in range(len(data)):
        yield place, data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]


Parts = list[tuple[int, Sw]]
"""How many bytes, and how the card answers when one of their bits is altered."""

TICKET: dict[Mode, Parts] = {
    Mode.BASE: [
        (4, Sw.WRONG_DATA),  # E1 47 80 33
        (3, Sw.WRONG_DATA),  # version, mode, purpose
        (16, Sw.CHECK_FAILED),  # idB
        (16, Sw.WRONG_DATA),  # idO
        (16, Sw.CHECK_FAILED),  # nonce
        (2, Sw.WRONG_DATA),  # 81 10
        (16, Sw.CHECK_FAILED),  # MAC
    ],
}
TICKET[Mode.HOST_BLIND] = [
    (1, Sw.WRONG_DATA),  # a longer length
    *TICKET[Mode.BASE],
    (2, Sw.WRONG_DATA),  # 82 41
    (65, Sw.WRONG_DATA),  # E_B: no bit of a point is changed to give another
    (2, Sw.WRONG_DATA),  # 83 40
    (64, Sw.CHECK_FAILED),  # signature
]
RECEIPT: dict[Mode, Parts] = {
    Mode.BASE: [
        (7, Sw.WRONG_DATA),  # E3 15 80 01 kind 81 10; no kind becomes the other by one bit
        (16, Sw.CHECK_FAILED),  # MAC
    ],
}
RECEIPT[Mode.HOST_BLIND] = [
    *RECEIPT[Mode.BASE],
    (2, Sw.WRONG_DATA),  # 83 40
    (64, Sw.CHECK_FAILED),  # signature
]


@pytest.fixture(params=list(Mode), autouse=True)
def mode(bench: Bench, request: pytest.FixtureRequest) -> Mode:
    """Every test here is run in both modes."""
    bench.in_mode(request.param)
    return Mode(request.param)


def refusals(parts: Parts, message: bytes) -> list[Sw]:
    """For each byte of a message."""
    found = [sw for size, sw in parts for _ in range(size)]
    assert len(found) == len(message)
    return found


def pending(bench: Bench, key: KeyType = KeyType.P_256) -> tuple[Card, Card, bytes, bytes]:
    """Original, backup, ticket, and export of the key, which the backup has not seen.

    In host-blind mode each is the other's peer.
    """
    bench.at(Stage.KEYED, key=key)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ticket = backup.duplication.ticket(original.report().card_id)
    export = original.duplication.export_key(ticket).encoded
    if original.report().certified:
        backup.device.verify_certificate(original.device.certificate())
    return original, backup, ticket.encoded, export


def refuses(specimen: Specimen, ins: int, data: bytes, sw: Sw) -> None:
    """The card refuses the command and writes nothing, beyond a public key to verify with."""
    specimen.lab.writes()
    answer = exchange(specimen.lab, Command(0x80, ins, data=data, answer=256))
    assert answer == (b"", sw), data.hex()
    assert specimen.lab.writes() == 0 or specimen.introduced


def test_every_bit_of_a_ticket(bench: Bench, mode: Mode) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    if mode is Mode.HOST_BLIND:
        original.device.verify_certificate(backup.device.certificate())
    ticket = backup.duplication.ticket(original.report().card_id)
    before, expected = original.report(), refusals(TICKET[mode], ticket.encoded)
    for place, altered in every_bit(ticket.encoded):
        refuses(bench.original, EXPORT_KEY, altered, expected[place])
    assert original.report() == before
    original.duplication.export_key(ticket)


def test_every_bit_of_a_ticket_while_it_is_pending(bench: Bench, mode: Mode) -> None:
    original, _, ticket, export = pending(bench)
    before, expected = original.report(), refusals(TICKET[mode], ticket)
    for place, altered in every_bit(ticket):
        refuses(bench.original, EXPORT_KEY, altered, expected[place])
    assert original.report() == before
    command = Command(0x80, EXPORT_KEY, data=ticket, answer=256)
    assert exchange(bench.original.lab, command) == (export, Sw.DONE)


@pytest.mark.parametrize("void", [False, True], ids=["done", "void"])
def test_every_bit_of_a_receipt(bench: Bench, mode: Mode, void: bool) -> None:
    original, backup, _, export = pending(bench)
    if void:
        receipt = backup.duplication.cancel().encoded
    else:
        receipt = exchange(
            bench.backup.lab, Command(0x80, IMPORT_KEY, data=export, answer=256), extended=True
        )[0]
    before, expected = original.report(), refusals(RECEIPT[mode], receipt)
    for place, altered in every_bit(receipt):
        refuses(bench.original, CONFIRM_EXPORT, altered, expected[place])
    other_kind = receipt[:4] + bytes([receipt[4] ^ 3]) + receipt[5:]
    refuses(bench.original, CONFIRM_EXPORT, other_kind, Sw.CHECK_FAILED)
    assert original.report() == before
    original.duplication.confirm(backup.duplication.receipt())


@pytest.mark.parametrize("key", KeyType)
def test_every_byte_of_a_key_block(bench: Bench, mode: Mode, key: KeyType) -> None:
    original, backup, _, export = pending(bench, key)
    before = backup.report()
    short = key is KeyType.P_256 and mode is Mode.BASE
    for place, altered in (every_bit if short else every_byte)(export):
        command = Command(0x80, IMPORT_KEY, data=altered, answer=256)
        answer = exchange(bench.backup.lab, command, extended=True)
        assert answer == (b"", Sw.CHECK_FAILED), place
    assert backup.report() == before
    command = Command(0x80, IMPORT_KEY, data=export, answer=256)
    assert exchange(bench.backup.lab, command, extended=True)[1] == Sw.DONE
    keys = [card.report().key for card in (original, backup)]
    assert None not in keys
    assert len({key.digest for key in keys if key}) == 1


@pytest.mark.parametrize("key", KeyType)
def test_a_key_block_that_is_cut_or_longer(bench: Bench, key: KeyType) -> None:
    _, backup, _, export = pending(bench, key)
    before = backup.report()
    for size in [*range(0, len(export), 37), len(export) - 1]:
        command = Command(0x80, IMPORT_KEY, data=export[:size], answer=256)
        assert exchange(bench.backup.lab, command) == (b"", Sw.CHECK_FAILED)
    for more in (b"\x00", bytes(11)):
        command = Command(0x80, IMPORT_KEY, data=export + more, answer=256)
        assert exchange(bench.backup.lab, command) == (b"", Sw.CHECK_FAILED)
    assert backup.report() == before
