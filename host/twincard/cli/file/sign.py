"""`twincard sign`: signs files with a card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file import batch
from twincard.cli.file.certificates import read_certificates
from twincard.cli.file.targets import (
    STANDARD_INPUT,
    Overwriting,
    check_standard_input,
    output_for,
    output_paths,
    overwriting,
    source_of,
)
from twincard.cli.terminal import prompts
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import (
    Force,
    InputFiles,
    IssuerPublicKeyFile,
    Json,
    OutputPath,
    PinFile,
    Reader,
    SignerCertificate,
    SkipExisting,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import unlocked
from twincard.cms.signed.signing import ContentSigner, TimeStamper
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.sign import (
    ATTACHED_SUFFIX,
    DETACHED_SUFFIX,
    card_signer,
    check_signature_key,
    is_signed,
    sign_file,
)
from twincard.flows.files.time_stamping import TimeStampUrlError, time_stamper
from twincard.ground.language import N_, told_by
from twincard.ground.unfinished import PRIVATE_MODE

_WORDS = batch.Words(N_("Files signed: {done}."), N_("Files signed: {done}; failed: {failed}."))
_PUBLIC_MODE = 0o644

TimeStampUrl = Annotated[
    str | None,
    typer.Option(
        "--timestamp",
        metavar="URL",
        help="Add a time-stamp from the RFC 3161 authority at this address. It learns a hash of "
        "the signature only.",
    ),
]


def sign(
    files: InputFiles,
    reader: Reader,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    attached: Annotated[
        bool,
        typer.Option(
            "--attached",
            help="Make a signed message that contains the file (FILE.p7m), instead of a signature "
            "to keep beside it.",
        ),
    ] = False,
    timestamp: TimeStampUrl = None,
    certificate: SignerCertificate = None,
    output: OutputPath = None,
    force: Force = False,
    skip_existing: SkipExisting = False,
    json: Json = False,
) -> None:
    """Sign files with the signature key of a card, each into FILE.p7s.

    FILE stays as it is; keep FILE.p7s with it. Each card of a pair has its own signature key, which
    never leaves the card.
    """
    check_standard_input(files, pin_file)
    ending = ATTACHED_SUFFIX if attached else DETACHED_SUFFIX
    outputs = output_paths(files, [file.name + ending for file in files], output, json=json)
    existing = overwriting(force=force, skip_existing=skip_existing)
    stamper = time_stamper_of(timestamp)
    given = [] if certificate is None else read_certificates(certificate)
    mode = PRIVATE_MODE if attached else _PUBLIC_MODE

    @contextmanager
    def opened() -> Iterator[batch.Action[None]]:
        with (
            prompts.beside_data(STANDARD_INPUT in files),
            unlocked(reader, pin_file, issuer_public_key_file, check_signature_key) as user,
        ):
            signer = card_signer(user.card, given, pin=user.pin, time_stamper=stamper)

            def action(source: Path, target: Path, on_event: Listener[BytesEvent]) -> None:
                if _is_done(signer, source, target, existing, attached=attached):
                    return
                sink = output_for(target, force=existing is Overwriting.FORCE, mode=mode)
                sign_file(signer, source_of(source), sink, attached=attached, on_event=on_event)

            yield action

    batch.run(Printer(json), batch.Batch(_WORDS, files, outputs, opened(), existing))


def _is_done(
    signer: ContentSigner,
    source: Path,
    target: Path,
    existing: Overwriting,
    *,
    attached: bool,
) -> bool:
    if existing is not Overwriting.REFUSE or STANDARD_INPUT in (source, target):
        return False
    return target.exists() and is_signed(signer, source, target, attached=attached)


def time_stamper_of(url: str | None) -> TimeStamper | None:
    """The authority of --timestamp. Raises InputError."""
    if url is None:
        return None
    try:
        return time_stamper(url)
    except TimeStampUrlError as error:
        raise InputError(told_by(error)) from None
