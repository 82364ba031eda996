"""PIN and PUK for new cards: typed, from files, or generated and written as letters.

A card that was issued before keeps its own, so nobody is asked for them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.report import CardReport, LifeCycle, Role
from twincard.cli.group.mailers import printed_in
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import opened_pair
from twincard.cli.terminal.errors import InputError
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _, told_by
from twincard.ground.private_file import write_private
from twincard.keys.pin_letter import PinLetter, draw_letter, read_letter, write_letter
from twincard.keys.secret import Secret
from twincard.paper.words import Language


class LetterFormat(Enum):
    """The format of a letter."""

    PDF = "pdf"
    TEXT = "text"


PinLetters = Annotated[
    Path | None,
    typer.Option(
        "--pin-letters",
        metavar="DIR",
        help="Generate PIN and PUK for each card, and write them as a letter into this folder.",
    ),
]
LetterFormatOption = Annotated[
    LetterFormat, typer.Option("--letter-format", help="Format of the letters.")
]


@dataclass(frozen=True)
class PinFiles:
    """The files that PIN and PUK come from, where they are named."""

    pin: Path | None
    puk: Path | None
    backup_pin: Path | None
    backup_puk: Path | None

    def check_beside(self, letters: Path | None) -> None:
        """Raises InputError if letters with generated PINs are requested too."""
        if letters and (self.pin or self.puk or self.backup_pin or self.backup_puk):
            raise InputError(
                _("--pin-letters generates PIN and PUK. Leave out the files with PIN or PUK.")
            )


@dataclass(frozen=True)
class NewPin:
    """PIN and PUK of one card, both empty for a card that was issued before."""

    pin: Secret = field(default_factory=lambda: Secret(b""))
    puk: Secret = field(default_factory=lambda: Secret(b""))


def new_pins(names: Mapping[Role, tuple[str, str]], files: PinFiles) -> dict[Role, NewPin]:
    """PIN and PUK of both cards, from files or typed. `names`: what the cards are here, readers."""
    original = backup = True
    if files.pin is None or files.puk is None:
        reports = look_at(names)
        original, backup = (not _is_issued(reports[role]) for role in names)
    what = {
        (True, True): (_("PIN of the cards"), _("PUK of the cards")),
        (True, False): (_("PIN of the original"), _("PUK of the original")),
        (False, True): (_("PIN of the backup"), _("PUK of the backup")),
    }.get((original, backup))
    if what is None:
        return dict.fromkeys(names, NewPin())
    backup_alone = backup and not original
    own_pin, own_puk = (files.backup_pin, files.backup_puk) if backup_alone else (None, None)
    of_both = original and backup
    pin = prompts.new_pin(own_pin or files.pin, what[0], "--pin-file", of_both=of_both)
    puk = prompts.new_pin(own_puk or files.puk, what[1], "--puk-file")
    both = NewPin(pin, puk)
    other = both
    if not backup_alone:
        other = NewPin(
            prompts.pin_in(files.backup_pin) if files.backup_pin else pin,
            prompts.pin_in(files.backup_puk) if files.backup_puk else puk,
        )
    return {Role.ORIGINAL: both, Role.BACKUP: other}


def look_at(names: Mapping[Role, tuple[str, str]]) -> dict[Role, CardReport]:
    """The reports of both cards before anything is asked or written; the cards are closed again."""
    with opened_pair(names[Role.ORIGINAL], names[Role.BACKUP]) as cards:
        return {role: card.kept_report() for role, card in zip(names, cards, strict=True)}


def _is_issued(report: CardReport) -> bool:
    return report.life_cycle is not LifeCycle.INITIALISATION


@dataclass(frozen=True)
class LetterPlan:
    """How letters are written: where, as what, in which language, and what they say besides."""

    folder: Path
    format: LetterFormat
    language: Language | None
    member: str
    transport_pin: bool


@dataclass(frozen=True)
class _Letter:
    """A complete letter on disk. `new`: this run generated it."""

    letter: PinLetter
    text: Path
    pdf: Path | None
    new: bool

    @property
    def path(self) -> Path:
        return self.pdf or self.text


@dataclass(frozen=True)
class Letters:
    """The letters of a pair. A card that an earlier run issued may have its letter elsewhere."""

    of: Mapping[Role, _Letter]

    def pins(self) -> dict[Role, NewPin]:
        """What the cards are issued with."""
        pins = {role: NewPin(one.letter.pin, one.letter.puk) for role, one in self.of.items()}
        return {role: pins.get(role, NewPin()) for role in (Role.ORIGINAL, Role.BACKUP)}

    def check(self, role: Role, report: CardReport) -> None:
        """Raises ProtocolError if the card to be issued is not the one that the letter names."""
        if role in self.of and self.of[role].letter.card_id != report.card_id:
            raise ProtocolError(
                _("The card was swapped after its PIN letter was written. Run the command again.")
            )

    def finish(self, given: set[Role]) -> Letters:
        """The letters that hold; to be called when both cards are issued.

        `given` are those that got their PIN in this run. A letter that was drawn for a card that
        kept another PIN is removed, and so are the texts from which PDFs were made.
        """
        held = {}
        for role, one in self.of.items():
            if one.new and role not in given:
                one.path.unlink(missing_ok=True)
            else:
                held[role] = one
            if one.pdf is not None:
                one.text.unlink(missing_ok=True)
        return replace(self, of=held)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files to be printed or handed over."""
        return tuple(one.path for one in self.of.values())


