"""The log tells what happened, signed and chained; who altered it on the way is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.bench import GROUP_ID, Bench, Specimen, Stage, component
from tests.card.wire import Command, status
from tests.interop.independent import objects
from tests.trust.authority import SigningKey, encode, verifies
from tests.trust.log_reading import KEPT, LABEL, NONCE, entry, read

from twincard.card.session import Card
from twincard.flows.check.log import LogError, LogState, Signer, read_log
from twincard.iso.status import Sw, UnexpectedAnswerError
from twincard.keys.key_type import KeyType
from twincard.simulator.laboratory import Laboratory

READ_LOG = Command(0x80, 0x46, data=NONCE, answer=256)


def change_pin(specimen: Specimen) -> None:
    """One event, whose entry is always the same."""
    specimen.card().pin.change(specimen.pin, specimen.pin)


def test_the_log_tells_a_duplicated_pair_s_life(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    card_ids = [item.card().report().card_id for item in (bench.original, bench.backup)]
    kcv = [component(number).kcv for number in (1, 2, 3)]
    common = [
        entry(0x10, GROUP_ID),
        entry(0x11, b"\x01\x01" + kcv[0]),
        entry(0x03),
        entry(0x11, b"\x02\x02" + kcv[1]),
        entry(0x11, b"\x03\x02" + kcv[2]),
    ]
    key = bench.original.card().report().key
    assert key is not None
    assert read(bench.original).entries == (
        entry(0x01, b"\x01\x01\x00"),
        *common,
        entry(0x20, key.digest[:16]),
        entry(0x33, card_ids[1]),
        entry(0x34, card_ids[1]),
    )
    assert read(bench.backup).entries == (
        entry(0x01, b"\x02\x00\x00"),
        *common,
        entry(0x30, card_ids[0]),
        entry(0x31, card_ids[0]),
    )


def test_a_blank_card_has_an_empty_log_that_nobody_signs(bench: Bench) -> None:
    reading = read(bench.at(Stage.BLANK).original, device_key=False)
    assert (reading.count, reading.entries) == (0, ())
    assert reading.chain == sha256(LABEL + reading.card_id).digest()


def test_a_terminated_card_still_tells_its_log(bench: Bench) -> None:
    specimen = bench.at(Stage.KEYED).original
    before = read(specimen)
    specimen.unlocked().terminate()
    assert read(specimen, device_key=False).since(before) == [entry(0x04)]


def test_what_changes_nothing_is_not_noted(bench: Bench) -> None:
    specimen = bench.at(Stage.KEYED).original
    before = read(specimen)
    card = specimen.unlocked()
    card.group.set_component(component(2))
    card.group.begin(3, GROUP_ID)
    assert read(specimen).since(before) == []


def test_every_reading_continues_the_one_before(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    earlier = read(specimen)
    for _ in range(2 * KEPT + 5):
        change_pin(specimen)
        reading = read(specimen)
        assert reading.since(earlier) == [entry(0x41)]
        earlier = reading


def test_two_readings_far_apart_share_the_chain(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    first = read(specimen)
    for _ in range(KEPT):
        change_pin(specimen)
    assert read(specimen).chains()[first.count] == first.chains()[first.count]


def test_the_signature_is_over_everything_that_is_told(bench: Bench) -> None:
    specimen = bench.at(Stage.KEYED).original
    reading = read(specimen)
    assert reading.signature is not None
    key = specimen.card().device.keys().device_key
    flipped = bytes([reading.entries[0][0] ^ 1]) + reading.entries[0][1:]
    for altered in (
        replace(reading, card_id=bytes(16)),
        replace(reading, count=reading.count + 1),
        replace(reading, chain=bytes(32)),
        replace(reading, entries=reading.entries[1:]),
        replace(reading, entries=reading.entries[:-1]),
        replace(reading, entries=(flipped, *reading.entries[1:])),
    ):
        assert not verifies(key, altered.message, reading.signature)
    other = reading.message.replace(NONCE, bytes(16))
    assert not verifies(key, other, reading.signature)


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (Command(0x80, 0x46, data=NONCE[1:], answer=256), Sw.WRONG_LENGTH),
        (Command(0x80, 0x46, data=NONCE + b"\0", answer=256), Sw.WRONG_LENGTH),
        (Command(0x80, 0x46, answer=256), Sw.WRONG_LENGTH),
        (Command(0x80, 0x46, 1, 0, NONCE, 256), Sw.WRONG_P1P2),
        (Command(0x80, 0x46, 0, 1, NONCE, 256), Sw.WRONG_P1P2),
        (Command(0x90, 0x46, data=NONCE), Sw.NO_CHAINING),
    ],
)
def test_a_wrong_question_is_refused(bench: Bench, command: Command, sw: Sw) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.card()
    assert status(specimen.lab, command) == sw


def test_the_host_believes_a_log_and_says_why(bench: Bench) -> None:
    card = bench.at(Stage.KEYED).original.card()
    found = read_log(card)
    assert (found.signer, found.missing) == (Signer.DEVICE_KEY, None)
    again = read_log(card, earlier=found.state)
    assert (again.state, again.missing) == (found.state, 0)


def test_the_host_says_how_many_events_it_missed(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    earlier = read_log(specimen.card()).state
    for _ in range(KEPT):
        change_pin(specimen)
    assert read_log(specimen.card(), earlier=earlier).missing == 0
    for missing in (1, 2):
        change_pin(specimen)
        assert read_log(specimen.card(), earlier=earlier).missing == missing


def test_the_host_refuses_a_card_that_was_put_back(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    snapshot = specimen.lab.snapshot()
    change_pin(specimen)
    change_pin(specimen)
    later = read_log(specimen.card()).state
    specimen.lab.restore(snapshot)
    with pytest.raises(LogError, match="earlier state"):
        read_log(specimen.card(), earlier=later)
    for _ in range(2):
        specimen.unlocked().signing.generate(KeyType.P_256)
    with pytest.raises(LogError, match="replaced"):
        read_log(specimen.card(), earlier=later)


class Altering:
    """A wire that changes the log on its way to the host."""

    def __init__(self, lab: Laboratory, alter: Callable[[bytes], bytes]) -> None:
        self._lab = lab
        self._alter = alter
        self.atr = lab.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        answer, sw = self._lab.transmit(apdu)
        return self._alter(answer) if apdu[:2] == b"\x80\x46" else answer, sw

    def reset(self) -> None:
        """See Connection."""
        self._lab.reset()

    def close(self) -> None:
        """The bench closes its cards itself."""


@pytest.mark.parametrize("first", range(4))
def test_the_host_notices_every_byte_that_is_altered(bench: Bench, first: int) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.card()
    answer, sw = specimen.lab.transmit(READ_LOG.short())
    assert sw == Sw.DONE
    for place in range(first, len(answer), 4):

        def flip(data: bytes, place: int = place) -> bytes:
            return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

        with pytest.raises((LogError, UnexpectedAnswerError)):
            read_log(Card(Altering(specimen.lab, flip)))


def test_the_host_notices_that_a_signature_was_taken_away(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original

    def strip(data: bytes) -> bytes:
        ((_, value),) = objects(data)
        return encode(0xE7, value[: -(2 + 64)])

    with pytest.raises(LogError, match="not signed"):
        read_log(Card(Altering(specimen.lab, strip)))


def test_another_card_s_log_does_not_continue_this_one_s(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    other = read_log(bench.backup.card()).state
    with pytest.raises(LogError, match="another card"):
        read_log(bench.original.card(), earlier=other)
    mine = read_log(bench.original.card()).state
    forged = LogState(mine.card_id, other.count, other.chain)
    with pytest.raises(LogError, match="replaced"):
        read_log(bench.original.card(), earlier=forged)


def test_nobody_goes_on_with_a_log_under_a_key_of_his_own(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    card = specimen.card()
    earlier = read_log(card).state
    forger, card_id = SigningKey.make(), card.report().card_id
    point = forger.point
    bound = forger.sign(b"twincard/channel/1" + card_id + point)
    keys = encode(0xE5, encode(0x86, point), encode(0x87, point), encode(0x9E, bound))

    class Impostor(Altering):
        """Tells the true log, and one event more."""

        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            answer, sw = super().transmit(apdu)
            if apdu[:4] == b"\x00\xca\x00\xe5":
                return keys, sw
            if apdu[:2] != b"\x80\x46":
                return answer, sw
            ((_, value),) = objects(answer)
            (_, count), (_, chain), (_, entries), _ = objects(value)
            told = (int.from_bytes(count) + 1).to_bytes(4), chain, entries + entry(0x41)
            signature = forger.sign(LABEL + card_id + apdu[5:21] + b"".join(told))
            parts = enumerate((*told, signature), 0x80)
            return encode(0xE7, *(encode(tag, part) for tag, part in parts)), sw

    impostor = Card(Impostor(specimen.lab, lambda data: data))
    assert read_log(impostor).answer.count == earlier.count + 1
    with pytest.raises(LogError, match="another device key"):
        read_log(impostor, earlier=earlier)


def test_a_terminated_card_goes_on_with_its_log_unsigned(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    earlier = read_log(specimen.card()).state
    specimen.unlocked().terminate()
    assert read_log(specimen.card(), earlier=earlier).signer is Signer.NOBODY
