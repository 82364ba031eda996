"""`twincard verify`: verifies signatures of files, without a card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file.signatures import name_of, sentence_of, signature_info, trust_of
from twincard.cli.file.targets import (
    STANDARD_INPUT,
    STANDARD_OUTPUT,
    check_output,
    check_standard_input,
    output_for,
    source_of,
)
from twincard.cli.terminal.errors import InputError, describe
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import Authorities, Force, Json, Signers, TimeAuthorities
from twincard.cli.terminal.output import Printer
from twincard.cms.errors import AlteredError, NotVerifiedError, UnsupportedError
from twincard.cms.signed.verification import Signature
from twincard.flows.files.sign import ATTACHED_SUFFIX, DETACHED_SUFFIX, verify_file
from twincard.ground.language import _
from twincard.ground.path_arguments import file_or_stream
from twincard.results.failure import ExitCode
from twincard.results.signatures import VerifiedFile


def verify(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The signed file, or FILE.p7m, a message that contains it."
        ),
    ],
    signature: Annotated[
        Path | None,
        typer.Argument(metavar="[SIGNATURE]", help="Its signature. Default: FILE.p7s."),
    ] = None,
    authorities: Authorities = None,
    signers: Signers = None,
    time_authorities: TimeAuthorities = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            parser=file_or_stream,
            help="Write what a signed message contains to OUT, or to standard output for '-', once "
            "it is verified.",
        ),
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Verify the signature of a file. No card is needed.

    FILE must be as it was signed, by somebody whom you trust: give the certificate of the signer,
    or of an authority. The command prints who signed. If anything is wrong, it exits with code 9.
    Whether a certificate was revoked is not looked up.
    """
    trust = trust_of(authorities, signers)
    if trust is None:
        raise InputError(
            _(
                "Anybody can sign a file. Give the certificate of the signer with --signer, or "
                "of an authority with --trust."
            )
        )
    time_trust = trust_of(time_authorities, None)
    file, signature = _which(file, signature)
    _check_files(file, signature, output, force=force, json=json)
    out = Printer(json)
    found: Sequence[Signature] = ()
    error: str | None = None
    try:
        with out.progress(file.name, None) as progress:
            found = verify_file(
                source_of(file),
                trust,
                signature=signature,
                output=None if output is None else output_for(output, force=force),
                time_trust=time_trust,
                on_event=listener(out, progress),
            )
    except (NotVerifiedError, AlteredError, UnsupportedError) as failure:
        error = describe(failure).sentence
    told = VerifiedFile(
        file,
        signature,
        None if error else output,
        error is None,
        error,
        tuple(map(signature_info, found)),
    )
    _tell(out, told, found, beside_content=output == STANDARD_OUTPUT)


def _which(file: Path, signature: Path | None) -> tuple[Path, Path | None]:
    """The signed file and its detached signature; their names alone decide which is which."""
    name = file.name.lower()
    if signature is not None or file == STANDARD_INPUT or name.endswith(ATTACHED_SUFFIX):
        return file, signature
    if name.endswith(DETACHED_SUFFIX):
        return file.with_name(file.name[: -len(DETACHED_SUFFIX)]), file
    return file, file.with_name(file.name + DETACHED_SUFFIX)


def _check_files(
    file: Path, signature: Path | None, output: Path | None, *, force: bool, json: bool
) -> None:
    if signature is not None and output is not None:
        raise InputError(_("A detached signature contains nothing to write. Leave out --out."))
    if signature == STANDARD_INPUT:
        raise InputError(_("The signature cannot come from standard input. Give its file."))
    check_standard_input([file])
    check_output(output, force=force, json=json)


def _tell(
    out: Printer, told: VerifiedFile, found: Sequence[Signature], *, beside_content: bool
) -> None:
    text = "\n".join(sentence_of(told.file, one) for one in found)
    if told.error is not None:
        text = _("{file}: NOT VERIFIED. {reason}").format(
            file=name_of(told.file), reason=told.error
        )
    if beside_content:
        out.note(text)
    else:
        out.result(told, text)
    if not told.verified:
        raise typer.Exit(ExitCode.CHECK_FAILED)
