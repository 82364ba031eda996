"""`twincard group split` and `join`: SLIP-39 shares of a component."""

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
from twincard.cli.terminal import ceremony, scanned
from twincard.cli.terminal.component_files import component_in, share_in
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Force, Json, Scan
from twincard.cli.terminal.output import Printer
from twincard.ground.language import _
from twincard.keys.component import LARGEST_GROUP, Component, write_component
from twincard.keys.shares import (
    MOST_SHARES,
    Share,
    format_share,
    join_shares,
    split_component,
)
from twincard.keys.value_lines import kcv_text
from twincard.results.group import Joined, Split

Kcv = Annotated[
    str | None,
    typer.Option(
        "--kcv",
        metavar="KCV",
        help="Key check value of the component, as printed on the mailer: 6 hex digits.",
    ),
]


def split(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File with the component.")],
    shares: Annotated[
        int, typer.Option("--shares", min=2, max=MOST_SHARES, help="Number of shares to make.")
    ],
    threshold: Annotated[
        int,
        typer.Option(
            "--threshold",
            min=2,
            max=MOST_SHARES,
            help="Number of shares needed to restore the component.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Folder for the shares. It is created if it does not exist.",
        ),
    ] = Path(),
    pdf: Pdf = False,
    files: Annotated[
        bool,
        typer.Option("--files/--no-files", help="Write a file for each share, or only mailers."),
    ] = True,
    name: GroupName = "",
    language: MailerLanguage = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Split a component into SLIP-39 shares, so that losing one sheet does no harm.

    As many shares as --threshold restore the component; fewer reveal nothing about it.
    """
    if not pdf and not files:
        raise InputError(_("With --no-files alone, nothing would be written. Add --pdf."))
    component = component_in(file)
    made = split_component(component, shares, threshold)
    pages = mailers(made, name, language) if pdf else b""
    whole = f"of-component-{component.number}"
    paths = tuple(out / f"share-{item.index}-{whole}.txt" for item in made if files)
    paper = out / f"shares-{whole}.pdf" if pdf else None
    content = {} if paper is None else {paper.name: pages}
    for share, path in zip(made, paths, strict=False):
        content[path.name] = format_share(share).encode("ascii")
    with written_together(out) as together:
        make_room(out, [*paths, paper], force=force)
        together.write(content)
    result = Split(component.number, component.kcv, threshold, paths, paper)
    lines = [*map(str, paths)]
    if paper is not None:
        lines.append(print_it(paper))
    enough = _("Any {threshold} of the {shares} shares restore component {number}.")
    lines.append(enough.format(threshold=threshold, shares=shares, number=component.number))
    Printer(json).result(result, "\n".join(lines))


def join(
    output: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Output file for the component.")
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Share files. Default: prompt for the words."),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(
            "--number",
            min=1,
            max=LARGEST_GROUP,
            help="Number of the component, as printed on the shares.",
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            "--size",
            min=1,
            max=LARGEST_GROUP,
            help="Number of components in the key group, as printed on the shares.",
        ),
    ] = None,
    kcv: Kcv = None,
    scan: Scan = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Restore a component from share files or from typed words.

    To type the words, give --number, --size and --kcv as printed on the shares. The words are not
    shown as they are typed. With --scan, the QR codes of the shares contain these values.
    """
    if files:
        component = _joined([share_in(file) for file in files], list(map(str, files)))
    elif scan:
        component = _from_codes()
    else:
        component = _from_words(number, size, kcv)
    make_room(output.parent, [output], force=force)
    write_component(component, output)
    told = Joined(component.number, component.size, component.kcv, output)
    text = _("{file}: component {number} of {size}, KCV {kcv}.").format(
        file=output,
        number=component.number,
        size=component.size,
        kcv=kcv_text(component.kcv),
    )
    Printer(json).result(told, text)
    component.value.wipe()


def _joined(shares: list[Share], names: list[str]) -> Component:
    first = shares[0]
    for name, share in zip(names, shares, strict=True):
        if _component(share) != _component(first):
            raise InputError(
                _(
                    "{file} and {other} are shares of different components. Give shares of one "
                    "component."
                ).format(file=name, other=names[0])
            )
    return join_shares([share.words for share in shares], *_component(first))


def _from_codes() -> Component:
    shares = scanned.shares(_("share files"))
    try:
        return join_shares([share.words for share in shares], *_component(shares[0]))
    finally:
        for share in shares:
            share.words.wipe()


def _component(share: Share) -> tuple[int, int, bytes]:
    return share.number, share.size, share.kcv


def _from_words(number: int | None, size: int | None, kcv: str | None) -> Component:
    if number is None or size is None or kcv is None:
        raise InputError(
            _("Give the share files, or give --number, --size and --kcv to type the words.")
        )
    expected = ceremony.kcv_bytes(kcv)
    words = ceremony.shares()
    try:
        return join_shares(words, number, size, expected)
    finally:
        for item in words:
            item.wipe()
