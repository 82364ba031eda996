"""A card that falls out in the middle of a command: one sentence, and the next run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bench import Bench, Stage, component
from tests.cli.commands import Desk
from tests.flows.test_duplicate import assert_exactly_one_backup
from tests.flows.unplugged import Cable, Unplugged
from tests.pcsc.inserted import inserted
from tests.pcsc.service import Reader

from twincard.keys.component import write_component
from twincard.transport.connection import Connection

_AT = 7
"""The exchange that is interrupted, in the midst of those with either card."""


def duplicate_words(bench: Bench, folder: Path, left: Reader, right: Reader) -> list[str]:
    """`duplicate` with the bench's original in the left reader and its backup in the right one."""
    words = ["duplicate", "--original", f"pcsc:{left.name}", "--backup", f"pcsc:{right.name}"]
    for option, specimen in (("--pin-file", bench.original), ("--backup-pin-file", bench.backup)):
        file = folder / specimen.name
        file.write_bytes(specimen.pin.reveal())
        words += [option, str(file)]
    for number in (2, 3):
        file = folder / f"part-{number}"
        write_component(component(number), file)
        words += ["--component", f"{number}={file}"]
    return [*words, "--key", "p256"]


@pytest.mark.parametrize("side", ["original", "backup"])
@pytest.mark.parametrize("answered", [True, False])
def test_a_card_pulled_in_mid_duplication_costs_a_second_run(
    bench: Bench, desk: Desk, left: Reader, right: Reader, side: str, answered: bool
) -> None:
    bench.at(Stage.ISSUED)
    words = duplicate_words(bench, desk.folder, left, right)
    cards: dict[str, Connection] = {"original": bench.original.lab, "backup": bench.backup.lab}
    cable = Cable(_AT, answered=answered)
    pulled = cards | {side: Unplugged(cards[side], cable)}
    with inserted(pulled["original"], left), inserted(pulled["backup"], right):
        ran = desk.run(*words)
    assert cable.exchanges == _AT
    ran.failed(3, "does not respond", "Run the command again")
    with inserted(cards["original"], left), inserted(cards["backup"], right):
        desk.done(*words)
    assert_exactly_one_backup(bench)


@pytest.mark.parametrize("sw", [0x6A82, 0x6D00, 0x6E00, 0x6999])
def test_another_kind_of_card_is_told_apart(desk: Desk, left: Reader, sw: int) -> None:
    class AnotherCard:
        atr = bytes.fromhex("3B085457494E43415244")

        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            return b"", sw

        def reset(self) -> None:
            pass

        def close(self) -> None:
            pass

    with inserted(AnotherCard(), left):
        ran = desk.run("card", "info", "-r", f"pcsc:{left.name}")
    ran.failed(7, "no twincard applet on this card")
