"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twincard.ground.path_arguments import file_or_stream

READER_HELP = (
    "sim:NAME for a simulated card, or pcsc: followed by a reader's name, a unique part of it, or "
    "its index."
)
KEY_HELP = (
    "Recipient: the name of a contact, a file with a public key or certificate in PEM or DER, or a "
    "folder of such files."
)
_OR_PROMPT = ", or '-' for standard input. Default: prompt for it."

Reader = Annotated[str, typer.Option("--reader", "-r", metavar="READER", help=READER_HELP)]
Readers = Annotated[
    list[str],
    typer.Option(
        "--reader",
        "-r",
        metavar="READER",
        help="Card: sim:NAME, or pcsc: followed by a reader's name, a unique part of it, or its "
        "index. Each file is decrypted with the card that it names.",
    ),
]
ReaderOrNone = Annotated[
    str | None, typer.Option("--reader", "-r", metavar="READER", help=READER_HELP)
]
Original = Annotated[
    str, typer.Option("--original", metavar="READER", help="The original: " + READER_HELP)
]
Backup = Annotated[
    str, typer.Option("--backup", metavar="READER", help="The backup: " + READER_HELP)
]
PinFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--pin-file",
        metavar="FILE",
        parser=file_or_stream,
        help="File with the PIN, or '-' for standard input. Repeat it, in the order of the "
        "readers, for cards with different PINs. Default: prompt for it.",
    ),
]
PinFile = Annotated[
    Path | None,
    typer.Option(
        "--pin-file", metavar="FILE", parser=file_or_stream, help="File with the PIN" + _OR_PROMPT
    ),
]
BackupPinFile = Annotated[
    Path | None,
    typer.Option(
        "--backup-pin-file",
        metavar="FILE",
        parser=file_or_stream,
        help="File with the PIN of the backup, if it differs from the original's.",
    ),
]
SetPinFile = Annotated[
    Path | None,
    typer.Option(
        "--set-pin-file",
        metavar="FILE",
        parser=file_or_stream,
        help="File with the new PIN" + _OR_PROMPT,
    ),
]
PukFile = Annotated[
    Path | None,
    typer.Option(
        "--puk-file", metavar="FILE", parser=file_or_stream, help="File with the PUK" + _OR_PROMPT
    ),
]
_OR_SIMULATED = (
    " (64 hex digits). Default: for a simulated card, the file that `sim new` wrote; else prompt "
    "for it."
)
TransportKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--transport-key-file",
        metavar="FILE",
        parser=file_or_stream,
        help="File with the transport key of the card" + _OR_SIMULATED,
    ),
]
OriginalTransportKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--transport-key-file",
        metavar="FILE",
        parser=file_or_stream,
        help="File with the transport key of the original" + _OR_SIMULATED,
    ),
]
IssuerPublicKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--issuer-public-key",
        metavar="FILE",
        envvar="TWINCARD_ISSUER",
        help="File with the issuer's public key. Cards that this issuer has not certified are "
        "refused.",
    ),
]
Components = Annotated[
    list[str] | None,
    typer.Option(
        "--component",
        metavar="NUMBER=FILE",
        help="File with component NUMBER of the key group, or a picture of its QR code. Default: "
        "prompt for missing components.",
    ),
]
IssuerComponents = Annotated[
    list[str] | None,
    typer.Option(
        "--component",
        metavar="NUMBER=FILE",
        help="File with component NUMBER, which the issuer sets, or a picture of its QR code. With "
        "NUMBER alone, prompt for it.",
    ),
]
Scan = Annotated[
    bool,
    typer.Option(
        "--scan",
        help="At a prompt, take the QR code of the mailer from a scanner that types it.",
    ),
]
SignerCertificate = Annotated[
    Path | None,
    typer.Option(
        "--certificate",
        metavar="FILE",
        help="File with the certificate of the signature key, and those of its issuers. Default: "
        "those on the card.",
    ),
]
_TO = typer.Option("--to", metavar="KEY", help=KEY_HELP)
To = Annotated[list[str], _TO]
ToOrNone = Annotated[list[str] | None, _TO]
AnyDate = Annotated[
    bool,
    typer.Option("--any-date", help="Accept certificates that have expired or are not valid yet."),
]
Authorities = Annotated[
    list[Path] | None,
    typer.Option(
        "--trust",
        metavar="FILE",
        help="File or folder with certificates of authorities. Signers whom they certify are "
        "trusted.",
    ),
]
Signers = Annotated[
    list[str] | None,
    typer.Option(
        "--signer",
        metavar="WHO",
        help="File with the certificate of a signer to trust, whoever issued it, or with a chain "
        "that ends with it; or the name of a contact.",
    ),
]
TimeAuthorities = Annotated[
    list[Path] | None,
    typer.Option(
        "--timestamp-trust",
        metavar="FILE",
        help="File or folder with certificates of authorities for time-stamps. A certificate need "
        "then be valid only at the time of the time-stamp.",
    ),
]
InputFiles = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...", help="Input files, or '-' for standard input.", parser=file_or_stream
    ),
]
OutputPath = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="OUT",
        parser=file_or_stream,
        help="Output file or existing folder, or '-' for standard output. Default: a file beside "
        "each input file.",
    ),
]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="OUT",
        parser=file_or_stream,
        help="Output file, or '-' for standard output (the default).",
    ),
]
SimulatedCard = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="Name of the simulated card, with or without sim: in front.",
        callback=lambda name: name.removeprefix("sim:"),
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
SkipExisting = Annotated[
    bool,
    typer.Option(
        "--skip-existing",
        help="Leave output files that exist, without looking at them. Otherwise one that is not "
        "complete is an error.",
    ),
]
