"""The pytest plugin in a run of its own: fresh cards for each test, and nothing for the others.

docs/library.md has the sample project, which tests/docs and tests/dist run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NO_FIXTURE = """
import sys

def test_nothing_is_imported_but_the_plugin():
    ours = {name for name in sys.modules if name.partition(".")[0] == "twincard"}
    assert ours == {
        "twincard", "twincard.ground", "twincard.ground.exports", "twincard.testing",
        "twincard.testing.plugin",
    }
    assert not {"cryptography", "asn1crypto", "pydantic"} & sys.modules.keys()
"""
FRESH = """
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from twincard import Card, Secret, connect
from twincard.card import KeyType, LifeCycle, WrongPinError
from twincard.flows import duplicate_key, issue_pair, Profile
from twincard.simulator import list_cards

homes, pids, open_cards = [], set(), []


@pytest.fixture(scope="session")
def twincard_key_type():
    return KeyType.RSA_2048


@pytest.mark.parametrize("again", [False, True])
def test_each_test_has_a_fresh_pair(duplicated_pair, twincard_home, again):
    homes.append(twincard_home)
    original = connect(duplicated_pair.original.reader)
    card = Card(original)  # and left open
    open_cards.append(card)
    pids.add(original.pid)
    report = card.report()
    assert (report.pin_tries_left, report.key.type) == (3, KeyType.RSA_2048)
    assert report.key.digest == duplicated_pair.public_key.digest
    with pytest.raises(WrongPinError):
        card.pin.verify(Secret("000000"))
    assert list_cards() == ["backup", "original"]


@pytest.mark.parametrize("again", [False, True])
def test_a_secret_that_is_wiped_is_there_in_the_next_test(duplicated_pair, simulated_card, again):
    with duplicated_pair.original.unlocked():
        pass
    cards = duplicated_pair.original, duplicated_pair.backup, simulated_card
    secrets = [one for card in cards for one in (card.transport_key, card.pin, card.puk)]
    secrets += [item.value for item in duplicated_pair.components]
    assert [len(one) for one in secrets] == [32, 6, 8] * 3 + [32] * 3
    for one in secrets:
        one.wipe()


def test_what_a_test_left_open_was_pulled_and_removed(simulated_card):
    for card in open_cards:
        with pytest.raises(Exception, match="closed"):
            card.report()
    assert not any(home.exists() for home in homes)
    with simulated_card.session() as card:
        pids.add(card.connection.pid)
        assert card.report().life_cycle is LifeCycle.INITIALISATION
    assert len(pids) == 1, "one program for the session"


def test_threads_have_the_program_too_and_processes_the_cards(issued_pair, simulated_card):
    def pid(card):
        with card.session() as session:
            return session.connection.pid

    with ThreadPoolExecutor() as pool:
        assert set(pool.map(pid, [issued_pair.backup, simulated_card])) == pids
    program = "import sys; from twincard import *; print(Card(connect(sys.argv[1])).report().role)"
    run = [sys.executable, "-c", program, issued_pair.backup.reader]
    assert subprocess.run(run, check=True, capture_output=True, text=True).stdout == "2\\n"


def test_an_issued_pair_is_duplicated_with_its_components(issued_pair, duplicated_pair):
    with issued_pair.original.unlocked() as original, issued_pair.backup.unlocked() as backup:
        made = duplicate_key(original, backup, issued_pair.components[1:], KeyType.P_256)
    assert made.copied
    assert made.key_digest != duplicated_pair.public_key.digest


def test_a_blank_card_can_be_issued(simulated_card, issued_pair):
    assert list_cards() == ["card", "issued-backup", "issued-original"]
    with issued_pair.original.blank().card as card:
        assert card.report().life_cycle is LifeCycle.OPERATIONAL
    assert simulated_card.blank().card.report().life_cycle is LifeCycle.INITIALISATION


def test_the_folder_is_the_tests_own(twincard_home):
    assert list_cards() == []
    assert os.environ["TWINCARD_HOME"] == str(twincard_home)
"""


def passed(folder: Path, source: str) -> str:
    """Run these tests, which must pass, as those of a project of their own; what pytest printed."""
    (folder / "test_sample.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    # Of a user whose cards are no business of the tests.
    environment = os.environ | {"TWINCARD_HOME": str(folder / "theirs")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (folder / "theirs").exists()
    return done.stdout


def test_a_run_without_its_fixtures_imports_nothing(tmp_path: Path) -> None:
    assert "1 passed" in passed(tmp_path, NO_FIXTURE)


def test_its_fixtures_give_each_test_cards_of_its_own(tmp_path: Path) -> None:
    assert "9 passed" in passed(tmp_path, FRESH)
