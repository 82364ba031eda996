"""What every cell of the matrix asserts: one plain sentence, its code, and nothing else said."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import Ran
from tests.cli.next_steps import names_next_step

from twincard.results.failure import ExitCode


def assert_told(ran: Ran, code: ExitCode, *words: str) -> None:
    """A command with --json failed: a sentence on standard error, the same as JSON, no more.

    It names a next step, also in Japanese.
    """
    sentence = ran.failed(code, *words).removeprefix("Error: ").removeprefix("エラー: ")
    assert "Traceback" not in ran.err
    error = ran.json["error"]
    assert (error["code"], error["name"]) == (code.value, code.name.lower())
    assert error["message"] == sentence
    assert sentence[-1] in ".?。"
    assert names_next_step(sentence), sentence


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a desk but its cards, which change whenever they are used."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "cards" not in path.relative_to(folder).parts
    }
