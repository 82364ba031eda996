"""No sentence for people is written past the catalogues."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import twincard

PACKAGE = Path(twincard.__file__).parent
MARKS = {"_", "N_", "plural", "retold"}
# What takes sentences for people, or words that become part of one.
TELLING = {
    *("step", "note", "result", "progress", "tell", "chapter", "detail", "check", "add_note"),
    *("confirm", "pin", "new_pin", "other_pin", "ask_secret", "transport_key"),
    *("send", "error_for", "_get", "_perform", "_command", "_tell", "_begin", "verify_signature"),
}
# What is printed has both languages beside each other; the demo's documents are files.
NOT_MESSAGES = {"paper/words.py", "paper/letter_words.py", "demo/documents.py"}
SENTENCE = re.compile(r"(?!(SELECT|INSERT|UPDATE) )[A-Z][^\n]*[a-z] [^\n]*[.?!:]")
"""Anything that reads like one, but for SQL."""
WORDS = re.compile(r"[a-z]{2}")
FILES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.relative_to(PACKAGE).as_posix() not in NOT_MESSAGES
]


def name_of(function: ast.expr) -> str:
    """The last part of what is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_of_people(function: ast.expr) -> bool:
    """Whether an exception of ours is made: those of Python tell a programmer."""
    name = name_of(function)
    return name.endswith("Error") and not hasattr(builtins, name)


def text_of(node: ast.expr) -> str | None:
    """A literal text, what an f-string has between its values; None for all else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        return "".join(map(str, parts))
    return None


def literals(node: ast.expr) -> Iterator[ast.expr]:
    """Literal texts that an argument may be, without those inside of calls."""
    if isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from literals(value)
    elif text_of(node) is not None:
        yield node


def found(source: str) -> list[int]:
    """The lines where a sentence is written past the catalogues."""
    tree = ast.parse(source)
    allowed = set(allowed_places(tree))
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (
            is_of_people(node.func) or name_of(node.func) in TELLING or is_error_init(node)
        ):
            for argument in node.args:
                lines |= {
                    one.lineno
                    for one in literals(argument)
                    if WORDS.search(text_of(one) or "") and " " in (text_of(one) or "")
                }
                raised = is_of_people(node.func) or is_error_init(node)
                if raised and fixes_a_language(argument):
                    lines.add(argument.lineno)
        if isinstance(node, ast.Constant | ast.JoinedStr) and is_sentence(node, allowed):
            lines.add(node.lineno)
        if isinstance(node, ast.Call) and name_of(node.func) == "plural":
            # What is put together cannot be looked up; ruff sees it in first arguments.
            lines |= {one.lineno for one in node.args[1:] if isinstance(one, ast.JoinedStr)}
    return sorted(lines)


def fixes_a_language(argument: ast.expr) -> bool:
    """Whether what an error says is made a text at once, in whatever language is in use then."""
    made: list[ast.expr] = (
        [argument] if isinstance(argument, ast.Call) and name_of(argument.func) == "str" else []
    )
    made += argument.values if isinstance(argument, ast.JoinedStr) else []
    return any(
        isinstance(node, ast.Name) and node.id.endswith("error")
        for part in made
        for node in ast.walk(part)
    )


def is_sentence(node: ast.expr, allowed: set[int]) -> bool:
    """Whether this looks like a sentence where none is expected."""
    return id(node) not in allowed and SENTENCE.fullmatch(text_of(node) or "") is not None


def is_error_init(node: ast.Call) -> bool:
    """Whether this is `super().__init__(...)`, which in this package exceptions alone call so."""
    return name_of(node.func) == "__init__"


def allowed_places(tree: ast.AST) -> Iterator[int]:
    """Docstrings, help texts (translated on the page), and what is marked."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield id(node.value)
        elif isinstance(node, ast.Call):
            if name_of(node.func) in MARKS or is_programmers(node.func):
                yield from map(id, node.args)
        elif isinstance(node, ast.keyword) and node.arg == "help":
            yield from map(id, ast.walk(node.value))
        elif isinstance(node, ast.Assign) and is_help(node.targets[0]):
            yield id(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in ast.walk(node) if part is not node)


def is_programmers(function: ast.expr) -> bool:
    """Whether an exception of Python itself is made."""
    return name_of(function).endswith("Error") and hasattr(builtins, name_of(function))


def is_help(target: ast.expr) -> bool:
    """Whether a constant is part of help texts."""
    return isinstance(target, ast.Name) and target.id in ("READER_HELP", "KEY_HELP", "_OR_PROMPT")


def test_every_sentence_for_people_can_be_translated() -> None:
    assert len(FILES) > 100
    places = [(str(path), line) for path in FILES for line in found(path.read_text("utf-8"))]
    assert places == [], 'write `_("... {name} ...").format(name=...)` there'


@pytest.mark.parametrize(
    "line",
    [
        'raise InputError("the file is missing")',
        'raise InputError(f"{path} is missing here.")',
        'raise ProtocolError("This is " + "no card.")',
        'return CardGoneError("The reader is gone." if gone else other)',
        'out.step(f"{path}: opened by it")',
        'out.note("Something to know.")',
        'channel.send(command, "verify the PIN")',
        'prompts.pin(path, "PIN of the card", "--pin-file")',
        'plural("One file is gone.", f"{count} files are gone.", count)',
        'TEXT = "The card is not here."',
        'super().__init__("The card is not here")',
        'raise CapError(f"{path}: {error}")',
        "raise LogError(str(error))",
    ],
)
def test_a_sentence_past_the_catalogues_is_found(line: str) -> None:
    assert found(line) == [1]


@pytest.mark.parametrize(
    "line",
    [
        'raise InputError(_("The file is missing."))',
        'raise ValueError("this is told to programmers")',
        'Option("--pin", help="File with the PIN.")',
        'out.step(f"{source} → {output}")',
        'TEXT = N_("The card is not here.")',
        '"""What this module does."""',
    ],
)
def test_what_is_in_order_is_not_found(line: str) -> None:
    assert found(line) == []