NO_LETTERS = Letters({})


def write_letters(names: Mapping[Role, tuple[str, str]], plan: LetterPlan) -> Letters:
    """Letters for the cards that are not issued yet, on the disk before a card gets its PIN.

    Where an earlier run was interrupted, its letters are taken. Raises InputError, PinLetterError,
    OSError.
    """
    plan.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    letters = {}
    for role, report in look_at(names).items():
        letter = _letter(role, report, plan)
        if letter is not None:
            letters[role] = letter
    return Letters(letters)


def _letter(role: Role, report: CardReport, plan: LetterPlan) -> _Letter | None:
    text, pdf = _paths(plan.folder, report.card_id)
    there = text.is_symlink() or text.exists()
    if not there and _is_issued(report):
        return None
    if not there and pdf.exists():
        raise InputError(
            _(
                "{path} already exists, but not the text from which it was printed. Move it away: "
                "the card gets another PIN."
            ).format(path=pdf)
        )
    if there:
        letter = read_letter(text)
        if (letter.card_id, letter.role) != (report.card_id, role.name.lower()):
            raise InputError(
                _("{path} is the PIN letter of another card, or of another role.").format(path=text)
            )
    else:
        letter = draw_letter(report.card_id, role.name.lower())
    wants_pdf = plan.format is LetterFormat.PDF
    page = _printed(letter, plan) if wants_pdf and not pdf.exists() else None
    if not there:
        write_letter(letter, text)
    if page is not None:
        write_private(pdf, page)
    return _Letter(letter, text, pdf if wants_pdf else None, new=not there)


def _paths(folder: Path, card_id: bytes) -> tuple[Path, Path]:
    name = f"pin-letter-{card_id.hex()}"
    return folder / f"{name}.txt", folder / f"{name}.pdf"


def _printed(letter: PinLetter, plan: LetterPlan) -> bytes:
    try:
        # What the extra `paper` brings is not needed for anything else.
        from twincard.paper.pin_letters import LetterPrinting, print_letter
        from twincard.paper.sheet import PaperError
    except ModuleNotFoundError:
        raise InputError(
            _(
                "Letters in PDF need more Python packages. Install them with: pip install "
                "'twincard[paper]'. Or give --letter-format text."
            )
        ) from None
    today = datetime.date.today()
    try:
        return print_letter(
            letter,
            LetterPrinting(printed_in(plan.language), today, plan.member, plan.transport_pin),
        )
    except PaperError as error:
        raise InputError(told_by(error)) from None
