"""A connection through PC/SC: found by its reader, exclusive, left without power, lost plainly."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from threading import Timer

import pytest
from smartcard.Exceptions import CardConnectionException
from smartcard.System import readers as readers_of_others
from tests.bench import Bench, Stage
from tests.cli.commands import Desk
from tests.flows.unplugged import Cable, Unplugged
from tests.host.t0 import T0Laboratory
from tests.pcsc.inserted import Inserted, inserted, wait_until_out
from tests.pcsc.service import PcscService, Reader

from twincard.card.session import Card
from twincard.iso.status import AuthorityMissingError
from twincard.keys.key_type import KeyType
from twincard.simulator.laboratory import Laboratory
from twincard.transport import (
    CardGoneError,
    CardInUseError,
    CardNotFoundError,
    CardOpenHereError,
    NotInstalledError,
    TransportError,
    connect,
    winscard,
)
from twincard.transport.pcsc import find_reader, list_readers


@pytest.fixture
def in_reader(bench: Bench, left: Reader) -> Iterator[Inserted]:
    """The bench's original, with a key, in the left reader."""
    bench.at(Stage.KEYED)
    with inserted(bench.original.lab, left) as card:
        yield card


def open_left() -> Card:
    return Card(connect("pcsc:left 00 00"))


def test_readers_are_named_whole_in_part_or_by_index(pcsc_service: PcscService) -> None:
    names = [reader.name for reader in pcsc_service.readers]
    assert list_readers() == names
    assert [find_reader(name) for name in names] == names
    assert find_reader("RIGHT 00 01") == "Right 00 01"
    assert find_reader("2") == names[2]


@pytest.mark.parametrize(
    ("name", "message"), [("left", "Left 00 00; Left 00 01"), ("99", "no rea")]
)
def test_a_name_of_several_or_of_no_reader_is_refused(
    pcsc_service: PcscService, name: str, message: str
) -> None:
    with pytest.raises(CardNotFoundError, match=message):
        connect(f"pcsc:{name}")


def test_an_empty_reader_says_so(left: Reader) -> None:
    with pytest.raises(CardNotFoundError, match="no card in Left 00 00"):
        connect(f"pcsc:{left.name}")


class UpsideDown(Laboratory):
    """What answers its reset as no card does."""

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return b"\xff"


def test_what_is_no_card_says_so(left: Reader) -> None:
    with (
        UpsideDown.start() as card,
        inserted(card, left),
        pytest.raises(CardNotFoundError, match="right way round"),
    ):
        connect(f"pcsc:{left.name}")


def test_the_pin_is_forgotten_on_reset_and_on_closing(bench: Bench, in_reader: Inserted) -> None:
    card = open_left()
    answer_to_reset = card.connection.atr
    card.pin.verify(bench.original.pin)
    cryptogram = card.usage.encipher(bytes(32), 0)
    assert card.usage.decipher(cryptogram) == bytes(32)
    card.connection.reset()
    assert card.connection.atr == answer_to_reset
    card.select()
    with pytest.raises(AuthorityMissingError):
        card.usage.decipher(cryptogram)
    card.pin.verify(bench.original.pin)
    card.connection.close()
    # Another program that comes next and does not even select the applet.
    other = readers_of_others()[0].createConnection()
    other.connect()
    decipher = bytes.fromhex("002A8086") + bytes([len(cryptogram.encode())]) + cryptogram.encode()
    _, *status = other.transmit(list(decipher))
    other.disconnect()
    assert status != [0x90, 0x00]


def test_nobody_else_speaks_to_a_card_that_is_held(in_reader: Inserted) -> None:
    card = open_left()
    other = readers_of_others()[0].createConnection()
    with pytest.raises(CardConnectionException, match="Sharing violation"):
        other.connect()
    card.report()
    card.connection.close()
    other.connect()
    other.disconnect()


