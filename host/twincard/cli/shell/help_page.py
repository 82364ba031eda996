"""The pages of --help, from the tree of commands, in the language in use; nothing is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twincard.cli.shell.tree import Command, Parameter
from twincard.ground.language import N_, _

HELP_NAMES = ("-h", "--help")
HELP = Parameter(HELP_NAMES, (), "", (), False, False, N_("Show this message and exit."), "")
"""The option that every command has."""

_INDENT = "  "
_WIDE = 70
_COLUMNS = (20, 30)
"""The widest column of names and values on a narrow page, and on a wide one."""
# No line begins with a closing mark. Latin words are never broken, nor is an opening bracket from
# what follows it.
_CLOSING = ")]、。，．」』）】〉》・ー々っッゃゅょャュョ！？：；…"  # noqa: RUF001
_PIECES = re.compile(r"\s+|[(「『].|\[[^\]\s]*|[)\]]|[!-~]+|.", re.DOTALL)
# An option stays with its value.
_UNITS = re.compile(r"--?\S+ [^-\s]\S*|\S+")
_SENTENCE = re.compile(r"(?s)(.*?(?:\.(?= )|。))")


def page(command: Command, width: int, children: Sequence[tuple[str, str]] = ()) -> str:
    """The help of a command, in lines of at most `width` cells.

    `children` are the names and translated summaries of a group's commands. The help texts of the
    command are already translated.
    """
    return "\n".join(_lines(command, width, children)) + "\n"


def usage(command: Command) -> str:
    """The usage of a command: `twincard encrypt --to KEY [OPTIONS] FILE...`."""
    words = ["twincard", *command.path]
    if command.children:
        return " ".join((*words, "COMMAND ..."))
    for one in command.parameters:
        if one.names and one.required:
            words.append(f"{one.names[0]} {one.value}")
    arguments = [argument(one) for one in command.parameters if not one.names]
    return " ".join((*words, "[OPTIONS]", *arguments))


def argument(parameter: Parameter) -> str:
    """An argument as in the usage: [FILE...] is optional and may be repeated."""
    name = parameter.value.strip("[].")
    name += "..." if parameter.repeated else ""
    return name if parameter.required else f"[{name}]"


def names(parameter: Parameter) -> list[str]:
    """The names of an option, the short one first."""
    return sorted(parameter.names, key=len)


def notes(parameter: Parameter) -> Iterator[str]:
    """The notes behind the help of a parameter, such as its default, in the language in use."""
    if parameter.variable:
        yield _("env var: {name}").format(name=parameter.variable)
    if parameter.default:
        yield _("default: {value}").format(value=parameter.default)
    if parameter.limits is not None:
        least, most = parameter.limits
        yield _("{least} to {most}").format(least=least, most=most)
    if parameter.required:
        yield _("required")
    if parameter.repeated:
        yield _("may be repeated")


def first_sentence(text: str) -> str:
    """The first sentence of a help text in English or Japanese."""
    line = " ".join(text.split())
    found = _SENTENCE.match(line)
    return found.group(1) if found else line


def typed(words: str, width: int) -> list[str]:
    """The command line of an example; if longer than `width`, it continues after a backslash."""
    room = width - len(" \\")
    lines = [""]
    for unit in _UNITS.findall(words):
        if lines[-1] and len(lines[-1]) + 1 + len(unit) > room:
            lines.append(" " * 4 + unit)
        else:
            lines[-1] = f"{lines[-1]} {unit}".lstrip() if len(lines) == 1 else f"{lines[-1]} {unit}"
    return [*(f"{line} \\" for line in lines[:-1]), lines[-1]]


def _lines(command: Command, width: int, children: Sequence[tuple[str, str]]) -> Iterator[str]:
    head = _("Usage: ")
    first, *more = wrapped(usage(command), width - _cells(head))
    yield head + first
    yield from (" " * _cells(head) + line for line in more)
    for paragraph in command.text.split("\n\n"):
        yield ""
        yield from _indented(paragraph, width, _INDENT)
    arguments = [(argument(one), _told(one)) for one in command.parameters if not one.names]
    options = [(_option(one), _told(one)) for one in command.parameters if one.names]
    options.append((_option(HELP), _(HELP.help)))
    for heading, rows in (
        (_("Arguments"), arguments),
        (_("Options"), options),
        (_("Commands"), children),
    ):
        if rows:
            yield from ("", f"{heading}:")
            yield from _table(rows, width)
    yield from _examples(command, width)


def _examples(command: Command, width: int) -> Iterator[str]:
    from twincard.cli.shell.examples import EXAMPLES

    examples = EXAMPLES.get(command.name, ())
    if examples:
        yield from ("", _("Examples") + ":")
    for sentence, words in examples:
        if sentence:
            yield from _indented(_(sentence), width, _INDENT)
        inner = _INDENT * 2
        yield from (inner + line for line in typed(f"twincard {words}", width - len(inner)))


def _option(parameter: Parameter) -> str:
    typed = " / ".join((", ".join(names(parameter)), *parameter.negations))
    return f"{typed} {parameter.value}" if parameter.value else typed


def _told(parameter: Parameter) -> str:
    more = "; ".join(notes(parameter))
    return f"{parameter.help}  [{more}]" if more else parameter.help


def _table(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    most = _COLUMNS[width >= _WIDE]
    column = len(_INDENT) + min(max(len(first) for first, _second in rows), most) + 2
    for first, second in rows:
        lines = wrapped(second, width - column)
        head = _INDENT + first
        if len(head) + 2 <= column and lines:
            head = f"{head:{column}}{lines.pop(0)}"
        yield head
        yield from (" " * column + line for line in lines)


def _indented(text: str, width: int, indent: str) -> Iterator[str]:
    for line in wrapped(" ".join(text.split()), width - len(indent)):
        yield indent + line


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells; no line begins with a closing mark."""
    lines: list[list[str]] = [[]]
    for piece in _PIECES.findall(text):
        line = lines[-1]
        full = _cells("".join(line)) + _cells(piece.rstrip()) > width
        if full and any(part.strip() for part in line):
            moved: list[str] = []
            while piece in _CLOSING and len(line) > 1 and (not moved or moved[0] in _CLOSING):
                moved.insert(0, line.pop())
            lines.append([*moved, piece if moved else piece.lstrip()])
        else:
            line.append(piece)
    return [joined for line in lines if (joined := "".join(line).rstrip()).strip()]


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
