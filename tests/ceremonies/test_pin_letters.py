"""PIN and PUK that nobody chooses: drawn for each card, written into its letter, never shown."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.ceremonies.pages import pages_of
from tests.cli.commands import Desk
from tests.cli.conftest import FIRST, PAIR, PINS
from tests.cli.terminal import Terminal

from twincard.card.report import LifeCycle, Role
from twincard.card.session import Card
from twincard.cli.pair import issue, issue_pins
from twincard.cli.pair.issue_pins import LetterPlan, Letters
from twincard.keys.pin_letter import PinLetter, read_letter
from twincard.keys.secret import Secret
from twincard.transport import connect

ISSUE = ("issue", *PAIR, *FIRST)
LETTERS = (*ISSUE, "--pin-letters", "letters")
TEXT = (*LETTERS, "--letter-format", "text")
CARDS = ("sim:alice", "sim:控え")


@pytest.fixture
def blank(desk: Desk) -> Desk:
    """Two blank cards and components."""
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    return desk


def letters(desk: Desk) -> dict[bytes, PinLetter]:
    """Those on the disk, by card id; nothing that is shown from now on may hold their secrets."""
    found = {}
    for path in Path("letters").glob("*.txt"):
        letter = read_letter(path)
        assert path.name == f"pin-letter-{letter.card_id.hex()}.txt"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        found[letter.card_id] = letter
    return found


def assert_right(found: dict[bytes, PinLetter]) -> None:
    for reader in CARDS:
        with Card(connect(reader)) as card:
            report = card.report()
            letter = found[report.card_id]
            assert letter.role == report.role.name.lower()
            card.pin.verify(letter.pin)
            card.pin.unblock(letter.puk, letter.pin)


def test_each_card_has_a_pin_of_its_own_that_only_its_letter_tells(blank: Desk) -> None:
    ran = blank.done(*TEXT, "--json")
    found = letters(blank)
    assert_right(found)
    told = ran.json
    assert {Path(path).stem[-32:] for path in told["pin_letters"]} == {one.hex() for one in found}
    assert [item["kcv"] is None for item in told["components"]] == [False, True, True]
    secrets = [one.reveal().decode() for item in found.values() for one in (item.pin, item.puk)]
    assert len(set(secrets)) == 4
    assert sorted(map(len, secrets)) == [6, 6, 8, 8]
    assert all(re.fullmatch("[0-9]+", secret) for secret in secrets)
    shown = re.sub("[0-9a-f]{32,}", "", ran.text + ran.err)
    assert not [secret for secret in secrets if secret in shown]
    assert not [secret for secret in secrets if secret in repr(found)]


@pytest.mark.parametrize(
    ("language", "title"), [("en", "PIN and PUK of your smart card"), ("ja", "ICカードのPINとPUK")]
)
def test_a_letter_is_a_page_in_the_language_of_its_user(
    blank: Desk, monkeypatch: pytest.MonkeyPatch, language: str, title: str
) -> None:
    monkeypatch.setenv("TWINCARD_LANGUAGE", language)
    told = blank.json(*LETTERS, "--member-number", "No. 7", "--transport-pin")
    assert len(told["pin_letters"]) == 2
    assert sorted(path.suffix for path in Path("letters").iterdir()) == [".pdf", ".pdf"]
    for reader in CARDS:
        with Card(connect(reader)) as card:
            report = card.report()
            path = Path(f"letters/pin-letter-{report.card_id.hex()}.pdf")
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            (page,) = pages_of(path.read_bytes())
            text = re.sub(r"\s", "", page.text)
            assert title.replace(" ", "") in text
            assert "No.7" in text
            assert report.card_id.hex() in text
            assert not page.codes
            pin = re.search("PIN([0-9]{6})PUK([0-9]{8})", text)
            assert pin is not None
            card.pin.verify(Secret(pin[1]))
            assert ("transport" in page.text) == (language == "en")


def interrupt(monkeypatch: pytest.MonkeyPatch, after: int) -> Callable[[], int]:
    """Ctrl-C when the system has been asked so often to write a file to the disk."""
    done = 0
    usual = os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal done
        done += 1
        if done == after:
            raise KeyboardInterrupt
        usual(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return lambda: done


def test_ctrl_c_at_any_moment_leaves_letters_that_the_next_run_takes(
    blank: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: dict[bytes, PinLetter] = {}
    # A file is on the disk after two such moments: itself, and its name in the folder.
    for moment in (1, 2, 3, 3, 3):
        with monkeypatch.context() as patch:
            interrupt(patch, moment)
            assert blank.run(*LETTERS).code == 130
        for reader in CARDS:
            with Card(connect(reader)) as card:
                assert card.report().life_cycle is LifeCycle.INITIALISATION
        found = letters(blank)
        for card_id, letter in known.items():
            assert (found[card_id].pin, found[card_id].puk) == (letter.pin, letter.puk)
        known = found
    assert len(known) == 2
    blank.done(*LETTERS)
    assert_right(known)
    assert sorted(path.suffix for path in Path("letters").iterdir()) == [".pdf", ".pdf"]


def test_an_issue_that_failed_goes_on_with_the_same_letters(blank: Desk) -> None:
    blank.write_secret("other.key", "11" * 32)
    blank.run(*TEXT, "--backup-transport-key-file", "other.key").failed(5, "transport key")
    before = letters(blank)
    assert len(before) == 2
    blank.done(*TEXT)
    assert_right(before)
    again = blank.json(*TEXT)
    assert (again["changed"], len(again["pin_letters"])) == (False, 2)
    assert_right(letters(blank))


def test_no_letter_for_a_card_that_has_its_pin_already(issued: Desk) -> None:
    told = issued.json(*LETTERS)
    assert (told["changed"], told["pin_letters"]) == (False, [])
    assert list(Path("letters").iterdir()) == []


def test_a_letter_without_its_text_is_not_trusted(blank: Desk) -> None:
    with Card(connect("sim:alice")) as card:
        name = f"letters/pin-letter-{card.report().card_id.hex()}"
    Path("letters").mkdir()
    Path(f"{name}.pdf").write_bytes(b"printed already")
    blank.run(*LETTERS).failed(2, ".pdf already exists", "another PIN")
    Path(f"{name}.txt").write_text("pin: 123456\n")
    blank.run(*LETTERS).failed(2, "PIN letter")
    assert Path(f"{name}.pdf").read_bytes() == b"printed already"


def planted(reader: str, *, pin: str = "000000") -> Path:
    """A letter that is there before the card is issued."""
    with Card(connect(reader)) as card:
        card_id = card.report().card_id.hex()
    lines = ("format: twincard-pin-letter-1", f"card: {card_id}", "role: original")
    path = Path("letters", f"pin-letter-{card_id}.txt")
    path.parent.mkdir()
    path.write_text("\n".join((*lines, f"pin: {pin}", "puk: 00000000", "")))
    path.chmod(0o600)
    return path


def a_symbolic_link(path: Path) -> None:
    path.symlink_to(path.rename("elsewhere"))


def a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


@pytest.mark.parametrize(
    "plant",
    [
        lambda path: path.chmod(0o644),
        lambda path: path.chmod(0o620),
        a_symbolic_link,
        a_link_to_nothing,
        a_pipe,
    ],
    ids=["read-by-all", "written-by-a-group", "link", "link-to-nothing", "pipe"],
)
def test_a_letter_that_somebody_else_may_have_written_is_not_taken(
    blank: Desk, plant: Callable[[Path], None]
) -> None:
    plant(planted("sim:alice"))
    blank.run(*TEXT).failed(2, "somebody else may know")
    with Card(connect("sim:alice")) as card:
        assert card.report().life_cycle is LifeCycle.INITIALISATION


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_letter_of_another_user_is_not_taken(blank: Desk) -> None:
    os.chown(planted("sim:alice"), 65534, 65534)
    blank.run(*TEXT).failed(2, "somebody else may know")


def test_a_letter_with_a_pin_that_was_not_drawn_is_not_taken(blank: Desk) -> None:
    planted("sim:alice", pin="0")
    blank.run(*TEXT).failed(2, "not a PIN letter")


def test_a_card_swapped_after_its_letter_was_written_does_not_get_its_pin(
    blank: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank.done("sim", "new", "other")
    folder = Path("cards")
    usual = issue_pins.write_letters

    def swapped(names: Mapping[Role, tuple[str, str]], plan: LetterPlan) -> Letters:
        written = usual(names, plan)
        for suffix in (".card", ".transport-key"):
            (folder / f"other{suffix}").replace(folder / f"alice{suffix}")
        return written

    monkeypatch.setattr(issue, "write_letters", swapped)
    blank.run(*TEXT).failed(7, "sim:alice", "swapped")
    with Card(connect("sim:alice")) as card:
        assert card.report().life_cycle is LifeCycle.INITIALISATION


def test_letters_or_files_not_both(blank: Desk) -> None:
    blank.run(*LETTERS, *PINS).failed(2, "--pin-letters")
    assert not Path("letters").exists()


def test_nothing_is_asked_for_cards_that_are_issued(issued: Desk) -> None:
    assert issued.json(*ISSUE)["changed"] is False
    with Terminal(*ISSUE) as terminal:
        terminal.expect("already issued")
        assert terminal.wait() == 0
    assert "PIN of" not in terminal.shown


def test_only_the_pin_of_a_further_backup_is_asked(blank: Desk) -> None:
    blank.done("issuer", "new", "key")
    common = (*FIRST, "--certify-with", "key", "--backups", "2")
    blank.done("issue", *PAIR, *PINS, "--puk-file", "puk", *common)
    blank.done("sim", "new", "second")
    pair = ("--original", "sim:alice", "--backup", "sim:second")
    with Terminal("issue", *pair, *common) as terminal:
        for what, secret in (("PIN", "pin-of-second"), ("PUK", "puk-of-second")):
            terminal.answer(f"{what} of the backup (6 to 16 bytes):", secret)
            terminal.answer(f"{what} of the backup again:", secret)
        assert terminal.wait() == 0
    Path("pin-2").write_text("pin-of-second")
    blank.done("card", "pin", "-r", "sim:second", "--pin-file", "pin-2", "--set-pin-file", "pin")


def test_mailers_follow_the_language_of_their_user(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINCARD_LANGUAGE", "ja")
    desk.done("group", "new", "--out", "g", "--pdf", "--size", "1")
    (page,) = pages_of(Path("g/mailers.pdf").read_bytes())
    assert "鍵の構成要素" in page.text
    desk.done("group", "new", "--out", "h", "--pdf", "--size", "1", "--language", "en")
    (page,) = pages_of(Path("h/mailers.pdf").read_bytes())
    assert "Key component" in page.text


def test_duplicate_takes_the_number_of_a_component_that_is_typed(issued: Desk) -> None:
    words = ("duplicate", *PAIR, *PINS, "--component", "2=g/component-2.txt", "--component", "3")
    with Terminal(*words) as terminal:
        terminal.expect("Component 3 of 3")
    issued.run("duplicate", *PAIR, *PINS, "--component", "9").failed(2, "no component 9")