def test_a_card_that_another_program_keeps_is_in_use(in_reader: Inserted) -> None:
    other = readers_of_others()[0].createConnection()
    other.connect()
    try:
        with pytest.raises(CardInUseError, match="Another program is using the card in Left 00 00"):
            open_left()
    finally:
        other.disconnect()


def test_a_card_that_this_program_has_open_itself_is_told_so(in_reader: Inserted) -> None:
    with open_left() as card:
        with pytest.raises(CardOpenHereError, match=r"This program itself has pcsc:.*Left 00 00"):
            open_left()
        assert repr(card).startswith("<Card in pcsc:")
    open_left().close()


def test_a_card_in_use_is_told_with_the_programs_that_usually_do(
    in_reader: Inserted, desk: Desk
) -> None:
    other = readers_of_others()[0].createConnection()
    other.connect()
    try:
        desk.run("card", "info", "-r", "pcsc:Left 00 00").failed(
            4,
            "Another program is using the card in Left 00 00",
            "ssh-agent",
            "gpgconf --kill scdaemon",
        )
    finally:
        other.disconnect()


def test_a_card_that_another_program_lets_go_of_is_waited_for(in_reader: Inserted) -> None:
    other = readers_of_others()[0].createConnection()
    other.connect()
    leave = Timer(0.5, other.disconnect)
    leave.start()
    card = open_left()
    card.report()
    card.connection.close()
    leave.join()


def test_a_card_that_is_pulled_is_gone_and_comes_back(
    bench: Bench, in_reader: Inserted, left: Reader
) -> None:
    card = open_left()
    in_reader.pull()
    for _ in range(2):
        with pytest.raises(CardGoneError):
            card.report()
    wait_until_out(left, in_use=True)
    with inserted(bench.original.lab, left):
        again = open_left()
        assert again.report() == bench.original.card().report()
        again.connection.close()


@pytest.mark.parametrize("answered", [True, False])
def test_a_card_that_is_pulled_in_mid_command_is_gone(
    bench: Bench, left: Reader, answered: bool
) -> None:
    bench.at(Stage.COMPLETE)
    # SELECT and VERIFY pass, and the card breaks off over GENERATE, before or after its work.
    with inserted(Unplugged(bench.original.lab, Cable(3, answered=answered)), left):
        card = open_left()
        card.pin.verify(bench.original.pin)
        with pytest.raises(CardGoneError):
            card.usage.generate(KeyType.P_256)
    assert (bench.original.card().report().key is not None) is answered


def test_over_t0_the_card_is_the_same(left: Reader) -> None:
    bench = Bench(lambda _: T0Laboratory.start()).at(Stage.KEYED)
    direct = bench.original.card()
    report, public_key = direct.report(), direct.usage.public_key()
    with inserted(bench.original.lab, left):
        card = open_left()
        assert card.connection.atr == bench.original.lab.atr
        assert card.report() == report
        assert card.usage.public_key() == public_key
        card.pin.verify(bench.original.pin)
        cryptogram = card.usage.encipher(bytes(32), 0)
        assert card.usage.decipher(cryptogram) == bytes(32)
        card.connection.close()
    assert bench.new_faults() == ""
    bench.close()


def test_a_service_that_ends_takes_the_card_with_it(
    bench: Bench, left: Reader, pcsc_service: PcscService
) -> None:
    bench.at(Stage.KEYED)
    card_in_reader = Inserted(bench.original.lab, left)
    card = open_left()
    pcsc_service.stop()
    try:
        with pytest.raises(CardGoneError, match=r"PC/SC service has stopped"):
            card.report()
        with pytest.raises(TransportError, match=r"PC/SC service is not running"):
            connect("pcsc:0")
    finally:
        pcsc_service.start()
    card_in_reader.pull()
    with inserted(bench.original.lab, left):
        again = open_left()
        again.report()
        again.connection.close()


def test_without_pyscard_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    winscard.module.cache_clear()
    with pytest.raises(NotInstalledError, match=r"pip install 'twincard\[pcsc\]'"):
        connect("pcsc:0")
    winscard.module.cache_clear()
