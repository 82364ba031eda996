"""Long commands and answers pass whole, whatever the reader and the card agree on."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage

from twincard.card.report import KeyType
from twincard.card.session import Card
from twincard.transport.apdu import Command
from twincard.transport.base import Connection
from twincard.transport.stages import Link

REPORT = Command(0x00, 0xCA, 0x00, 0xE0, answer=256)


class T0Reader:
    """A reader that speaks T=0 with the card behind it (ISO 7816-3, 12.2).

    A wrong Le is answered with 6Cxx, and the answer to a command with data with 61xx first.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept = b""

    @property
    def atr(self) -> bytes:
        return self._connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        if len(apdu) > 5 and len(apdu) == 6 + apdu[4]:
            data, sw = self._connection.transmit(apdu)
            assert self._kept == b""
            if sw == 0x9000 and data:
                self._kept = data
                return b"", 0x6100 | len(data) & 0xFF
            return data, sw
        if apdu[1] == 0xC0 and self._kept:
            data, self._kept = self._kept, b""
            return data, 0x9000
        if len(apdu) == 5:
            data, sw = self._connection.transmit(apdu[:4] + b"\x00")
            if sw == 0x9000 and len(data) != (apdu[4] or 256):
                return b"", 0x6C00 | len(data)
            return data, sw
        return self._connection.transmit(apdu)

    def reset(self) -> None:
        self._connection.reset()

    def close(self) -> None:
        self._connection.close()


def test_over_t0_the_card_is_the_same(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    direct = bench.original.card()
    over_t0 = Card(T0Reader(bench.original.lab))
    assert over_t0.report() == direct.report()
    assert over_t0.usage.public_key() == direct.usage.public_key()
    over_t0.pin.verify(bench.original.pin)
    cryptogram = over_t0.usage.encipher(bytes(32), 0)
    assert over_t0.usage.decipher(cryptogram) == bytes(32)


@pytest.mark.parametrize("extended", [False, True])
def test_long_data_and_answers_pass_chained_and_extended(bench: Bench, extended: bool) -> None:
    bench.at(Stage.KEYED, key=KeyType.RSA_2048)
    card = bench.original.unlocked()
    modulus_and_more = card.usage.encipher(bytes(16), 0).encode()
    link = Link(bench.original.lab, extended=extended)
    answer = link.exchange(Command(0x00, 0x2A, 0x80, 0x86, modulus_and_more, answer=256))
    assert (answer.data, answer.sw) == (bytes(16), 0x9000)
    public_key = link.exchange(Command(0x00, 0x46, 0x81, 0x00, answer=256))
    assert (len(public_key.data), public_key.sw) == (270, 0x9000)


def test_a_chain_ends_where_the_card_refuses_a_part(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    bench.original.card()
    link = Link(bench.original.lab)
    answer = link.exchange(Command(0x00, 0x2A, 0x80, 0x86, bytes(257), answer=256))
    assert (answer.data, answer.sw) == (b"", 0x6982)


def test_an_answer_in_pieces_is_joined(bench: Bench) -> None:
    bench.at(Stage.KEYED, key=KeyType.RSA_2048)
    bench.original.card()
    link = Link(bench.original.lab)
    whole = link.exchange(Command(0x00, 0x46, 0x81, answer=256)).data
    assert link.exchange(Command(0x00, 0x46, 0x81, answer=7)).data == whole
