"""Long commands and answers pass whole, whatever the reader and the card agree on."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage

from twincard.iso.chaining import Link
from twincard.iso.command import Command
from twincard.keys.key_type import KeyType

REPORT = Command(0x00, 0xCA, 0x00, 0xE0, answer=256)


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
