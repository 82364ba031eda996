"""Chaining, extended length, GET RESPONSE: however the bytes travel, the command is the same."""

from __future__ import annotations

import hashlib

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.sealing import Correspondent, seal
from tests.card.wire import Command, exchange, status

from twincard.card.public_key import encode_public_key
from twincard.card.report import Mode
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType

CEK = bytes(range(32))
CHECK = hashlib.sha256(b"cek" + CEK).digest()[:8]
REPORT = Command(0x00, 0xCA, 0x00, 0xE0, answer=256)


@pytest.fixture
def rsa(bench: Bench) -> Specimen:
    specimen = bench.at(Stage.KEYED, key=KeyType.RSA_2048).original
    specimen.unlocked()
    return specimen


def cryptogram(specimen: Specimen) -> bytes:
    """257 bytes: too long for one short command. Leaves the PIN verified."""
    public = specimen.unlocked().usage.public_key()
    return seal(public, CEK).encode()


def check(data: bytes, *, more: bool = False) -> Command:
    return Command(0x90 if more else 0x80, 0x32, data=data, answer=0 if more else 256)


def get_response(answer: int) -> Command:
    return Command(0x00, 0xC0, answer=answer)


@pytest.mark.parametrize("size", [1, 2, 16, 100, 200, 255])
def test_a_chain_in_parts_of_any_size(rsa: Specimen, size: int) -> None:
    data = cryptogram(rsa)
    last = (len(data) - 1) // size * size
    for start in range(0, last, size):
        answer = exchange(rsa.lab, check(data[start : start + size], more=True))
        assert answer == (b"", Sw.DONE)
    assert exchange(rsa.lab, check(data[last:])) == (CHECK, Sw.DONE)


def test_parts_without_data_change_nothing(rsa: Specimen) -> None:
    data = cryptogram(rsa)
    for part in (b"", data[:200], b""):
        assert status(rsa.lab, check(part, more=True)) == Sw.DONE
    assert exchange(rsa.lab, check(data[200:])) == (CHECK, Sw.DONE)


def test_extended_parts_make_a_chain_too(rsa: Specimen) -> None:
    data = cryptogram(rsa)
    assert rsa.lab.transmit(check(data[:250], more=True).extended()) == (b"", Sw.DONE)
    assert rsa.lab.transmit(check(data[250:]).extended()) == (CHECK, Sw.DONE)


def test_a_long_command_in_one_piece(rsa: Specimen) -> None:
    assert exchange(rsa.lab, check(cryptogram(rsa)), extended=True) == (CHECK, Sw.DONE)


def test_a_short_command_may_be_sent_extended(rsa: Specimen) -> None:
    short = rsa.lab.transmit(REPORT.short())
    assert short[1] == Sw.DONE
    assert rsa.lab.transmit(REPORT.extended()) == short
    assert rsa.lab.transmit(REPORT.with_answer(65536).extended()) == short


def test_any_other_command_ends_a_chain_and_is_carried_out(rsa: Specimen) -> None:
    data = cryptogram(rsa)
    for other in (REPORT, Command(0x00, 0x20, 0x00, 0x01), Command(0x00, 0x84, answer=16)):
        assert status(rsa.lab, check(data[:200], more=True)) == Sw.DONE
        assert status(rsa.lab, other) == Sw.DONE
        assert status(rsa.lab, check(data[200:])) == Sw.WRONG_DATA


@pytest.mark.parametrize("field", ["cla", "ins", "p1", "p2"])
def test_header_bytes_stay_equal_along_a_chain(rsa: Specimen, field: str) -> None:
    data = cryptogram(rsa)
    transcode = Command(0x90, 0x30, data=data[:200])
    changed = {"cla": 0x10, "ins": 0x32, "p1": 1, "p2": 1}[field]
    values = {"cla": 0x90, "ins": 0x30, "p1": 0, "p2": 0} | {field: changed}
    first = Command(**values, data=data[:200])
    expected = Sw.UNKNOWN_INS if field == "cla" else Sw.DONE
    assert status(rsa.lab, first) == expected
    # What came before does not belong to this command, which is too short alone.
    assert status(rsa.lab, Command(0x80, 0x30, data=data[200:])) == Sw.WRONG_STATE
    assert status(rsa.lab, check(data[:200], more=True)) == Sw.DONE
    assert status(rsa.lab, transcode) == Sw.DONE
    assert status(rsa.lab, check(data[200:])) == Sw.WRONG_DATA


def test_a_chain_gathers_280_bytes_and_no_more(rsa: Specimen) -> None:
    rsa.unlocked()
    for sizes in ([255, 25], [255, 25, 1], [255, 255], [200, 255]):
        answers = [status(rsa.lab, check(bytes(size), more=True)) for size in sizes]
        total = [sum(sizes[: index + 1]) for index in range(len(sizes))]
        expected = [Sw.DONE if size <= 280 else Sw.WRONG_LENGTH for size in total]
        assert answers == expected
        # A chain that was refused has ended: the whole cryptogram is needed again.
        assert status(rsa.lab, REPORT) == Sw.DONE


