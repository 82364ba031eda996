"""Translates the help texts of commands, and Typer's messages about wrong usage.

Help texts are plain literals where commands are declared; they are translated when a command is
made. Typer's messages are in English; their wording is recognised and translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from twincard.ground.language import N_, _, is_english, retold

if TYPE_CHECKING:
    from typer._click import Command

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
"""The messages of Typer, and of pydantic inside it, about wrong arguments; longer ones first."""


def translate(command: Command) -> None:
    """Translate every help text of a command into the language in use, unless that is English."""
    if is_english():
        return
    for place in _places(command):
        place.help = "\n\n".join(map(_, paragraphs(place.help)))


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
    """The command and its parameters, if they have a help text."""
    return [place for place in (command, *command.params) if getattr(place, "help", None)]


def usage_error(message: str) -> str:
    """A message of Typer about wrong usage, translated as far as its wording is known."""
    return retold(message, USAGE_ERRORS)
