"""`twincard decrypt`: decrypts files with a card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from twincard.cli.file import batch
from twincard.cli.file.several_cards import CardChooser, pin_files_for
from twincard.cli.file.targets import (
    STANDARD_INPUT,
    STANDARD_OUTPUT,
    check_standard_input,
    output_paths,
    overwriting,
    result_for,
    source_of,
)
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_key
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import (
    Authorities,
    Force,
    InputFiles,
    IssuerPublicKeyFile,
    Json,
    OutputPath,
    PinFiles,
    Readers,
    Signers,
    SkipExisting,
    TimeAuthorities,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import Unlocked, unlocked
from twincard.cms.signed.verified_output import VerifiedOutput
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import FOLDER_SUFFIX, SUFFIX, Source
from twincard.flows.files.unpacking import FolderOutput
from twincard.ground.language import N_, _
from twincard.results.files import DecryptedFile, DecryptedFiles, FileResult
from twincard.results.signatures import SignatureInfo

if TYPE_CHECKING:
    from twincard.cms.signed.trust import Trust

_WORDS = batch.Words(
    N_("Files decrypted: {done}."), N_("Files decrypted: {done}; failed: {failed}.")
)
# A name without its suffix must not be empty, this folder or its parent.
_NO_NAMES = ("", ".", "..")


class _Opened(NamedTuple):
    """What is known of a file that was decrypted."""

    authenticated: bool
    signatures: tuple[SignatureInfo, ...]


def decrypt(
    files: InputFiles,
    readers: Readers,
    pin_files: PinFiles = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    output: OutputPath = None,
    mail: Annotated[
        bool,
        typer.Option(
            "--unauthenticated",
            help="Also decrypt files without authentication, such as mail (AES-CBC). "
            "Tampering with them cannot be detected.",
        ),
    ] = False,
    tar: Annotated[
        bool,
        typer.Option(
            "--tar", help="Of FOLDER.tar.p7m, write the archive FOLDER.tar instead of the folder."
        ),
    ] = False,
    authorities: Authorities = None,
    signers: Signers = None,
    time_authorities: TimeAuthorities = None,
    force: Force = False,
    skip_existing: SkipExisting = False,
    json: Json = False,
) -> None:
    """Decrypt files with an original or a backup.

    FILE.p7m is decrypted to FILE, and FOLDER.tar.p7m to a folder. The output appears only after
    all of it has been checked.

    Of a file that was signed before it was encrypted, the signature must be right; the command
    prints who signed. With --signer or --trust, all files must be signed by somebody whom you
    trust.
    """
    out = Printer(json)
    trust, time_trust = _trust_in(authorities, signers, time_authorities)
    pins = pin_files_for(readers, pin_files or [])
    for pin_file in set(pins):
        check_standard_input(files, pin_file)
    names = [_plain_name(file, output, tar=tar) for file in files]
    outputs = output_paths(files, names, output, json=json)
    existing = overwriting(force=force, skip_existing=skip_existing)

    def opened_with(
        user: Unlocked, source: Source, paths: tuple[Path, Path], on_event: Listener[BytesEvent]
    ) -> _Opened:
        file, target = paths
        inner = (
            FolderOutput(target)
            if not tar and _is_folder(file) and target != STANDARD_OUTPUT
            else result_for(target, existing)
        )
        sink = VerifiedOutput(inner, trust, time_trust=time_trust)
        found = decrypt_file(user.card, source, sink, pin=user.pin, mail=mail, on_event=on_event)
        return _Opened(found.authenticated, _told_signatures(out, file, sink))

    @contextmanager
    def opened() -> Iterator[batch.Action[_Opened]]:
        with prompts.beside_data(STANDARD_INPUT in files):
            if len(readers) == 1:
                with unlocked(readers[0], pins[0], issuer_public_key_file, check_key) as user:
                    yield lambda file, target, on_event: opened_with(
                        user, source_of(file), (file, target), on_event
                    )
                return
            sources = {file: source_of(file) for file in files}
            with CardChooser.opened(sources, readers, pins, issuer_public_key_file) as cards:
                yield lambda file, target, on_event: cards.open(
                    file,
                    lambda source, user: opened_with(user, source, (file, target), on_event),
                )

    def result(found: FileResult, opened: _Opened | None) -> DecryptedFile:
        return DecryptedFile(
            found.file,
            found.output,
            found.error,
            None if opened is None else opened.authenticated,
            None if opened is None else opened.signatures,
            existing=found.existing,
        )

    batch.run(
        out,
        batch.Batch(_WORDS, files, outputs, opened(), existing, told=DecryptedFiles, result=result),
    )


def _trust_in(
    authorities: list[Path] | None, signers: list[str] | None, time_authorities: list[Path] | None
) -> tuple[Trust | None, Trust | None]:
    if not authorities and not signers and not time_authorities:
        return None, None
    from twincard.cli.file.signatures import trust_of

    return trust_of(authorities, signers), trust_of(time_authorities, None)


def _told_signatures(out: Printer, file: Path, sink: VerifiedOutput) -> tuple[SignatureInfo, ...]:
    """The signatures for the result; people are told whose they are."""
    if not sink.signatures:
        return ()
    from twincard.cli.file.signatures import sentence_of, signature_info

    if not out.as_json:
        for one in sink.signatures:
            out.note(sentence_of(file, one))
    return tuple(map(signature_info, sink.signatures))


def _is_folder(file: Path) -> bool:
    """Whether it is an encrypted folder, by its name."""
    name = file.name.lower()
    return name.endswith(FOLDER_SUFFIX) and name[: -len(FOLDER_SUFFIX)] not in _NO_NAMES


def _plain_name(file: Path, output: Path | None, *, tar: bool) -> str:
    name = file.name
    if not tar and _is_folder(file):
        return name[: -len(FOLDER_SUFFIX)]
    if name.lower().endswith(SUFFIX) and name[: -len(SUFFIX)] not in _NO_NAMES:
        return name[: -len(SUFFIX)]
    if output is None and file != STANDARD_INPUT:
        raise InputError(
            _(
                "The name of {file} does not end in {suffix}. Give the output file with --out."
            ).format(file=file, suffix=SUFFIX)
        )
    return file.name
