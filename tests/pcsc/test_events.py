"""What is put into readers and taken out is seen, told, and waited for."""

from __future__ import annotations

import signal

from tests.bench import Bench, Stage
from tests.cli.commands import Desk
from tests.cli.terminal import Terminal
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService, Reader

from twincard.transport.pcsc import open_reader
from twincard.transport.slots import Holds, Slot, slots, watch


def test_slots_tell_what_is_in_the_readers(bench: Bench, left: Reader, right: Reader) -> None:
    atr = bench.original.lab.atr
    with inserted(bench.original.lab, right):
        found = {slot.reader: slot for slot in slots()}
        assert found[left.name] == Slot(left.name, Holds.NOTHING)
        assert found[right.name] == Slot(right.name, Holds.CARD, atr)
        card = open_reader(right.name)
        found = {slot.reader: slot for slot in slots()}
        assert found[right.name] == Slot(right.name, Holds.CARD_IN_USE, atr)
        card.close()


def test_watching_tells_each_change(bench: Bench, left: Reader, pcsc_service: PcscService) -> None:
    changes = watch()
    for reader in pcsc_service.readers:
        assert next(changes) == Slot(reader.name, Holds.NOTHING)
    atr = bench.original.lab.atr
    with inserted(bench.original.lab, left):
        assert next(changes) == Slot(left.name, Holds.CARD, atr)
        card = open_reader(left.name)
        assert next(changes) == Slot(left.name, Holds.CARD_IN_USE, atr)
        card.close()
        assert next(changes) == Slot(left.name, Holds.CARD, atr)
    assert next(changes) == Slot(left.name, Holds.NOTHING)


def test_readers_lists_cards_and_empty_readers(bench: Bench, desk: Desk, left: Reader) -> None:
    with inserted(bench.original.lab, left):
        found = desk.json("readers")
        text = desk.done("readers").text
    assert found["pcsc"][0] == f"pcsc:{left.name}"
    assert found["pcsc_problem"] is None
    atr = bench.original.lab.atr.hex()
    assert found["slots"][0] == {"reader": f"pcsc:{left.name}", "holds": "card", "atr": atr}
    assert found["slots"][1]["holds"] == "nothing"
    assert text.splitlines()[2:4] == ["pcsc:Left 00 00    a card", "pcsc:Left 00 01    no card"]
    assert "pcsc:読取機 00 00  no card" in text.splitlines()


def test_readers_watch_goes_on_until_ctrl_c(bench: Bench, left: Reader) -> None:
    with Terminal("readers", "--watch") as terminal:
        terminal.expect("pcsc:Left 00 00  no card")
        with inserted(bench.original.lab, left):
            terminal.expect("pcsc:Left 00 00  a card")
        terminal.expect("pcsc:Left 00 00  no card")
        terminal.signal(signal.SIGINT)
        assert terminal.wait() == 0


def test_watching_ends_in_words_with_the_service(pcsc_service: PcscService, left: Reader) -> None:
    with Terminal("readers", "--watch") as terminal:
        terminal.expect("pcsc:Left 00 00  no card")
        pcsc_service.stop()
        try:
            terminal.expect("The PC/SC service has stopped. Start it")
            assert terminal.wait() == 3
        finally:
            pcsc_service.start()


def test_a_command_at_a_terminal_waits_for_the_card(bench: Bench, left: Reader) -> None:
    bench.at(Stage.KEYED)
    card_id = bench.original.card_id.hex()
    with Terminal("card", "info", "-r", f"pcsc:{left.name}") as terminal:
        terminal.expect("Insert the card into the reader Left 00 00")
        with inserted(bench.original.lab, left):
            terminal.expect(card_id)
            assert terminal.wait() == 0


def test_waiting_for_a_card_ends_with_ctrl_c(left: Reader) -> None:
    with Terminal("card", "info", "-r", f"pcsc:{left.name}") as terminal:
        terminal.expect("Insert the card into the reader")
        terminal.signal(signal.SIGINT)
        assert terminal.wait() == 130


def test_without_a_terminal_an_empty_reader_is_an_error_before_any_prompt(
    desk: Desk, left: Reader
) -> None:
    words = ("decrypt", "-r", f"pcsc:{left.name}", "--pin-file", "no-such-file", "x.p7m")
    desk.run(*words).failed(3, "no card in the reader Left 00 00")


def test_one_reader_by_two_names_is_one_card(desk: Desk, left: Reader) -> None:
    words = ("duplicate", "--original", f"pcsc:{left.name}", "--backup", "pcsc:0")
    desk.run(*words, "--pin-file", "pin").failed(2, "given twice")
