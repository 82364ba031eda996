"""`twincard encrypt`: encrypts files to one or more keys, without a card."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file import batch
from twincard.cli.file.targets import (
    STANDARD_INPUT,
    Overwriting,
    check_standard_input,
    encrypted_output_for,
    output_paths,
    overwriting,
    source_of,
)
from twincard.cli.file.to import read_recipients
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import (
    AnyDate,
    Force,
    InputFiles,
    IssuerPublicKeyFile,
    Json,
    OutputPath,
    PinFile,
    ReaderOrNone,
    SignerCertificate,
    SkipExisting,
    ToOrNone,
)
from twincard.cli.terminal.output import Printer
from twincard.cms.recipients.identifiers import KeyIdentifier
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.encrypt import (
    FOLDER_SUFFIX,
    SUFFIX,
    encrypt_file,
    encrypt_folder,
)
from twincard.flows.files.finished import is_encryption_of
from twincard.ground.language import N_, _
from twincard.ground.path_arguments import is_folder
from twincard.results.files import EncryptedFiles, FileResult, RecipientInfo

_WORDS = batch.Words(
    N_("Files encrypted: {done}."), N_("Files encrypted: {done}; failed: {failed}.")
)


def encrypt(
    files: InputFiles,
    to: ToOrNone = None,
    archive: Annotated[
        bool,
        typer.Option(
            "--archive",
            help="Encrypt to the archive key of the card in --reader, instead of --to: only the "
            "card and its backup can decrypt, and only symmetric keys are used.",
        ),
    ] = False,
    sign: Annotated[
        bool,
        typer.Option(
            "--sign",
            help="Also sign with the signature key of the card in --reader. Only who can decrypt a "
            "file sees the signature.",
        ),
    ] = False,
    reader: ReaderOrNone = None,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    certificate: SignerCertificate = None,
    mail: Annotated[
        bool,
        typer.Option(
            "--for-mail",
            help="Write what the mail programs of the recipients read. Unless their certificates "
            "announce AES-GCM, tampering cannot be detected.",
        ),
    ] = False,
    any_date: AnyDate = False,
    output: OutputPath = None,
    force: Force = False,
    skip_existing: SkipExisting = False,
    json: Json = False,
) -> None:
    """Encrypt files, each into FILE.p7m. No card is needed.

    A folder is encrypted with all in it into FOLDER.tar.p7m, which does not show the names.

    A file is encrypted once for all its recipients. Of a chain of certificates, its end is the
    recipient; of a file with certificates of several people, all are.

    With --sign, which needs a card, `decrypt` names who signed.

    With --archive, which needs a card, files stay closed even to somebody who records everything
    and has a quantum computer in the future (see docs/security.md).
    """
    check_standard_input(files, pin_file, typed=True)
    if archive is bool(to):
        raise InputError(_("Give either --to or --archive."))
    if archive and (mail or any_date):
        raise InputError(_("--for-mail and --any-date are possible only with --to."))
    if sign and mail:
        raise InputError(_("--sign cannot be combined with --for-mail."))
    if (archive or sign) is (reader is None):
        raise InputError(_("Give --reader with --archive or --sign, and not otherwise."))
    if certificate is not None and not sign:
        raise InputError(_("--certificate is possible only with --sign."))
    people = read_recipients(to or [], any_date=any_date)
    recipients = [one.recipient for one in people]
    names = [
        file.resolve().name + FOLDER_SUFFIX if is_folder(file) else file.name + SUFFIX
        for file in files
    ]
    outputs = output_paths(files, names, output, json=json)
    existing = overwriting(force=force, skip_existing=skip_existing)

    def action(source: Path, target: Path, on_event: Listener[BytesEvent]) -> None:
        sink = encrypted_output_for(target, force=force)
        if is_folder(source):
            encrypt_folder(source, sink, recipients, mail=mail, on_event=on_event)
            return
        encrypt_file(source_of(source), sink, recipients, mail=mail, on_event=on_event)

    def is_done(source: Path, target: Path) -> bool:
        if sign:  # what is in it cannot be known
            return False
        to = archive_id if archive else recipients
        if to is None or is_folder(source):
            return False
        return is_encryption_of(target, source, to, mail=mail)

    def told(files: tuple[FileResult, ...]) -> EncryptedFiles:
        return EncryptedFiles(
            files,
            tuple(RecipientInfo(one.name, one.recipient.key.digest) for one in people),
        )

    opened: AbstractContextManager[batch.Action[None]] = nullcontext(action)
    piped = STANDARD_INPUT in files
    archive_id: KeyIdentifier | None = None
    if reader is not None and sign:
        from twincard.cli.file.signing import signing

        to_whom = None if archive else recipients
        opened = signing(
            reader,
            pin_file,
            issuer_public_key_file,
            to_whom,
            certificate,
            piped=piped,
            force=force,
        )
    elif reader is not None:
        from twincard.cli.file.archiving import archive_key, archiving

        if existing is Overwriting.REFUSE:
            archive_id = archive_key(reader, outputs)
        opened = archiving(reader, pin_file, issuer_public_key_file, piped=piped, force=force)
    batch.run(
        Printer(json),
        batch.Batch(
            _WORDS,
            files,
            outputs,
            opened,
            existing,
            is_done=is_done,
            told=told,
            recipients=[one.name for one in people],
        ),
    )
