"""`twincard group`: the components of a key group, outside the cards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.errors import InputError
from twincard.cli.options import Force, Json
from twincard.cli.output import Output
from twincard.keys.component import LARGEST_GROUP, draw_group, write_component

app = typer.Typer(help="Key groups: the components that their holders keep.")


@dataclass(frozen=True)
class ComponentFile:
    """Where a component was written, and its key check value (3 bytes)."""

    number: int
    kcv: bytes
    file: Path


@dataclass(frozen=True)
class NewGroup:
    """The files of a new key group."""

    components: tuple[ComponentFile, ...]


@app.callback()
def _group() -> None:
    # Makes `new` a command of its own, though it is the only one.
    pass


@app.command("new")
def new(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
    size: Annotated[
        int, typer.Option("--size", min=1, max=LARGEST_GROUP, help="Number of components.")
    ] = 3,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw the components of a new key group, a file each."""
    paths = [out / f"component-{number}.txt" for number in range(1, size + 1)]
    taken = [path for path in paths if path.exists()]
    if taken and not force:
        raise InputError(f"{taken[0]} exists already; --force overwrites it.")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in taken:
        path.unlink()
    made = []
    for component, path in zip(draw_group(size), paths, strict=True):
        write_component(component, path)
        made.append(ComponentFile(component.number, component.kcv, path))
    lines = [f"{item.file}  KCV {item.kcv.hex().upper()}" for item in made]
    lines.append("Give each file to its holder, and keep no copy.")
    Output(json).result(NewGroup(tuple(made)), "\n".join(lines))
