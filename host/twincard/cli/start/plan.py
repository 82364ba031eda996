"""The commands of the guided set-up, from the answers and what exists already."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from twincard.cli.start.answers import Answers, Components, Stage
from twincard.cli.terminal.cards import SIMULATED
from twincard.ground.language import _
from twincard.simulator.folder import transport_key_file

_TEST_TEXT = "a test of both cards"


@dataclass(frozen=True)
class Step:
    """One command: a title, and the words after `twincard`. `after` is to be done by hand then."""

    title: str
    words: tuple[str, ...]
    after: str = ""

    @property
    def line(self) -> str:
        """As it is typed in a shell."""
        return shlex.join(("twincard", *self.words))


@dataclass(frozen=True)
class TestFile:
    """A step that is no command of twincard: it writes a small file."""

    title: str
    path: Path

    @property
    def line(self) -> str:
        """As it is typed in a shell."""
        return f"echo {shlex.quote(_TEST_TEXT)} > {shlex.quote(str(self.path))}"

    def write(self) -> None:
        """What the line does. Raises OSError."""
        self.path.write_text(f"{_TEST_TEXT}\n", encoding="utf-8")


@dataclass(frozen=True)
class Files:
    """The names of the files that the set-up writes into the current folder."""

    name: str

    @property
    def overwritten(self) -> tuple[Path, ...]:
        """Existing files that will be overwritten, for example after an earlier run."""
        opened = (self.opened("original"), self.opened("backup"))
        encrypted = Path(f"{self.test}.p7m")
        made = (self.public_key, self.test, encrypted, *opened, self.sheet)
        return tuple(path for path in made if path.exists())

    @property
    def components(self) -> Path:
        """A folder."""
        return Path(f"{self.name}-components")

    @property
    def mailers(self) -> Path:
        """As `group new` calls it."""
        return self.components / "mailers.pdf"

    @property
    def public_key(self) -> Path:
        """In PEM."""
        return Path(f"{self.name}.pem")

    @property
    def test(self) -> Path:
        """A text."""
        return Path(f"{self.name}-test.txt")

    @property
    def sheet(self) -> Path:
        """For the safe."""
        return Path(f"{self.name}-sheet.txt")

    def component(self, number: int) -> Path:
        """As `group new` calls it."""
        return self.components / f"component-{number}.txt"

    def opened(self, role: str) -> Path:
        """What a card makes of the encrypted test file."""
        return Path(f"{self.name}-test-{role}.txt")

    def keys(self, role: str) -> tuple[Path, Path]:
        """New management keys and transport key of one card."""
        card = self.name if role == "original" else f"{self.name}-{role}"
        return Path(f"{card}.management-keys"), Path(f"{card}.transport-key")


def plan(answers: Answers) -> list[Step | TestFile]:
    """All remaining steps, in order."""
    files = Files(answers.name)
    pair = ("--original", answers.original, "--backup", answers.backup)
    pin = () if answers.pin_file is None else ("--pin-file", str(answers.pin_file))
    return [
        *_cards(answers, files),
        *_group(answers, files),
        *_issue(answers, files, pin),
        Step(
            _("Generate the key on the original and copy it to the backup"),
            ("duplicate", *pair, *_others(answers, files), *pin),
        ),
        Step(
            _("Save the public key, which is not secret"),
            ("public-key", "-r", answers.original, "-o", str(files.public_key), "--force"),
        ),
        TestFile(_("Write a file to try the cards with"), files.test),
        Step(
            _("Encrypt it"),
            ("encrypt", "--to", str(files.public_key), str(files.test), "--force"),
        ),
        *(
            Step(
                title,
                (
                    *("decrypt", "-r", reader, f"{files.test}.p7m"),
                    *("-o", str(files.opened(role)), "--force", *pin),
                ),
            )
            for title, reader, role in (
                (_("Decrypt it with the original"), answers.original, "original"),
                (_("Decrypt it with the backup"), answers.backup, "backup"),
            )
        ),
        Step(
            _("Write the sheet to keep with the backup"),
            (
                *("sheet", *pair, "--public-key", str(files.public_key)),
                *(word for holder in answers.holders for word in ("--holder", holder)),
                *("-o", str(files.sheet), "--force"),
            ),
        ),
    ]


def _cards(answers: Answers, files: Files) -> Iterator[Step]:
    pair = ((answers.original, "original"), (answers.backup, "backup"))
    for (reader, role), stage in zip(pair, answers.stages, strict=True):
        if stage is Stage.ABSENT:
            title = _("Create the simulated card for the {role}").format(role=_role(role))
            yield Step(title, ("sim", "new", reader.removeprefix(SIMULATED)))
        if stage is Stage.WITHOUT_APPLET and answers.management is not None:
            management, transport = files.keys(role)
            keys = answers.management.keys
            old = ("--default-keys",) if keys is None else ("--management-keys", str(keys))
            yield Step(
                _("Load the applet onto the {role}").format(role=_role(role)),
                (
                    *("card", "load", str(answers.management.cap), "-r", reader, *old),
                    *("--new-management-keys", str(management)),
                    *("--transport-key-file", str(transport)),
                ),
            )


def _role(role: str) -> str:
    return _("original") if role == "original" else _("backup")


def _group(answers: Answers, files: Files) -> Iterator[Step]:
    if answers.components is Components.TYPED or files.components.exists():
        return
    words = ("group", "new", "--size", str(answers.group_size), "--out", str(files.components))
    if answers.components is Components.FILES:
        yield Step(_("Generate the components"), words)
        return
    yield Step(
        _("Generate the components and print a page for each holder"),
        (*words, "--pdf", "--no-files", "--group-name", answers.name),
        _("Print {file}, give each page to its holder, and delete the file.").format(
            file=files.mailers
        ),
    )


def _issue(answers: Answers, files: Files, pin: tuple[str, ...]) -> Iterator[Step]:
    if answers.stages == (Stage.ISSUED, Stage.ISSUED):
        return  # it would only ask for component 1 again
    pair = ("--original", answers.original, "--backup", answers.backup)
    puk = () if answers.puk_file is None else ("--puk-file", str(answers.puk_file))
    yield Step(
        _("Issue both cards, with a PIN and a PUK"),
        ("issue", *pair, *_issuing(answers, files), *pin, *puk),
    )


def _issuing(answers: Answers, files: Files) -> tuple[str, ...]:
    first = f"1={files.component(1)}" if answers.components is Components.FILES else "1"
    keys = _transport_keys(answers, files)
    return ("--group-size", str(answers.group_size), "--component", first, *keys)


def _transport_keys(answers: Answers, files: Files) -> tuple[str, ...]:
    """Options for the transport keys that `card load` writes, or wrote in an earlier run."""
    original, backup = (
        _loaded_key(reader, stage, files.keys(role)[1])
        for reader, role, stage in zip(
            (answers.original, answers.backup), ("original", "backup"), answers.stages, strict=True
        )
    )
    if original is not None and backup is None and answers.backup.startswith(SIMULATED):
        # Otherwise `issue` would take the original's key for the backup too.
        backup = transport_key_file(answers.backup.removeprefix(SIMULATED))
    given = (("--transport-key-file", original), ("--backup-transport-key-file", backup))
    return tuple(word for option, path in given if path for word in (option, str(path)))


def _loaded_key(reader: str, stage: Stage, written: Path) -> Path | None:
    """The file `written` by `card load`; None for a card whose key comes from elsewhere."""
    if stage is Stage.WITHOUT_APPLET:
        return written
    if stage is Stage.ABSENT or not written.exists():
        return None
    simulated = reader.startswith(SIMULATED)
    if simulated and transport_key_file(reader.removeprefix(SIMULATED)).exists():
        return None
    return written


def _others(answers: Answers, files: Files) -> tuple[str, ...]:
    if answers.components is not Components.FILES:
        return ()
    return tuple(
        word
        for number in range(2, answers.group_size + 1)
        for word in ("--component", f"{number}={files.component(number)}")
    )
