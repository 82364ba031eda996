"""A whole story with the commands leaves no secret where it does not belong."""

from __future__ import annotations

import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.secrets.hunt import Hunt
from tests.secrets.processes import watch

import twincard
from twincard.cms import EcRecipient, read_recipients
from twincard.flows.files.opener import CardOpener
from twincard.keys.component import read_component
from twincard.keys.secret import Secret
from twincard.results.failure import ExitCode

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

PIN = "secret-pin-4711"
NEW_PIN = "other-pin-0815"
PUK = "secret-puk-2718"
WRONG = "wrong-pin-1414"
LETTER = b"What only Alice and her backup may read. " * 50
FIRST = ("--original", "sim:alice", "--backup", "sim:bob")
SECOND = ("--original", "sim:carol", "--backup", "sim:dave")
BELONGS = ("pin", "new-pin", "wrong-pin", "puk", "g/component-*.txt", "h/component-*.txt")
"""Files that a user made to hold secrets."""


@dataclass
class Story:
    """What was seen of all commands, and the folders that they worked in."""

    folder: Path
    outputs: list[bytes] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    hunt: Hunt = field(default_factory=lambda: Hunt({}))

    @property
    def cards(self) -> Path:
        """TWINCARD_HOME."""
        return self.folder / "cards"

    @property
    def desk(self) -> Path:
        """The working folder."""
        return self.folder / "desk"

    @property
    def temporary(self) -> Path:
        """TMPDIR."""
        return self.folder / "tmp"

    def run(self, *words: str, code: int = 0, stdin: str = "") -> None:
        """One command, with tracebacks of errors on."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "TWINCARD_HOME": str(self.cards),
            "TMPDIR": str(self.temporary),
            "TWINCARD_DEBUG": "1",
        }
        command = [sys.executable, "-m", "twincard.cli", *words]
        watched = watch(command, self.desk, environment, stdin.encode())
        assert watched.code == code, watched.output.decode(errors="replace")
        self.outputs.append(watched.output)
        self.seen |= watched.seen

    def tell(self) -> None:
        """Issue, duplicate, encrypt, decrypt, transcode, recover, change and unblock a PIN."""
        for name in ("alice", "bob", "carol", "dave"):
            self.run("sim", "new", name)
        for group, pair, key in (("g", FIRST, "alice"), ("h", SECOND, "carol")):
            pin = ("--pin-file", "pin")
            files = [f"--component={number}={group}/component-{number}.txt" for number in (1, 2, 3)]
            self.run("group", "new", "--out", group)
            self.run("issue", *pair, *pin, "--puk-file", "puk", files[0])
            self.run("duplicate", *pair, "--pin-file", "-", *files[1:], "--key=p256", stdin=PIN)
            self.run("public-key", "-r", f"sim:{key}", "-o", f"{key}.pem")
        self.run("encrypt", "--to", "alice.pem", "letter.txt")
        self.run("decrypt", "-r", "sim:bob", *pin, "letter.txt.p7m", "-o", "opened.txt")
        self.run("transcode", "-r", "sim:bob", *pin, "--to", "carol.pem", "letter.txt.p7m")
        self.run("recover", "--from", "sim:bob", "--new", "sim:carol", *pin, "letter.txt.p7m")
        self.run("card", "pin", "-r", "sim:dave", *pin, "--set-pin-file", "new-pin")
        for reader in ("sim:carol", "sim:bob"):
            wrong = ("-r", reader, "--pin-file", "wrong-pin", "letter.txt.p7m", "-o", "never")
            self.run("decrypt", *wrong, code=ExitCode.WRONG_SECRET)


def made(folder: Path) -> Story:
    """The story told once, and every secret in it."""
    story = Story(folder)
    for path in (story.desk, story.temporary):
        path.mkdir()
    for name, value in (("pin", PIN), ("new-pin", NEW_PIN), ("wrong-pin", WRONG), ("puk", PUK)):
        (story.desk / name).write_text(value)
        story.hunt.add(name, value.encode())
    (story.desk / "letter.txt").write_bytes(LETTER)
    story.tell()
    for group in "gh":
        for path in (story.desk / group).iterdir():
            story.hunt.add(f"{group}/{path.name}", read_component(path).value.reveal())
    for path in story.cards.glob("*.transport-key"):
        story.hunt.add(path.name, bytes.fromhex(path.read_text()))
    story.hunt.add("content-encryption key", content_encryption_key(story))
    return story


def content_encryption_key(story: Story) -> bytes:
    """Of the letter, which Carol's card opens now."""
    with pytest.MonkeyPatch.context() as patch, (story.desk / "letter.txt.p7m").open("rb") as file:
        patch.setenv("TWINCARD_HOME", str(story.cards))
        (recipient,) = read_recipients(file)
        assert isinstance(recipient, EcRecipient)
        with twincard.Card(twincard.connect("sim:carol")) as card:
            return CardOpener(card, lambda: Secret(PIN)).open(recipient)


def test_a_story_leaves_no_secret_where_it_does_not_belong(tmp_path: Path) -> None:
    """One test: the story takes long, and test processes do not share it."""
    story = made(tmp_path)
    assert (story.desk / "opened.txt").read_bytes() == LETTER
    assert story.hunt.found_in(b"\n".join(story.outputs)) == []
    check_what_other_programs_see(story)
    check_no_file_is_left_over(story)
    check_files_that_hold_secrets(story)
    check_the_content_is_where_it_was_wanted(story)


def check_what_other_programs_see(story: Story) -> None:
    assert any(b"simulator.jar" in seen for seen in story.seen)
    assert any(b"TWINCARD_HOME=" in seen for seen in story.seen)
    assert story.hunt.found_in(b"\n".join(story.seen)) == []


def check_no_file_is_left_over(story: Story) -> None:
    assert list(story.temporary.rglob("*")) == []
    suffixes = {path.suffix for path in story.cards.rglob("*") if path.is_file()}
    assert suffixes == {".card", ".journal", ".lock", ".transport-key"}
    written = {path.name for path in story.desk.iterdir() if path.is_file()}
    results = {"letter.txt.p7m", "letter.txt.carol.p7m", "opened.txt", "alice.pem", "carol.pem"}
    assert written == results | {"letter.txt", "pin", "new-pin", "wrong-pin", "puk"}


def check_files_that_hold_secrets(story: Story) -> None:
    """Those made for them, and the cards; what commands made is its owner's alone."""
    belongs = {path for pattern in BELONGS for path in story.desk.glob(pattern)}
    assert {story.desk / name for name in story.hunt.found_below(story.desk)} == belongs
    held = {Path(name).suffix for name in story.hunt.found_below(story.cards)}
    assert {".transport-key"} <= held <= {".transport-key", ".card"}
    kept = [path for path in story.cards.rglob("*") if path.is_file()]
    made_by_commands = [*kept, *story.desk.glob("[gh]/*")]
    # Three files of each card, the journal of the recovery, and two groups.
    assert len(made_by_commands) == 4 * 3 + 1 + 2 * 3
    for path in made_by_commands:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def check_the_content_is_where_it_was_wanted(story: Story) -> None:
    hunt = Hunt({"letter": LETTER[:41]})
    assert set(hunt.found_below(story.folder)) == {"desk/letter.txt", "desk/opened.txt"}
    assert hunt.found_in(b"\n".join(story.outputs)) == []
