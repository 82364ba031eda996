"""`twincard start` at a terminal: what it asks, the commands that it shows, and what they leave."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.cli.terminal import Terminal
from tests.loading.watched import WatchedCard
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.ground.language import _, speaking
from twincard.keys.component import draw_group, read_component

OTHER_PIN = "backup-pin"
PIN, PUK = "271828", "31415926"
PAIR = ("--original", "sim:alice", "--backup", "sim:alice-backup")


@pytest.fixture
def desk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, monkeypatch)


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    chosen: str = request.param
    monkeypatch.setenv("TWINCARD_LANGUAGE", chosen)
    with speaking([chosen]):
        yield chosen


def type_secrets(terminal: Terminal) -> None:
    """PIN and PUK of the cards, as `issue` asks for them."""
    for what, secret in ((_("PIN of the cards"), PIN), (_("PUK of the cards"), PUK)):
        terminal.answer(f"{what} (", secret)
        terminal.answer(_("{what} again").format(what=what), secret)


def shown_commands(terminal: Terminal) -> list[str]:
    """Those that are shown before they run."""
    return re.findall(r"^\$ (.*)\r$", terminal.shown, re.MULTILINE)


@pytest.mark.usefixtures("language")
def test_a_newcomer_is_led_to_a_pair_that_opens_a_file(desk: Desk) -> None:
    with Terminal("start") as terminal:
        terminal.answer(f"{_('Number')} [1]", "")
        terminal.answer(f"{_('Name of the pair')} [alice]", "")
        terminal.answer(f"{_('How many holders?')} [3]", "2")
        terminal.answer(f"{_('Number')} [1]", "")
        terminal.answer(
            _("Names of the holders, with commas between (Enter: leave them out)"), "Alice、花子"
        )
        terminal.answer(_("Run them now?"), "")
        type_secrets(terminal)
        assert terminal.wait() == 0
        shown = terminal.shown
    assert _("Both cards are ready: each of them decrypted the test file.") in shown
    assert "twincard card check -r sim:alice-backup --public-key alice.pem" in shown
    assert PIN not in shown
    assert PUK not in shown
    test = Path("alice-test.txt").read_bytes()
    for role in ("original", "backup"):
        assert Path(f"alice-test-{role}.txt").read_bytes() == test
    told = desk.json("card", "info", "-r", "sim:alice-backup")
    sheet = Path("alice-sheet.txt").read_text()
    assert told["card_id"] in sheet
    assert told["key"]["public_key_sha256"] in sheet
    assert "花子" in sheet
    for number in (1, 2):
        value = read_component(Path(f"alice-components/component-{number}.txt")).value
        assert value.reveal().hex().upper() not in shown.upper()


def test_what_it_shows_can_be_typed_in_a_shell(desk: Desk, tmp_path: Path) -> None:
    with Terminal("start", "--name", "花-子", "--yes") as terminal:
        type_secrets(terminal)
        assert terminal.wait() == 0
        commands = shown_commands(terminal)
    assert len(commands) == 11
    for command in commands:
        words = shlex.split(command)
        assert words[0] == "twincard" or command.startswith("echo ")
    echoed = next(command for command in commands if command.startswith("echo "))
    written = Path("花-子-test.txt").read_bytes()
    subprocess.run(["sh", "-c", echoed], check=True)
    assert Path("花-子-test.txt").read_bytes() == written
    sheet = Path("花-子-sheet.txt").read_bytes()
    assert desk.run(*shlex.split(commands[-1])[1:]).code == 0
    assert Path("花-子-sheet.txt").read_bytes() == sheet


def test_it_is_interrupted_and_continues_without_its_questions(desk: Desk) -> None:
    with Terminal("start", "--name", "alice", "--holder", "A b", "--yes") as terminal:
        assert terminal.wait() == 2
        assert "--holder was given 1 time" in terminal.shown
    with Terminal("start", "--name", "alice", "--group-size", "1", "--holder", "A b") as terminal:
        terminal.answer("Number [1]", "1")
        terminal.answer("Number [1]", "1")
        terminal.answer("Run them now?", "y")
        terminal.expect("PIN of the cards (")
        terminal.signal(signal.SIGINT)
        assert terminal.wait() == 130
        shown = terminal.shown
    (again,) = re.findall(r"To continue later: (.*)\r", shown)
    words = shlex.split(again)[1:]
    assert words[:3] == ["start", "--name", "alice"]
    assert "A b" in words
    assert desk.json("sim", "list")["cards"] == ["sim:alice", "sim:alice-backup"]
    with Terminal(*words) as terminal:
        terminal.answer("Run them now?", "")
        type_secrets(terminal)
        assert terminal.wait() == 0
        assert not any("sim new" in command for command in shown_commands(terminal))
    with Terminal(*words) as terminal:
        terminal.expect("These files exist and will be overwritten: alice.pem")
        terminal.answer("Run them now?", "")
        terminal.answer("PIN of the original:", PIN)
        terminal.answer("PIN of the backup (Enter: the same):", "")
        assert terminal.wait() == 0
        assert "PIN: using the PIN that you typed before." in terminal.shown
        assert "already held" in terminal.shown
        assert not any(" issue " in command for command in shown_commands(terminal))


def test_answers_that_cannot_be_meant_are_asked_again_and_no_does_nothing(
    desk: Desk, home: Path
) -> None:
    with Terminal("start") as terminal:
        terminal.answer("Number [1]", "3")
        terminal.expect("from 1 to 2")
        terminal.answer("Number [1]", "１")  # noqa: RUF001 -- as an input method types it
        terminal.answer("Name of the pair", "../alice")
        terminal.expect("begins with a letter")
        terminal.answer("Name of the pair", "alice")
        terminal.answer("How many holders?", "99")
        terminal.answer("How many holders?", "2")
        terminal.answer("Number [1]", "1")
        terminal.answer("Names of the holders", "only one")
        terminal.expect("Type 2 names")
        terminal.answer("Names of the holders", "")
        terminal.answer("Run them now?", "n")
        assert terminal.wait() == 2
        assert "Nothing was done" in terminal.shown
        assert "twincard start --name alice" in terminal.shown
    assert not home.exists()
    assert not Path("alice-components").exists()


def test_cards_with_different_pins_get_only_their_own(desk: Desk) -> None:
    for name, secret in (("pin", PIN), ("other-pin", OTHER_PIN), ("puk", PUK)):
        Path(name).write_text(secret)
    for name in ("alice", "alice-backup"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--size", "1", "--out", "alice-components")
    pair = ("--original", "sim:alice", "--backup", "sim:alice-backup")
    first = ("--group-size", "1", "--component", "1=alice-components/component-1.txt")
    pins = ("--pin-file", "pin", "--backup-pin-file", "other-pin", "--puk-file", "puk")
    desk.done("issue", *pair, *first, *pins)
    with Terminal("start", "--name", "alice", "--group-size", "1", "--yes") as terminal:
        terminal.answer("PIN of the original:", PIN)
        terminal.answer("PIN of the backup (Enter: the same):", OTHER_PIN)
        terminal.answer("PIN:", PIN)
        terminal.answer("PIN:", OTHER_PIN)
        assert terminal.wait() == 0
    for reader in pair[1::2]:
        assert desk.json("card", "info", "-r", reader)["pin"]["tries_left"] == 3


def test_a_wrong_pin_ends_it_and_is_not_tried_again(desk: Desk) -> None:
    with Terminal("start", "--name", "alice", "--yes") as terminal:
        type_secrets(terminal)
        assert terminal.wait() == 0
    with Terminal("start", "--name", "alice", "--yes") as terminal:
        terminal.answer("PIN of the original:", "000000")
        terminal.answer("PIN of the backup (Enter: the same):", "")
        assert terminal.wait() == 5
        assert "To continue later" in terminal.shown
    assert desk.json("card", "info", "-r", "sim:alice")["pin"]["tries_left"] == 2


def test_components_that_holders_have_are_typed_by_them(desk: Desk) -> None:
    values = {item.number: item for item in draw_group(2)}
    words = ("--name", "alice", "--group-size", "2", "--components", "typed", "--yes")
    with Terminal("start", *words) as terminal:
        type_component(terminal, values[1].value.reveal())
        type_secrets(terminal)
        type_component(terminal, values[2].value.reveal())
        assert terminal.wait() == 0
        assert not any("group new" in command for command in shown_commands(terminal))
        for item in values.values():
            assert item.value.reveal().hex()[:8] not in terminal.shown.lower()


def type_component(terminal: Terminal, value: bytes) -> None:
    terminal.answer("group 1 of 16", value.hex())
    terminal.answer("Is ", "y")


def test_mailers_are_printed_before_it_goes_on(desk: Desk) -> None:
    pytest.importorskip("fpdf")
    words = ("--name", "alice", "--group-size", "1", "--components", "mailers", *PAIR)
    with Terminal("start", *words) as terminal:
        terminal.answer("Names of the holders", "")
        terminal.answer("Run them now?", "")
        terminal.expect("Print alice-components/mailers.pdf")
        terminal.answer("Press Enter when that is done", "")
        terminal.expect("Component 1 of 1")
        terminal.signal(signal.SIGINT)
        assert terminal.wait() == 130
    assert Path("alice-components/mailers.pdf").exists()


def test_without_a_terminal_it_wants_its_answers_as_options(desk: Desk, home: Path) -> None:
    desk.run("start").failed(2, "at a terminal", "--yes")
    desk.run("start", "--yes").failed(2, "--pin-file")
    assert not Path("alice-sheet.txt").exists()
    desk.run("start", "--yes", "--original", "sim:a").failed(2, "--original", "--backup")
    desk.run("start", "--yes", "--pin-file", "-").failed(2, "use files")
    assert "standard input" not in desk.done("start", "--help").text
    Path("pin").write_text(PIN)
    Path("puk").write_text(PUK)
    words = ("--name", "bob", "--pin-file", "pin", "--puk-file", "puk", "--yes")
    told = desk.json("start", *words)
    assert (told["original"], told["backup"]) == ("sim:bob", "sim:bob-backup")
    assert told["sheet"] == "bob-sheet.txt"
    assert len(told["commands"]) == 11
    assert PIN not in json.dumps(told)
    assert Path("bob-test-backup.txt").read_bytes() == Path("bob-test.txt").read_bytes()


def test_it_overwrites_no_file_unasked_that_it_has_not_written(desk: Desk, home: Path) -> None:
    Path("pin").write_text(PIN)
    Path("puk").write_text(PUK)
    Path("bob.pem").write_text("another key")
    words = ("start", "--name", "bob", "--pin-file", "pin", "--puk-file", "puk", "--yes")
    desk.run(*words).failed(2, "bob.pem would be overwritten", "--name")
    assert Path("bob.pem").read_text() == "another key"
    assert desk.json("sim", "list")["cards"] == []
    Path("bob.pem").unlink()
    desk.done(*words, "--group-size", "1")
    desk.done(*words, "--group-size", "1")  # over its own files


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--original", "sim:--help", "--backup", "sim:b"), 3, "not a valid name"),
        (("--holder", "A\nB", "--group-size", "1"), 2, "single line"),
    ],
)
def test_what_a_later_step_would_refuse_is_refused_at_once(
    desk: Desk, words: tuple[str, ...], code: int, told: str
) -> None:
    Path("pin").write_text(PIN)
    Path("puk").write_text(PUK)
    common = ("--name", "bob", "--pin-file", "pin", "--puk-file", "puk", "--yes")
    desk.run("start", *common, *words).failed(code, told)
    assert desk.json("sim", "list")["cards"] == []
    assert not Path("bob-components").exists()


def test_a_blank_card_and_one_with_the_applet_become_a_pair(desk: Desk) -> None:
    Path("pin").write_text(PIN)
    Path("puk").write_text(PUK)
    desk.done("sim", "cap", "twincard.cap")
    desk.done("sim", "new", "carol", "--blank")
    words = ("--name", "carol", "--cap", "twincard.cap", "--group-size", "1", "--yes")
    told = desk.json("start", *words, "--pin-file", "pin", "--puk-file", "puk")
    assert any("card load" in command for command in told["commands"])
    assert Path("carol-test-backup.txt").read_bytes() == Path("carol-test.txt").read_bytes()


def test_real_cards_are_loaded_issued_and_tried(
    pcsc_service: PcscService, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch)
    desk.done("sim", "cap", "twincard.cap")
    original, backup = WatchedCard(), WatchedCard()
    readers = pcsc_service.readers
    with (
        inserted(original, readers[0]),
        inserted(backup, readers[2]),
        Terminal("start") as terminal,
    ):
        terminal.answer("Number [1]", "2")
        terminal.answer("Number [1]", "1")
        terminal.expect("card for the safe")
        terminal.answer("Number [1]", "2")
        terminal.answer("Name of the pair", "carol")
        terminal.expect("There is no applet on")
        terminal.answer("The applet's CAP file", "twincard.cap")
        terminal.answer("default keys", "")
        terminal.answer("How many holders?", "1")
        terminal.answer("Number [2]", "1")
        terminal.answer("Names of the holders", "")
        terminal.answer("Run them now?", "")
        type_secrets(terminal)
        assert terminal.wait() == 0, terminal.shown
        assert f"twincard decrypt -r 'pcsc:{readers[0].name}' FILE.p7m" in terminal.shown
    for name in ("carol", "carol-backup"):
        for kind in ("management-keys", "transport-key"):
            assert Path(f"{name}.{kind}").stat().st_mode & 0o777 == 0o600
    assert list(original.keys) == list(backup.keys) == [1]
    assert Path("carol-sheet.txt").exists()
    original.destroy()
    backup.destroy()


def test_real_cards_need_two_readers(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # For the command alone: the library of this process keeps the first name that it sees.
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "no service"))
    with Terminal("start") as terminal:
        terminal.answer("Number [1]", "2")
        assert terminal.wait() == 2
        assert "two readers" in terminal.shown


def test_the_end_of_set_up_names_it() -> None:
    root = Path(__file__).parents[2]
    shown = subprocess.run(
        [root / "tools/next-step.sh"], check=True, capture_output=True, text=True
    ).stdout
    assert "    twincard start\n" in shown
    assert "tools/next-step.sh" in (root / "Makefile").read_text()
