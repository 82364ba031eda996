"""Groups whose commands are imported when they are called, or asked for their help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup

from twincard.cli.commands import Branch, Leaf
from twincard.cli.shell.translated_help import translate
from twincard.ground.language import _

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

_PACKAGE = "twincard.cli"
_ROOM_OF_A_ROW = 6


class LazyGroup(TyperGroup):
    """A group that lists its commands without importing them."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Their names, in order."""
        return list(self.commands)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The section of the help with a sentence for each."""
        limit = formatter.width - _ROOM_OF_A_ROW - max(map(len, self.commands))
        with formatter.section(_("Commands")):
            formatter.write_dl(
                [(name, found.get_short_help_str(limit)) for name, found in self._stubs()]
            )

    def _stubs(self) -> Iterator[tuple[str, Command]]:
        assert isinstance(self.commands, _Commands)  # noqa: S101 -- `fill` has set it
        for name, found in self.commands.table.items():
            stub = TyperCommand(name, help=found.summary)
            translate(stub)
            yield name, stub


class _Commands(MutableMapping[str, "Command"]):
    """The commands of a group by their names, each made when it is first asked for."""

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
    """Give a group, the program itself perhaps, its commands."""
    group.commands = _Commands(table)
    translate(group)


def _make(name: str, found: Leaf | Branch) -> Command:
    if isinstance(found, Branch):
        group = LazyGroup(name=name, help=found.summary, rich_markup_mode=None)
        fill(group, found.commands)
        return group
    module, _colon, function = found.home.partition(":")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name)(getattr(import_module(f"{_PACKAGE}.{module}"), function))
    command = typer.main.get_command(app)
    translate(command)
    return command
