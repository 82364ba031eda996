"""One page for the program, each of its groups and each of its commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version

from tools.man.roff import bold, example, italic, plain, prose, tagged
from tools.man.roff import section as plain_section
from tools.man.words import ENGLISH, Words
from twincard.cli.app import program
from twincard.cli.shell.examples import EXAMPLES
from twincard.cli.shell.help_page import HELP, argument, names
from twincard.cli.shell.tree import Command, Parameter, commands
from twincard.ground.language import _, speaking


def pages(date: str, words: Words = ENGLISH) -> dict[str, str]:
    """Every page by the name of its file; `date` is that of the release, YYYY-MM-DD."""
    with speaking([words.language]):
        tree = {command.path: command for command in commands(program())}
        return {
            f"{_page(command)}.1": "\n".join(_lines(command, tree, date, words)) + "\n"
            for command in tree.values()
        }


def _page(command: Command) -> str:
    return "-".join(("twincard", *command.path))


def _lines(
    command: Command, tree: Mapping[tuple[str, ...], Command], date: str, words: Words
) -> Iterator[str]:
    def section(title: str, *lines: str) -> list[str]:
        return plain_section(words.headings.get(title, title), *lines)

    name = _page(command)
    yield f'.TH {plain(name.upper())} 1 "{date}" "twincard {version("twincard")}" "User Commands"'
    # No hyphens, and no spaces drawn out: what is typed must stay whole.
    yield from (".nh", ".ad l")
    yield from section("NAME", f"{plain(name)} \\-", prose(command.summary.rstrip(".。")))
    yield from section("SYNOPSIS", *_synopsis(command))
    yield from section("DESCRIPTION", *_description(command))
    children = [tree[(*command.path, child)] for child in command.children]
    if children:
        lines = [line for one in children for line in tagged(bold(one.path[-1]), one.summary)]
        yield from section("COMMANDS", *lines)
    yield from section("OPTIONS", *_options(command, words))
    codes = {str(code): meaning for code, meaning in words.exit_codes.items()}
    yield from section("EXIT STATUS", *_list(codes))
    yield from section("ENVIRONMENT", *_list(words.environment))
    yield from section("FILES", *_list(words.files))
    if command.name in EXAMPLES:
        lines = [
            line
            for one in EXAMPLES[command.name]
            for line in example(_translated(one[0]), f"twincard {one[1]}")
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


def _translated(text: str) -> str:
    return _(text) if text else ""


def _options(command: Command, words: Words) -> Iterator[str]:
    for one in command.parameters:
        if one.names:
            yield from tagged(_option(one), _help(one, words))
    for one in command.parameters:
        if not one.names:
            yield from tagged(italic(argument(one)), _help(one, words))
    yield from tagged(_option(HELP), words.help)


def _option(parameter: Parameter) -> str:
    typed = ", ".join(map(bold, (*names(parameter), *parameter.negations)))
    return f"{typed} {italic(parameter.value)}" if parameter.value else typed


def _help(parameter: Parameter, words: Words) -> str:
    more = [words.default.format(value=parameter.default)] if parameter.default else []
    if parameter.limits:
        least, most = parameter.limits
        more.append(words.limits.format(least=least, most=most))
    more += [words.required] if parameter.required else []
    more += [words.repeated] if parameter.repeated else []
    more += [words.variable.format(name=parameter.variable)] if parameter.variable else []
    return words.joint.join((parameter.help, *more))


def _list(items: Mapping[str, str]) -> Iterator[str]:
    for name, text in items.items():
        yield from tagged(bold(name), text)


def _see_also(
    command: Command, children: list[Command], tree: Mapping[tuple[str, ...], Command]
) -> Iterator[str]:
    above = [tree[command.path[:depth]] for depth in range(len(command.path))]
    pages = [f"{bold(_page(one))}(1)" for one in (*above, *children)]
    yield ", ".join(pages)
