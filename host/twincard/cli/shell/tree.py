"""The tree of commands as data: for completion, the man pages and the tests.

The module of a command declares all this; here it is read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


@dataclass(frozen=True)
class Parameter:
    """An option, or an argument, which has no `names`."""

    names: tuple[str, ...]
    """As they are typed: "--reader", "-r"."""
    negations: tuple[str, ...]
    """The names that turn off a flag which is on by default."""
    value: str
    """The placeholder of its value, such as READER; empty for a flag."""
    choices: tuple[str, ...]
    """All possible values, if there are few."""
    required: bool
    repeated: bool
    help: str
    variable: str
    """The environment variable that gives its value otherwise; or empty."""
    default: str = ""
    """The default value as it would be typed; or empty."""
    limits: tuple[int, int] | None = None
    """The least and the greatest number, or None."""


@dataclass(frozen=True)
class Command:
    """A command, or a group of commands."""

    path: tuple[str, ...]
    """Empty for `twincard` itself."""
    text: str
    """Paragraphs, the first of them a sentence; an empty line between two."""
    parameters: tuple[Parameter, ...]
    children: tuple[str, ...]
    """Names of a group's commands."""

    @property
    def name(self) -> str:
        """As it is typed after `twincard`: "card info"."""
        return " ".join(self.path)

    @property
    def summary(self) -> str:
        """Its first paragraph, in one line."""
        return " ".join(self.text.partition("\n\n")[0].split())


def commands(program: TyperGroup) -> Iterator[Command]:
    """The program itself, its groups and their commands, in order."""
    yield from _below((), program)


def leaves(program: TyperGroup) -> Iterator[Command]:
    """The commands that do something."""
    return (command for command in commands(program) if not command.children)


def command_at(program: TyperGroup, path: tuple[str, ...]) -> Command:
    """One command; no other is imported for it. Raises KeyError."""
    found: object = program
    for name in path:
        if not isinstance(found, TyperGroup):
            raise KeyError(name)
        found = found.commands[name]
    return described(path, found)


def _below(path: tuple[str, ...], found: object) -> Iterator[Command]:
    yield described(path, found)
    for name, child in _children(found).items():
        yield from _below((*path, name), child)


def described(path: tuple[str, ...], found: object) -> Command:
    """A command or group of Typer's as data."""
    assert isinstance(found, TyperCommand | TyperGroup)  # noqa: S101 -- typer makes no others
    parameters = tuple(map(_parameter, found.params))
    return Command(path, (found.help or "").strip(), parameters, tuple(_children(found)))


def _children(found: object) -> Mapping[str, object]:
    return found.commands if isinstance(found, TyperGroup) else {}


def _parameter(found: object) -> Parameter:
    assert isinstance(found, TyperArgument | TyperOption)  # noqa: S101 -- typer makes no others
    is_option = isinstance(found, TyperOption)
    kind = found.type_descriptor.annotation
    is_choice = isinstance(kind, type) and issubclass(kind, Enum)
    choices = tuple(str(item.value) for item in kind) if is_choice else ()
    is_flag = isinstance(found, TyperOption) and bool(found.is_flag)
    usual = "|".join(choices) or ("NUMBER" if kind is int else "TEXT")
    return Parameter(
        names=tuple(found.opts) if is_option else (),
        negations=tuple(found.secondary_opts),
        value="" if is_flag else found.metavar or usual,
        choices=choices,
        required=found.required,
        repeated=bool(getattr(found, "multiple", False)) or found.nargs == -1,
        help=found.help or "",
        variable=found.envvar if isinstance(found.envvar, str) else "",
        default=_default(found),
        limits=None if found.min is None or found.max is None else (int(found.min), int(found.max)),
    )


def _default(found: TyperArgument | TyperOption) -> str:
    value = found.default
    if isinstance(value, bool):
        # Only flags that can be turned off are on by default.
        return found.opts[0] if value and found.secondary_opts else ""
    if isinstance(value, Enum):
        return str(value.value)
    return str(value) if isinstance(value, int | str | Path) else ""
