"""Prints what the demo does, and records its checks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.cells import cell_len
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from twincard.ground.control_characters import visible
from twincard.ground.language import _
from twincard.results.demo import Check

_PLACE_CELLS = 16


class CheckFailedError(Exception):
    """A check of the demo failed; the sentence names it."""


class Narrator:
    """Prints numbered chapters, steps with their time, and checks; with no console it is silent."""

    def __init__(self, console: Console | None) -> None:
        self._console = console
        self._chapter = ""
        self._chapters = 0
        self._checks: list[Check] = []

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks passed so far."""
        return tuple(self._checks)

    def chapter(self, title: str) -> None:
        """Begin the next chapter."""
        self._chapters += 1
        self._chapter = title
        if self._console is not None:
            self._console.print()
            self._console.print(Rule(f"{self._chapters}  {title}", align="left", style="cyan"))

    def tell(self, text: str) -> None:
        """Print a sentence, on one or more lines."""
        for line in text.split("\n"):
            self._print(Text(visible(line)))

    def detail(self, text: str) -> None:
        """Print a detail, such as a file name or a KCV."""
        self._print(Text(f"    {visible(text)}", style="dim"))

    @contextmanager
    def step(self, where: str, text: str) -> Iterator[None]:
        """Print a step on a card or on this computer, with the time that the block takes."""
        start = time.perf_counter()
        if self._console is not None and self._console.is_terminal:
            with self._console.status(f"{where}: {text}"):
                yield
        else:
            yield
        seconds = time.perf_counter() - start
        room = " " * (_PLACE_CELLS - cell_len(where))
        line = Text.assemble(
            (f"  {where}{room}", "bold"), visible(text), (f"  {seconds:.2f} s", "dim")
        )
        self._print(line)

    @contextmanager
    def steps(self) -> Iterator[Callable[[str, str], None]]:
        """Several steps: gives a function that ends one step and begins the next."""
        with ExitStack() as running:

            def begin(where: str, text: str) -> None:
                running.close()
                running.enter_context(self.step(where, text))

            yield begin

    def check(self, text: str, passed: bool) -> None:
        """Say that `text` is true; raises CheckFailedError when it is not."""
        mark, style = ("✓", "bold green") if passed else ("✗", "bold red")
        self._print(Text.assemble((f"  {mark} ", style), visible(text)))
        if not passed:
            raise CheckFailedError(_("A check of the demo failed: {text}.").format(text=text))
        self._checks.append(Check(self._chapter, text))

    def _print(self, text: Text) -> None:
        if self._console is not None:
            self._console.print(text)
