"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

READER_HELP = "sim:NAME, or pcsc: and a reader's name, a unique part of it, or its index."
KEY_HELP = "File with a public key or certificate, in PEM or DER."
_OR_PROMPT = "'-' reads standard input; without it, a prompt asks."

Reader = Annotated[str, typer.Option("--reader", "-r", metavar="READER", help=READER_HELP)]
Original = Annotated[
    str, typer.Option("--original", metavar="READER", help="The original: " + READER_HELP)
]
Backup = Annotated[
    str, typer.Option("--backup", metavar="READER", help="The backup: " + READER_HELP)
]
PinFile = Annotated[
    Path | None, typer.Option("--pin-file", metavar="FILE", help="File with the PIN; " + _OR_PROMPT)
]
BackupPinFile = Annotated[
    Path | None,
    typer.Option(
        "--backup-pin-file", metavar="FILE", help="File with the backup's PIN, if it is another."
    ),
]
SetPinFile = Annotated[
    Path | None,
    typer.Option("--set-pin-file", metavar="FILE", help="File with the PIN to set; " + _OR_PROMPT),
]
PukFile = Annotated[
    Path | None, typer.Option("--puk-file", metavar="FILE", help="File with the PUK; " + _OR_PROMPT)
]
TransportKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--transport-key-file",
        metavar="FILE",
        help="File with the transport key of the card, 64 hex digits; for a simulated card "
        "the one that `sim new` made.",
    ),
]
IssuerPublicKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--issuer-public-key",
        metavar="FILE",
        envvar="TWINCARD_ISSUER",
        help="File with the issuer's public key: cards that this issuer has not certified "
        "get no PIN.",
    ),
]
Components = Annotated[
    list[str] | None,
    typer.Option(
        "--component",
        metavar="NUMBER=FILE",
        help="A component of the key group, from its file; a prompt asks for each that is missing.",
    ),
]
IssuerComponents = Annotated[
    list[str] | None,
    typer.Option(
        "--component",
        metavar="NUMBER=FILE",
        help="A component that the issuer sets, from its file; for NUMBER alone a prompt asks.",
    ),
]
To = Annotated[
    list[Path],
    typer.Option("--to", metavar="KEY", help=KEY_HELP),
]
InputFiles = Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files.")]
OutputPath = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="OUT",
        help="Where the result goes: a file, a folder, or '-' for standard output.",
    ),
]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="OUT", help="File for the result, or '-' for standard output."
    ),
]
SimulatedCard = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="The card's name, with or without sim: before it.",
        callback=lambda name: name.removeprefix("sim:"),
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for a confirmation.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what exists.")]
