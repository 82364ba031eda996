"""Programs that log in can rewrite IDs and names on a card: `card check` tells, and mends it."""

from __future__ import annotations

import json
import subprocess

import pytest
from tests.docs.examples import search_path
from tests.opensc.conftest import CERTIFICATE, CardInReader, run

from twincard.card.session import Card
from twincard.flows.certify.opensc import are_opensc_files_right
from twincard.transport import connect


def check(card: CardInReader, *options: str) -> subprocess.CompletedProcess[bytes]:
    (card.folder / "pin").write_text(card.pin)
    words = ("-r", f"pcsc:{card.reader}", "--pin-file", "pin", "--public-key", CERTIFICATE)
    command = ("twincard", "card", "check", *words, "--json", *options)
    return run(*command, folder=card.folder, PATH=search_path())


def right(card: CardInReader) -> bool | None:
    with Card(connect(f"pcsc:{card.reader}")) as session:
        return are_opensc_files_right(session)


def test_a_check_tells_that_another_program_changed_an_id_and_mends_it(card: CardInReader) -> None:
    assert right(card)
    shown = card.tool("pkcs15-tool", "--dump").stdout
    changed = card.pkcs11("--id", "01", "--type", "privkey", "--set-id", "09")
    assert changed.returncode == 0, changed.stderr
    assert right(card) is False
    failed = check(card)
    assert failed.returncode == 9
    told = json.loads(failed.stdout)
    assert (told["opensc_files"], told["key_opens"], told["passed"]) == (False, True, False)
    mended = check(card, "--repair")
    assert mended.returncode == 0, mended.stderr
    assert json.loads(mended.stdout)["opensc_files"] is True
    assert right(card)
    assert card.tool("pkcs15-tool", "--dump").stdout == shown


@pytest.mark.parametrize("size", [256, 300])
def test_openscs_driver_reads_no_more_than_256_random_bytes_at_a_time(
    card: CardInReader, size: int
) -> None:
    made = card.pkcs11("--generate-random", str(size))
    if size > 256:
        assert made.returncode != 0
        assert b"CKR_ARGUMENTS_BAD" in made.stderr or b"random" in made.stderr
    else:
        assert len(made.stdout) == size, made.stderr
