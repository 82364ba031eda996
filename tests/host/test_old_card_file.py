"""A simulated card that an earlier version has saved goes on where it was."""

from __future__ import annotations

import gzip
from pathlib import Path

from twincard.card.report import ExportState, Role
from twincard.card.session import Card
from twincard.files import FileOutput
from twincard.keys.secret import Secret
from twincard.protocols.files import decrypt_file
from twincard.transport import connect

DATA = Path(__file__).parent / "data"
PIN = Secret(b"123456")


def version(state: Path) -> int:
    """Of the format, as the first slot has it."""
    return int.from_bytes(state.read_bytes()[8:10], "big")


def test_a_card_of_the_first_format_opens_its_files_and_is_saved_in_the_new_one(
    home: Path, tmp_path: Path
) -> None:
    home.mkdir()
    state = home / "old.card"
    state.write_bytes(gzip.decompress((DATA / "old-card-v1.gz").read_bytes()))
    assert version(state) == 1
    for _ in range(2):  # as it was saved then, and as it is saved now
        with Card(connect("sim:old")) as card:
            report = card.report()
            assert report.role is Role.ORIGINAL
            assert report.export is not None
            assert report.export.state is ExportState.DONE
            card.pin.verify(PIN)
            decrypt_file(
                card, DATA / "old-card-v1.p7m", FileOutput(tmp_path / "opened", overwrite=True)
            )
        assert (tmp_path / "opened").read_bytes() == b"old\n"
    assert version(state) == 2
