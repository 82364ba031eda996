"""Groups that import a command only when it is called, or when its help is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup

from twincard.cli.commands import Branch, Leaf
from twincard.cli.shell.help_page import first_sentence, page
from twincard.cli.shell.translated_help import translate
from twincard.cli.shell.tree import Command as CommandData
from twincard.cli.shell.tree import described
from twincard.ground.language import _

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

_PACKAGE = "twincard.cli"


class LazyGroup(TyperGroup):
    """A group that lists its commands without importing them."""

    def list_commands(self, ctx: Context) -> list[str]:
        """The names of the commands, in order."""
        return list(self.commands)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the help page, with a sentence for each command."""
        assert isinstance(self.commands, _Commands)  # noqa: S101 -- `fill` has set it
        children = [
            (name, first_sentence(_(found.summary))) for name, found in self.commands.table.items()
        ]
        formatter.write(page(_seen(self, ctx), formatter.width, children))


class HelpfulCommand(TyperCommand):
    """A command with a help page from help_page.py."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The page."""
        formatter.write(page(_seen(self, ctx), formatter.width))


def _seen(command: Command, ctx: Context) -> CommandData:
    return described(tuple(ctx.command_path.split()[1:]), command)


class _Commands(MutableMapping[str, "Command"]):
    """The commands of a group by name; each is made when it is first used."""

    def __init__(self, table: Mapping[str, Leaf | Branch]) -> None:
        self.table = table
        self._made: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._made:
            self._made[name] = _make(name, self.table[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Command) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        raise TypeError("commands stay")

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)


def fill(group: TyperGroup, table: Mapping[str, Leaf | Branch]) -> None:
    """Give a group, or the program itself, its commands."""
    group.commands = _Commands(table)
    translate(group)


def _make(name: str, found: Leaf | Branch) -> Command:
    if isinstance(found, Branch):
        group = LazyGroup(name=name, help=found.summary, rich_markup_mode=None)
        fill(group, found.commands)
        return group
    module, _colon, function = found.home.partition(":")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=HelpfulCommand)(getattr(import_module(f"{_PACKAGE}.{module}"), function))
    command = typer.main.get_command(app)
    translate(command)
    return command
