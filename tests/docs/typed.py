"""Pages walked by somebody at a terminal, who types the lines, secrets and components.

Where a page gives a secret in a file, it is typed at the prompt instead.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cli.terminal import Terminal
from tests.docs import typing_shell
from tests.docs.typing_shell import PROMPT

from twincard.ground.language import _
from twincard.keys.checked_groups import checked_groups
from twincard.keys.component import Component, read_component
from twincard.results.failure import ExitCode

CTRL_C = "\x03"
SECRETS = ("--pin-file", "--puk-file", "--set-pin-file", "--backup-pin-file")


class Line:
    """A line of a page as it is typed, and the answers to what it then asks."""

    def __init__(self, line: str, holders: list[Component], secrets: Mapping[str, str]) -> None:
        self.files = {**secrets}
        self.holders: dict[int, Component] = {}
        given = {*SECRETS, "--component", "--yes"} & {*shlex.split(line)}
        words = iter(shlex.split(line))
        kept: list[str] = []
        for word in words:
            if word in SECRETS:
                self.files[word] = Path(next(words)).read_text().strip()
            elif word == "--component":
                self._component(next(words), kept, holders)
            elif word != "--yes":
                kept.append(word)
        if not self.holders:
            self.holders = {holder.number: holder for holder in holders}
        if kept[-1:] == ["2>&1"]:  # so that the page need not show it; here it has questions
            del kept[kept.index(">") :]
        if "duplicate" in kept and "--key" not in kept:
            # test_readme.py makes an RSA key, which takes long.
            kept += ["--key", "p256"]
        self.typed = (
            " ".join(word if word == ">" else shlex.quote(word) for word in kept)
            if (given or "duplicate" in kept) and "|" not in line
            else line
        )

    def _component(self, given: str, kept: list[str], holders: list[Component]) -> None:
        number, _equals, file = given.partition("=")
        self.holders[int(number)] = read_component(Path(file)) if file else holders[int(number) - 1]
        if "issue" in kept:  # which asks for no other component
            kept += ["--component", number]

    def reply(self, question: str) -> str | None:
        """What is typed to this question; None if it is none."""
        if found := re.search(_pattern(_("{what}, group {place} of {groups}")), question):
            number = re.search(r"\d+", found["what"])
            if number is None or int(number[0]) not in self.holders:  # nobody has it
                return CTRL_C
            groups = checked_groups(self.holders[int(number[0])].value.reveal())
            return groups[int(found["place"]) - 1]
        if found := re.search(_pattern(_("Is {kcv} the KCV of component {number}?")), question):
            kcv = self.holders[int(found["number"])].kcv
            return "y" if found["kcv"] == kcv.hex().upper() else "n"
        if question.endswith("[y/N] "):
            return "y"
        if not question.endswith(": "):
            return None
        if "PUK" in question:
            return self.files["--puk-file"]
        if _("New PIN") in question:
            return self.files["--set-pin-file"]
        if "PIN" in question:
            return self.files["--pin-file"]
        return None


class Walk:
    """A terminal at which pages are typed."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        """`secrets`, by the options of their files, are typed where a line names no file."""
        self._secrets = secrets or {}
        self._terminal = Terminal(program=[typing_shell.__file__])
        self.questions = 0
        self.holders: list[Component] = []

    def block(self, script: str) -> None:
        """Type the lines of a block; each ends as the block says (`# exit code N`).

        What looks for English words (`| grep`) is left out. A command that fails because a
        component is missing asks for it here, until somebody presses Ctrl-C.
        """
        expected = re.search(r"^# exit code (\d+)$", script, re.MULTILINE)
        code = int(expected[1]) if expected else 0
        for line in _lines(script):
            if not line.startswith(("#", "export TWINCARD_HOME")):
                ended = self.line(line.partition(" | grep")[0])
                interrupted = code == ExitCode.REFUSED and ended == ExitCode.INTERRUPTED
                assert ended == code or interrupted, self.shown

    def line(self, text: str) -> int:
        """Type a line and the answers to its questions; its exit code."""
        line = Line(text, self.holders, self._secrets)
        self._terminal.answer(PROMPT, line.typed)
        while (question := self._terminal.question()) is not None:
            if found := re.fullmatch(rf"\[(\d+)\] {re.escape(PROMPT)}", question):
                return int(found[1])
            if (reply := line.reply(question)) is not None:
                self.questions += 1
                self._terminal.answer(question, reply)
        raise AssertionError(self.shown)

    @property
    def shown(self) -> str:
        """All that was shown."""
        return self._terminal.shown

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        if kind is None:
            self._terminal.answer(PROMPT, "exit")
            assert self._terminal.wait() == 0
        self._terminal.__exit__()


def _lines(script: str) -> list[str]:
    """As they are typed: what goes on over several lines of the page is one line."""
    loops = re.compile(r"^for .*?^done", re.MULTILINE | re.DOTALL)
    joined = re.sub(r"(?<=\|)\n\s*", " ", script)
    return loops.sub(lambda found: _in_one_line(found[0]), joined).splitlines()


def _in_one_line(loop: str) -> str:
    return re.sub(r"\n\s*", "; ", re.sub(r"(?<=do)\n\s*", " ", loop))


def _pattern(template: str) -> str:
    escaped = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[^ ]+?)", escaped).replace(
        "(?P<what>[^ ]+?)", "(?P<what>.+)"
    )
