"""`twincard group new`: the components of a new key group."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.group.mailers import (
    GroupName,
    MailerLanguage,
    Pdf,
    mailers,
    make_room,
    print_it,
    written_together,
)
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Force, Json
from twincard.cli.terminal.output import Printer
from twincard.ground.language import _
from twincard.keys.component import LARGEST_GROUP, draw_group, format_component
from twincard.keys.value_lines import kcv_text
from twincard.results.group import ComponentFile, NewGroup


def new(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Folder for the files. It is created if it does not exist.",
        ),
    ],
    size: Annotated[
        int, typer.Option("--size", min=1, max=LARGEST_GROUP, help="Number of components.")
    ] = 3,
    pdf: Pdf = False,
    files: Annotated[
        bool,
        typer.Option(
            "--files/--no-files", help="Write a file for each component, or only mailers."
        ),
    ] = True,
    name: GroupName = "",
    language: MailerLanguage = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Generate the components of a new key group, as files, printed mailers or both.

    The mailers are one PDF with a page for each holder. Print it, then delete it.
    """
    if not pdf and not files:
        raise InputError(_("With --no-files alone, nothing would be written. Add --pdf."))
    components = draw_group(size)
    pages = mailers(components, name, language) if pdf else b""
    paths = [out / f"component-{number}.txt" for number in range(1, size + 1) if files]
    paper = out / "mailers.pdf" if pdf else None
    content = {} if paper is None else {paper.name: pages}
    for component, path in zip(components, paths, strict=False):
        content[path.name] = format_component(component).encode("ascii")
    with written_together(out) as together:
        make_room(out, [*paths, paper], force=force)
        together.write(content)
    written = {component.number: path for component, path in zip(components, paths, strict=False)}
    made = tuple(ComponentFile(one.number, one.kcv, written.get(one.number)) for one in components)
    Printer(json).result(NewGroup(made, paper), "\n".join(_lines(made, paper)))


def _lines(made: tuple[ComponentFile, ...], paper: Path | None) -> list[str]:
    lines = [f"{item.file or _component(item.number)}  KCV {kcv_text(item.kcv)}" for item in made]
    if any(item.file for item in made):
        lines.append(_("Give each file to its holder, and keep no copy."))
    if paper is not None:
        lines.append(print_it(paper))
    return lines


def _component(number: int) -> str:
    return _("component {number}").format(number=number)
