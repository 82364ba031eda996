"""The pages of --help, and what is told of wrong usage, in the language in use.

Help texts are plain literals where commands are declared, and are translated once a command is
made of them. Typer's own words come in English: they are recognised where they pass by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from twincard.ground.language import N_, _, is_english, retold

if TYPE_CHECKING:
    from typer._click import Command, HelpFormatter
else:
    # By whatever name Typer keeps it.
    HelpFormatter = typer.Context.formatter_class

USAGE_ERRORS = (
    N_("Missing command."),
    N_("Missing option {option}."),
    N_("Missing argument {argument}."),
    N_("No such command {command}. Did you mean {others}?"),
    N_("No such command {command}."),
    N_("No such option: {option} (Possible options: {others})"),
    N_("No such option: {option}"),
    N_("Got unexpected extra argument(s) ({arguments})"),
    N_("Option {option} requires an argument."),
    N_("Option {option} does not take a value."),
    N_("Invalid value for {parameter}: {reason}"),
    N_("Input should be a valid integer, unable to parse string as an integer"),
    N_("Input should be greater than or equal to {limit}"),
    N_("Input should be less than or equal to {limit}"),
    N_("Value error, {value} is not one of {choices}"),
)
"""What Typer, and pydantic inside of it, say of wrong arguments; those with more words first."""

_EXTRAS = (N_("required"), N_("default: {value}"), N_("env var: {name}"))
_HEADINGS = (N_("Arguments"), N_("Options"), N_("Commands"))
_OWN_HELP = N_("Show this message and exit.")
_EXTRA = re.compile(r"(?P<help>.*?)(?:  )?\[(?P<extra>(?:required|default: |env var: |\d)[^\]]*)\]")
_COLUMN = 30
_SPACING = 2
# What must not begin a line; and what is never broken: notes in brackets, words in Latin letters,
# a bracket and what it opens with.
_CLOSING = "、。，．」』）】〉》・ー々っッゃゅょャュョ！？：；…"  # noqa: RUF001
_PIECES = re.compile(r"\[[^\]]*\]|\s+|[(「『].|[!-~]+|.", re.DOTALL)


def translate(command: Command) -> None:
    """Put every help text of a command into the language in use; in English nothing changes."""
    if is_english():
        return
    command.context_class = _Context
    for place in _places(command):
        place.help = "\n\n".join(map(_, paragraphs(place.help)))
    first = next(paragraphs(command.help or ""), "")
    if "。" in first:
        # Typer cuts this where an English sentence ends, or in the middle of one without spaces.
        command.short_help = first.partition("。")[0] + "。"


def help_texts(command: Command) -> Iterator[str]:
    """Every paragraph of every help text below a command, as catalogues have it."""
    for place in _places(command):
        yield from paragraphs(place.help)
    if isinstance(command, TyperGroup):
        for child in command.commands.values():
            yield from help_texts(child)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text, however its lines were broken."""
    for paragraph in re.split(r"\n\s*\n", text):
        if words := paragraph.split():
            yield " ".join(words)


def _places(command: Command) -> list[Any]:
    """The command and those of its parameters that have a help text."""
    return [place for place in (command, *command.params) if getattr(place, "help", None)]


def usage_error(message: str) -> str:
    """What Typer says of wrong usage, in the language in use as far as its words are known."""
    return retold(message, USAGE_ERRORS)


class _Formatter(HelpFormatter):
    """A page whose headings and notes are translated, and which counts wide characters as two."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, _("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(_(heading))

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        for number, paragraph in enumerate(paragraphs(text)):
            lines = _wrapped(paragraph, self.width - self.current_indent)
            self.write("\n" * bool(number) + "".join(f"{indent}{line}\n" for line in lines))

    def write_dl(
        self,
        rows: Sequence[tuple[str, str]],
        col_max: int = _COLUMN,
        col_spacing: int = _SPACING,
    ) -> None:
        told = [(first, _described(second)) for first, second in rows]
        column = min(max(len(first) for first, _second in told), col_max) + col_spacing
        for first, second in told:
            lines = _wrapped(second, max(self.width - column - 2, 10))
            fits = len(first) <= column - col_spacing
            head = f"{first:{column}}{lines.pop(0)}" if fits and lines else first
            indent = " " * self.current_indent
            self.write(f"{indent}{head}\n")
            self.write("".join(f"{indent}{'':{column}}{line}\n" for line in lines))


class _Context(typer.Context):
    formatter_class = _Formatter


def _described(text: str) -> str:
    """A row's help with the notes that Typer puts behind it, such as "[default: 3; required]"."""
    found = _EXTRA.fullmatch(text)
    if found is None:
        return _(text)
    extras = "; ".join(retold(extra, _EXTRAS) for extra in found["extra"].split("; "))
    return f"{_(found['help'])}  [{extras}]".lstrip()


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many cells, a closing mark that hangs over aside."""
    from rich.cells import cell_len

    lines = [""]
    for piece in _PIECES.findall(text):
        full = cell_len(lines[-1]) + cell_len(piece.rstrip()) > width
        if full and lines[-1].strip() and piece not in _CLOSING:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            piece = piece.lstrip()
        lines[-1] += piece
    return [line for line in lines if line]
