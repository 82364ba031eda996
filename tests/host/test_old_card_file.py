"""Simulated cards that earlier versions have saved go on where they were.

The pair was saved between `issue` and `duplicate`, by the last version without archive keys.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from twincard.card.report import ExportState, Mode, Role
from twincard.card.session import Card
from twincard.cms import FileOutput
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.files.decrypt import decrypt_file
from twincard.keys.component import Component
from twincard.keys.secret import Secret
from twincard.transport import connect

DATA = Path(__file__).parent / "data"
PIN = Secret(b"123456")
COMPONENTS = [
    Component(number, 3, Secret(bytes.fromhex(value)))
    for number, value in (
        (2, "90a73b07ab172637c55c78ee13c93802e0833385482a7fd60beb922cb9b63152"),
        (3, "280af0d81c3dd25abbf6acbad5f5e6f555300aff60bfdeae484d92ba94e1390b"),
    )
]


def version(state: Path) -> int:
    """Of the format, as the first slot has it."""
    return int.from_bytes(state.read_bytes()[8:10], "big")


def take(home: Path, saved: str, name: str) -> Path:
    """The file of a card of this name, as it was saved then."""
    home.mkdir(exist_ok=True)
    state = home / f"{name}.card"
    state.write_bytes(gzip.decompress((DATA / f"{saved}.gz").read_bytes()))
    return state


def test_a_card_of_the_first_format_opens_its_files_and_is_saved_in_the_new_one(
    home: Path, tmp_path: Path
) -> None:
    state = take(home, "old-card-v1", "old")
    assert version(state) == 1
    for _ in range(2):  # as it was saved then, and as it is saved now
        with Card(connect("sim:old")) as card:
            report = card.report()
            assert report.role is Role.ORIGINAL
            assert report.archive_id is None
            assert report.export is not None
            assert report.export.state is ExportState.DONE
            card.pin.verify(PIN)
            decrypt_file(
                card, DATA / "old-card-v1.p7m", FileOutput(tmp_path / "opened", overwrite=True)
            )
        assert (tmp_path / "opened").read_bytes() == b"old\n"
    assert version(state) == 3


def test_a_pair_that_was_issued_then_is_duplicated_in_host_blind_mode(home: Path) -> None:
    take(home, "old-pair-original", "original")
    take(home, "old-pair-backup", "backup")
    with Card(connect("sim:original")) as original, Card(connect("sim:backup")) as backup:
        for card in (original, backup):
            assert card.report().key is None
            card.pin.verify(PIN)
        done = duplicate_key(original, backup, COMPONENTS)
        assert (done.copied, done.mode) == (True, Mode.HOST_BLIND)
        ids = {card.report().archive_id for card in (original, backup)}
    assert None not in ids
    assert len(ids) == 1
