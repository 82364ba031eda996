"""The questions of the guided set-up, and the default answers.

Questions go to standard error, as in all commands; Enter takes the answer in brackets.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from twincard.card.report import LifeCycle
from twincard.card.session import Card, NoAppletError
from twincard.cli.start.answers import Components, Stage
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import connected
from twincard.cli.terminal.errors import InputError
from twincard.ground.control_characters import visible_lines
from twincard.ground.language import N_, _
from twincard.keys.component import LARGEST_GROUP
from twincard.simulator.folder import list_cards, transport_key_file
from twincard.transport import TransportError
from twincard.transport.slots import Slot, slots

_NAME = re.compile(r"\w[\w.-]{0,40}")
_USUAL_NAME = "alice"
_USUAL_SIZE = 3
_WAYS = {
    Components.FILES: N_("Generate them here, in files (for a trial)."),
    Components.MAILERS: N_("Generate them here and print a page for each holder (PDF)."),
    Components.TYPED: N_("The holders already have components and type them."),
}


class Asker:
    """Asks at the terminal; with `yes`, takes the default answer of every question."""

    def __init__(self, *, yes: bool) -> None:
        self._yes = yes

    def tell(self, text: str) -> None:
        """Print an explanation before the next question, after an empty line."""
        if not self._yes:
            sys.stderr.write(f"\n{visible_lines(text)}\n")
            sys.stderr.flush()

    def line(self, question: str, usual: str, check: Callable[[str], str]) -> str:
        """Ask for one line; `check` gives its meaning, or raises InputError to ask again."""
        if self._yes:
            return check(usual)
        shown = f"{question} [{usual}]: " if usual else f"{question}: "
        return prompts.repeated(lambda: check(prompts.ask_line(shown) or usual))

    def choice(self, question: str, options: Sequence[str], usual: int = 0) -> int:
        """Ask for one of several options; gives its index in `options`."""
        if self._yes:
            return usual
        self.tell("\n".join([question, *(f"  {at}  {one}" for at, one in enumerate(options, 1))]))

        def number(text: str) -> str:
            if not (text.isascii() and text.isdigit() and 1 <= int(text) <= len(options)):
                raise InputError(_("Type a number from 1 to {most}.").format(most=len(options)))
            return text

        return int(self.line(_("Number"), str(usual + 1), number)) - 1

    def agreed(self, question: str) -> bool:
        """Ask a question; Enter means yes."""
        return self._yes or prompts.agrees(question, usual=True)


def readers(asker: Asker) -> tuple[str, str] | None:
    """The readers of original and backup for real cards; None for simulated cards."""
    asker.tell(
        _(
            "Simulated cards are files on this computer. They protect nothing, but cost nothing: "
            "use them to learn and to test."
        )
    )
    found = _slots(asker)
    real = _("Real cards, in the readers of this computer")
    if not asker.choice(_("Which cards do you want to use?"), [_("Simulated cards"), real]):
        return None
    if len(found) < 2:
        raise InputError(
            _(
                "Real cards need two readers (found: {count}). Connect both readers, check with "
                "`twincard readers`, and run `twincard start` again."
            ).format(count=len(found))
        )
    shown = [f"{slot.reader}  {_(slot.holds.value)}" for slot in found]
    original = asker.choice(_("Which reader holds the original, the card for every day?"), shown)
    others = [at for at in range(len(found)) if at != original]
    backup = asker.choice(
        _("Which reader holds the backup, the card for the safe?"), [shown[at] for at in others]
    )
    return f"pcsc:{found[original].reader}", f"pcsc:{found[others[backup]].reader}"


def _slots(asker: Asker) -> list[Slot]:
    try:
        return slots()
    except TransportError as error:
        asker.tell(str(error))
        return []


def name(asker: Asker) -> str:
    """The name of the pair."""
    asker.tell(_("The names of cards and files will begin with the name of the pair."))
    return asker.line(_("Name of the pair"), _USUAL_NAME, checked_name)


def checked_name(text: str) -> str:
    """Raises InputError if the text cannot be part of a file name."""
    if not _NAME.fullmatch(text):
        raise InputError(
            _(
                "A name consists of letters, digits, '.', '_' and '-', and begins with a letter or "
                "digit."
            )
        )
    return text


def group_size(asker: Asker) -> int:
    """How many holders there are."""
    asker.tell(
        _(
            "The original hands its key to the backup under the authority of a few "
            "people, the holders. Each holder keeps one component, and all components "
            "are needed."
        )
    )

    def number(text: str) -> str:
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_GROUP):
            raise InputError(_("Type a number from 1 to {most}.").format(most=LARGEST_GROUP))
        return text

    return int(asker.line(_("How many holders?"), str(_USUAL_SIZE), number))


def components(asker: Asker, *, simulated: bool) -> Components:
    """How the holders come to their components."""
    ways = list(_WAYS)
    usual = Components.FILES if simulated else Components.MAILERS
    texts = [_(text) for text in _WAYS.values()]
    question = _("How do the holders get their components?")
    return ways[asker.choice(question, texts, ways.index(usual))]


def holders(asker: Asker, size: int) -> tuple[str, ...]:
    """The names of the holders, for the sheet; may be empty."""

    def counted(text: str) -> str:
        if text and len(_names(text)) != size:
            raise InputError(_("Type {count} names, with commas between.").format(count=size))
        return text

    question = _("Names of the holders, with commas between (Enter: leave them out)")
    return _names(asker.line(question, "", counted))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("、", ",").split(",") if name.strip())


def existing_file(asker: Asker, question: str, usual: str, option: str) -> Path:
    """The name of an existing file."""

    def there(text: str) -> str:
        if not Path(text).is_file():
            raise InputError(
                _("{file} is not a file. Give another one, or use {option}.").format(
                    file=text, option=option
                )
            )
        return text

    return Path(asker.line(question, usual, there))


def stage(reader: str) -> Stage:
    """The stage of the card in a reader. Raises TransportError, CardError."""
    kind, _colon, simulated = reader.partition(":")
    if kind == "sim" and simulated not in list_cards():
        transport_key_file(simulated)  # raises an error now if this cannot be its name
        return Stage.ABSENT
    with connected(reader) as connection:
        try:
            report = Card(connection).report()
        except NoAppletError:
            return Stage.WITHOUT_APPLET
    return Stage.NEW if report.life_cycle is LifeCycle.INITIALISATION else Stage.ISSUED
