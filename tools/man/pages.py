"""One page for the program, each of its groups and each of its commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from tools.man.roff import bold, example, italic, plain, prose, section, tagged
from twincard.cli.app import program
from twincard.cli.shell.examples import EXAMPLES
from twincard.cli.shell.help_page import HELP, argument, names
from twincard.cli.shell.tree import Command, Parameter, commands

_DOCS = Path(__file__).parents[2] / "docs/cli.md"
_ENVIRONMENT = {
    "TWINCARD_HOME": "The folder of simulated cards, in place of the one below.",
    "TWINCARD_ISSUER": "File with the issuer's public key: as `--issuer-public-key`.",
    "TWINCARD_JAVA": "The Java program that runs simulated cards.",
    "TWINCARD_DEBUG": "With 1, a fault of twincard itself is told with its place.",
    "TWINCARD_LANGUAGE": "The language of messages, ja or en, before all that follows.",
    "LANGUAGE, LC_ALL, LC_MESSAGES, LANG": "The language of messages.",
    "NO_COLOR": "Where this is set, nothing is coloured.",
}
_FILES = {
    "~/.local/share/twincard": "Simulated cards, and beside each its transport key. On macOS it is "
    "~/Library/Application Support/twincard, on Windows %LOCALAPPDATA%\\twincard.",
}


def pages(date: str) -> dict[str, str]:
    """Every page by the name of its file; `date` is that of the release, YYYY-MM-DD."""
    tree = {command.path: command for command in commands(program())}
    return {
        f"{_page(command)}.1": "\n".join(_lines(command, tree, date)) + "\n"
        for command in tree.values()
    }


def _page(command: Command) -> str:
    return "-".join(("twincard", *command.path))


def _lines(command: Command, tree: Mapping[tuple[str, ...], Command], date: str) -> Iterator[str]:
    name = _page(command)
    yield f'.TH {plain(name.upper())} 1 "{date}" "twincard {version("twincard")}" "User Commands"'
    # No hyphens, and no spaces drawn out: what is typed must stay whole.
    yield from (".nh", ".ad l")
    yield from section("NAME", f"{plain(name)} \\-", prose(command.summary.rstrip(".")))
    yield from section("SYNOPSIS", *_synopsis(command))
    yield from section("DESCRIPTION", *_description(command))
    children = [tree[(*command.path, child)] for child in command.children]
    if children:
        lines = [line for one in children for line in tagged(bold(one.path[-1]), one.summary)]
        yield from section("COMMANDS", *lines)
    yield from section("OPTIONS", *_options(command))
    yield from section("EXIT STATUS", *_exit_status())
    yield from section("ENVIRONMENT", *_list(_ENVIRONMENT))
    yield from section("FILES", *_list(_FILES))
    if command.name in EXAMPLES:
        lines = [
            line for one in EXAMPLES[command.name] for line in example(one[0], f"twincard {one[1]}")
        ]
        # The heading is followed by space already.
        yield from section("EXAMPLES", *lines[1:])
    yield from section("SEE ALSO", *_see_also(command, children, tree))


def _synopsis(command: Command) -> Iterator[str]:
    words = bold(" ".join(("twincard", *command.path)))
    if command.children:
        yield f"{words} {italic('COMMAND')} ..."
        return
    required = [one for one in command.parameters if one.names and one.required]
    arguments = [one for one in command.parameters if not one.names]
    parts = [words, *(f"{bold(one.names[0])} {italic(one.value)}" for one in required)]
    parts += [f"[{italic('OPTIONS')}]"]
    parts += [italic(argument(one)) for one in arguments]
    yield " ".join(parts)


def _description(command: Command) -> Iterator[str]:
    paragraphs = command.text.split("\n\n")
    yield prose(paragraphs[0])
    for paragraph in paragraphs[1:]:
        yield from (".PP", prose(paragraph))


def _options(command: Command) -> Iterator[str]:
    for one in command.parameters:
        if one.names:
            yield from tagged(_option(one), _help(one))
    for one in command.parameters:
        if not one.names:
            yield from tagged(italic(argument(one)), _help(one))
    yield from tagged(_option(HELP), HELP.help)


def _option(parameter: Parameter) -> str:
    typed = ", ".join(map(bold, (*names(parameter), *parameter.negations)))
    return f"{typed} {italic(parameter.value)}" if parameter.value else typed


def _help(parameter: Parameter) -> str:
    more = [f"The default is {parameter.default}."] if parameter.default else []
    more += ["It is from {} to {}.".format(*parameter.limits)] if parameter.limits else []
    more += ["It must be given."] if parameter.required else []
    more += ["It may be given several times."] if parameter.repeated else []
    more += [f"The variable {parameter.variable} stands for it."] if parameter.variable else []
    return " ".join((parameter.help, *more))


def _exit_status() -> Iterator[str]:
    """As docs/cli.md has it; a test holds that to the program."""
    page = _DOCS.read_text(encoding="utf-8")
    for code, meaning in re.findall(r"^\| (\d+) \| `\w+` \| (.*) \|$", page, re.MULTILINE):
        sentence = meaning[0].upper() + meaning[1:]
        yield from tagged(bold(code), sentence if sentence.endswith(".") else f"{sentence}.")


def _list(items: Mapping[str, str]) -> Iterator[str]:
    for name, text in items.items():
        yield from tagged(bold(name), text)


def _see_also(
    command: Command, children: list[Command], tree: Mapping[tuple[str, ...], Command]
) -> Iterator[str]:
    above = [tree[command.path[:depth]] for depth in range(len(command.path))]
    pages = [f"{bold(_page(one))}(1)" for one in (*above, *children)]
    yield ", ".join(pages)