def test_a_refused_part_ends_the_chain(rsa: Specimen) -> None:
    data = cryptogram(rsa)
    assert status(rsa.lab, check(data[:200], more=True)) == Sw.DONE
    assert status(rsa.lab, check(bytes(200), more=True)) == Sw.WRONG_LENGTH
    assert status(rsa.lab, check(data[200:])) == Sw.WRONG_DATA


def test_an_import_gathers_1160_bytes_and_no_more(bench: Bench) -> None:
    backup = bench.at(Stage.COMPLETE).backup
    backup.unlocked().duplication.ticket(bytes(16), Mode.BASE)
    part = Command(0x90, 0x24, data=bytes(255))
    assert [status(backup.lab, part) for _ in range(4)] == [Sw.DONE] * 4
    assert status(backup.lab, Command(0x90, 0x24, data=bytes(140))) == Sw.DONE
    assert status(backup.lab, Command(0x80, 0x24, data=bytes(1))) == Sw.WRONG_LENGTH
    for size, expected in ((1160, Sw.CHECK_FAILED), (1161, Sw.WRONG_LENGTH)):
        command = Command(0x80, 0x24, data=bytes(size))
        assert exchange(backup.lab, command, extended=True) == (b"", expected)


@pytest.mark.parametrize("size", [281, 1024, 1025, 4096, 32767, 32768, 65535])
def test_longer_extended_commands_are_refused(rsa: Specimen, size: int) -> None:
    command = check(bytes(size))
    assert exchange(rsa.lab, command, extended=True) == (b"", Sw.WRONG_LENGTH)
    assert status(rsa.lab, REPORT) == Sw.DONE


def test_a_part_needs_the_commands_authority(rsa: Specimen) -> None:
    data = cryptogram(rsa)
    assert status(rsa.lab, check(data[:200], more=True)) == Sw.DONE
    card = rsa.card()
    assert status(rsa.lab, check(data[:200], more=True)) == Sw.AUTHORITY_MISSING
    card.pin.verify(rsa.pin)
    assert status(rsa.lab, check(data[200:])) == Sw.WRONG_DATA


@pytest.mark.parametrize("size", [*range(1, 300, 7), 256])
def test_an_answer_in_pieces_of_any_size(rsa: Specimen, size: int) -> None:
    whole = rsa.unlocked().usage.public_key()
    read = Command(0x00, 0x46, 0x81)
    data, sw = rsa.lab.transmit(read.with_answer(size).extended())
    answer = data
    while sw >> 8 == 0x61:
        left = 270 - len(answer)
        assert sw & 0xFF == (left if left < 256 else 0)
        assert len(data) == size
        data, sw = rsa.lab.transmit(get_response(min(size, 256)).short())
        answer += data
    assert (answer, sw) == (encode_public_key(whole), Sw.DONE)
    assert status(rsa.lab, get_response(256)) == Sw.WRONG_STATE


def test_any_other_command_discards_the_rest(rsa: Specimen) -> None:
    read = Command(0x00, 0x46, 0x81, answer=10)
    for other in (Command(0x00, 0x20, 0x00, 0x01), Command(0x80, 0xC0, answer=256)):
        assert status(rsa.lab, read) >> 8 == 0x61
        status(rsa.lab, other)
        assert status(rsa.lab, get_response(256)) == Sw.WRONG_STATE


def test_the_rest_of_an_answer_does_not_outlive_select(rsa: Specimen) -> None:
    assert status(rsa.lab, Command(0x00, 0x46, 0x81, answer=10)) >> 8 == 0x61
    rsa.card()
    assert status(rsa.lab, get_response(256)) == Sw.WRONG_STATE


def test_a_key_block_in_pieces_is_the_same(bench: Bench) -> None:
    bench.at(Stage.KEYED, key=KeyType.RSA_2048)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ticket = backup.duplication.ticket(original.report().card_id, Mode.BASE)
    whole = original.duplication.export_key(ticket).encoded
    command = Command(0x80, 0x22, data=ticket.encoded)
    for answer in (1, 100, 256):
        data, sw = bench.original.lab.transmit(command.with_answer(answer).short())
        while sw >> 8 == 0x61:
            more, sw = bench.original.lab.transmit(get_response(200).short())
            data += more
        assert (data, sw) == (whole, Sw.DONE)
    assert bench.original.lab.transmit(command.with_answer(65536).extended()) == (whole, Sw.DONE)


@pytest.mark.parametrize(
    "apdu",
    [
        "",
        "00",
        "00CA00",
        "00CA00E00500",
        "00CA00E0050000000000000000",
        "00CA00E00000",
        "00CA00E000000100000000",
        "00CA00E0000005000000",
    ],
)
def test_malformed_apdus_are_refused(rsa: Specimen, apdu: str) -> None:
    assert rsa.lab.transmit(bytes.fromhex(apdu)) == (b"", Sw.WRONG_LENGTH)


def test_the_card_is_as_good_as_before_after_somebody_elses_key(rsa: Specimen) -> None:
    """A target fills the buffers that answers come from: they do not mix."""
    card = rsa.unlocked()
    own = card.usage.public_key()
    friend = Correspondent.with_rsa().public
    card.usage.set_target(friend)
    assert card.usage.public_key() == own
