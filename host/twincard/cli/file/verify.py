"""`twincard verify`: verifies signatures of files, without a card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.hashes import SHA256

from twincard.cli.file.certificates import read_certificates, trusted_certificates
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
from twincard.cli.terminal.options import Force, Json
from twincard.cli.terminal.output import Printer
from twincard.cms.errors import AlteredError, NotVerifiedError, UnsupportedError
from twincard.cms.signed.names import mails_of
from twincard.cms.signed.trust import Trust
from twincard.cms.signed.verification import Signature, TimeStamp
from twincard.flows.files.sign import ATTACHED_SUFFIX, DETACHED_SUFFIX, verify_file
from twincard.ground.language import _
from twincard.results.failure import ExitCode
from twincard.results.signatures import SignatureInfo, TimeStampInfo, VerifiedFile

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
    list[Path] | None,
    typer.Option(
        "--signer",
        metavar="FILE",
        help="File with the certificate of a signer to trust, whoever issued it.",
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
    trust = _trust(authorities, signers)
    time_trust = Trust(trusted_certificates(time_authorities)) if time_authorities else None
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


def signature_info(found: Signature) -> SignatureInfo:
    """A signature, for programs."""
    stamp, time = found.time_stamp, found.signing_time
    return SignatureInfo(
        found.signer,
        mails_of(found.certificate),
        found.certificate.fingerprint(SHA256()),
        f"{found.certificate.serial_number:x}",
        None if time is None else time.isoformat(),
        None
        if stamp is None
        else TimeStampInfo(stamp.time.isoformat(), stamp.authority, stamp.trusted),
    )


def _trust(authorities: list[Path] | None, signers: list[Path] | None) -> Trust:
    trust = trust_of(authorities, signers)
    if trust is None:
        raise InputError(
            _(
                "Anybody can sign a file. Give the certificate of the signer with --signer, or "
                "of an authority with --trust."
            )
        )
    return trust


def trust_of(authorities: list[Path] | None, signers: list[Path] | None) -> Trust | None:
    """What --trust and --signer name; None if neither is given. Raises InputError, OSError."""
    if not authorities and not signers:
        return None
    known = [one for path in signers or () for one in read_certificates(path)[:1]]
    return Trust(trusted_certificates(authorities or ()), tuple(known))


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
    text = "\n".join(_sentence(told.file, one) for one in found)
    if told.error is not None:
        text = _("{file}: NOT VERIFIED. {reason}").format(file=_name(told.file), reason=told.error)
    if beside_content:
        out.note(text)
    else:
        out.result(told, text)
    if not told.verified:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _sentence(file: Path, found: Signature) -> str:
    told = _("{file}: valid signature of {signer}, {when}")
    return told.format(file=_name(file), signer=found.signer, when=_when(found))


def _when(found: Signature) -> str:
    stamp = found.time_stamp
    if stamp is not None and stamp.trusted:
        return _("time-stamped {time} by {authority}").format(
            time=_text(stamp.time), authority=stamp.authority
        )
    if found.signing_time is None:
        claimed = _("at an unknown time")
    else:
        claimed = _("made {time} by the signer's clock").format(time=_text(found.signing_time))
    return claimed if stamp is None else f"{claimed}; {_unchecked(stamp)}"


def _unchecked(stamp: TimeStamp) -> str:
    return _("its time-stamp of {time} is not by an authority of --timestamp-trust").format(
        time=_text(stamp.time)
    )


def _text(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _name(file: Path) -> str:
    return _("Standard input") if file == STANDARD_INPUT else str(file)
