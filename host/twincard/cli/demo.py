"""The command `twincard demo`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Json
from twincard.cli.terminal.output import Printer
from twincard.demo.cast import Cast
from twincard.demo.narrator import Narrator
from twincard.demo.story import Story
from twincard.ground.language import _
from twincard.keys.key_type import KeyType
from twincard.results.demo import Told
from twincard.simulator.folder import cards_in


def demo(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE", help="Your own files and folders to include. The demo works on copies."
        ),
    ] = None,
    key: Annotated[KeyType, typer.Option("--key", help="Type of the key pairs.")] = (
        KeyType.RSA_2048
    ),
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep",
            metavar="DIR",
            help="Keep the files of the demo in this new folder. Default: delete them.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Demonstrate backup, loss and recovery on simulated cards."""
    given = files or []
    for path in given:
        if not path.exists():
            raise InputError(
                _("{path} does not exist. Give existing files and folders, or none.").format(
                    path=path
                )
            )
    start = time.perf_counter()
    console = None if json else Console(file=sys.stdout, highlight=False, markup=False)
    narrator = Narrator(console)
    with _cards_for_a_while(), _folder(keep) as folder, Cast() as cast:
        count = Story(narrator, cast, folder, key).run(given)
    seconds = round(time.perf_counter() - start, 1)
    text = _(
        "All {checks} checks passed in {seconds} s. All {files} files survived the "
        "loss of their card."
    ).format(checks=len(narrator.checks), files=count, seconds=seconds)
    if keep is not None:
        kept = _("The files are in {folder}.").format(folder=keep)
        text = _("{sentence} {advice}").format(sentence=text, advice=kept)
    Printer(json).result(Told(count, seconds, keep, narrator.checks), f"\n{text}")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """A folder for the files; a temporary one unless it is kept."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="twincard-demo-") as name:
            yield Path(name)
        return
    if keep.exists():
        raise InputError(
            _("{keep} already exists. Give a new folder with --keep.").format(keep=keep)
        )
    keep.mkdir(parents=True)
    yield keep


@contextmanager
def _cards_for_a_while() -> Iterator[None]:
    """A folder for simulated cards apart from the user's own, deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="twincard-cards-") as name, cards_in(Path(name)):
        yield
