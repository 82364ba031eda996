"""Answers a shell that asks for completions; no card is opened for that.

Only the scripts in shells.py use `twincard __complete SHELL ...`; it may change with them.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from typer.core import TyperGroup

from twincard.cli.commands import summary
from twincard.cli.shell.help_page import HELP
from twincard.cli.shell.tree import Command, Parameter, command_at, commands
from twincard.ground.language import N_, _
from twincard.results.completion import ShellName
from twincard.simulator.folder import list_cards
from twincard.transport.connection import TransportError

_FILES = ("FILE", "FILE...", "[FILE...]", "PATH...", "[PATH...]", "MESSAGE", "[MESSAGE]", "OUT")
_NAMED_CARD = (("sim", "remove"), ("sim", "serve"))


@dataclass(frozen=True)
class Candidate:
    """A completion, with a short description or none."""

    value: str
    help: str = ""


FILES, FOLDERS = Candidate(":files"), Candidate(":folders")
"""Tell the shell to complete file or folder names by itself."""


def answer(program: TyperGroup, arguments: Sequence[str]) -> str:
    """The answer for a shell; the arguments are its name, then what its script passes."""
    shell, rest = ShellName(arguments[0]), list(arguments[1:])
    part = ""
    if shell is ShellName.BASH:
        part, line = rest
        rest = _split(line)[1:]
    elif shell is ShellName.POWERSHELL:
        count = int(rest.pop(0))
        rest += [""] * (count - len(rest))
    word = rest[-1]
    # If bash breaks a word in two, it replaces the second part only.
    known = word[: len(word) - len(part.lstrip("'\""))] if shell is ShellName.BASH else ""
    found = candidates(program, rest)
    return "".join(f"{_line(shell, one, known)}\n" for one in found)


def candidates(program: TyperGroup, words: Sequence[str]) -> list[Candidate]:
    """The completions of the last word, which may be empty."""
    *before, word = words
    command, wanted, positional, options_end = command_at(program, ()), None, 0, False
    for one in before:
        if wanted is not None:
            wanted = None
        elif one == "--":
            options_end = True
        elif one.startswith("-") and not options_end:
            wanted = None if "=" in one else _option(command, one)
        elif one in command.children:
            command = command_at(program, (*command.path, one))
        else:
            positional += 1
    if wanted is not None:
        found = _values(command, wanted, word)
    elif word.startswith("-") and not options_end:
        found = _options(command, word)
    elif command.children:
        found = (Candidate(name, summary(*command.path, name)) for name in command.children)
    else:
        found = _arguments(program, command, positional, word)
    # Names with control characters are left out: no card and no honest reader has one.
    return [
        one
        for one in dict.fromkeys(found)
        if one in (FILES, FOLDERS) or (one.value.startswith(word) and one.value.isprintable())
    ]


def _option(command: Command, name: str) -> Parameter | None:
    """The option of this name, if it takes a value."""
    return next((one for one in command.parameters if name in one.names and one.value), None)


def _options(command: Command, word: str) -> Iterator[Candidate]:
    name, equals, value = word.partition("=")
    if equals:
        option = _option(command, name)
        for one in _values(command, option, value) if option else ():
            yield one if one in (FILES, FOLDERS) else replace(one, value=f"{name}={one.value}")
        return
    for parameter in (*command.parameters, HELP):
        for name in (*parameter.names, *parameter.negations):
            if name.startswith("--") or word == "-":
                yield Candidate(name, parameter.help)


def _arguments(
    program: TyperGroup, command: Command, positional: int, word: str
) -> Iterator[Candidate]:
    arguments = [one for one in command.parameters if not one.names]
    if not arguments:
        return
    argument = arguments[min(positional, len(arguments) - 1)]
    if positional >= len(arguments) and not argument.repeated:
        return
    if argument.value == "[COMMAND...]":
        yield from (Candidate(one.path[-1]) for one in commands(program) if one.path)
    elif argument.value == "NAME" and command.path in _NAMED_CARD:
        prefix = "sim:" if word.startswith("sim:") else ""
        yield from (Candidate(prefix + name) for name in _cards())
    else:
        yield from _values(command, argument, word)


def _values(command: Command, parameter: Parameter, word: str) -> Iterator[Candidate]:
    if parameter.choices:
        yield from map(Candidate, parameter.choices)
    elif parameter.value == "READER":
        yield from _readers()
    elif parameter.value == "CONTACT":
        yield from _contacts()
    elif parameter.value == "KEY":
        yield from _contacts()
        yield FILES
    elif parameter.value == "NUMBER=FILE":
        if "=" in word:
            yield FILES
    elif parameter.value == "DIR":
        yield FOLDERS
    elif parameter.value in _FILES:
        yield FILES


def _cards() -> list[str]:
    """The simulated cards; none if the folder cannot be read, which `sim list` reports."""
    with contextlib.suppress(OSError):
        return list_cards()
    return []


def _contacts() -> Iterator[Candidate]:
    from twincard.addressbook.folder import contact_files, contacts_folder

    with contextlib.suppress(OSError):
        names = {name for name, _file in contact_files(contacts_folder())}
        yield from (Candidate(name, N_("a contact")) for name in sorted(names))


def _readers() -> Iterator[Candidate]:
    for name in _cards():
        yield Candidate(f"sim:{name}", N_("a simulated card"))
    from twincard.transport.pcsc import list_readers

    # Without PC/SC there are no readers.
    with contextlib.suppress(TransportError):
        for name in list_readers():
            yield Candidate(f"pcsc:{name}", N_("a PC/SC reader"))


def _line(shell: ShellName, candidate: Candidate, known: str) -> str:
    if candidate in (FILES, FOLDERS):
        return candidate.value
    if shell is ShellName.BASH:
        return candidate.value.removeprefix(known)
    told = _(candidate.help)
    if shell is ShellName.ZSH:
        value = _escaped(candidate.value)
        return f"{value}:{told}" if told else value
    return f"{candidate.value}\t{told}" if told else candidate.value


def _escaped(value: str) -> str:
    """Escaped for _describe of zsh."""
    return value.replace("\\", "\\\\").replace(":", "\\:")


def _split(line: str) -> list[str]:
    """The words of an unfinished command line, in which a quote may be open."""
    for ending in ("", "'", '"', "\\"):
        try:
            words = shlex.split(line + ending)
        except ValueError:
            continue
        is_between = not ending and (not line or (line[-1].isspace() and line[-2:-1] != "\\"))
        return [*words, ""] if is_between else words
    return line.split(" ")
