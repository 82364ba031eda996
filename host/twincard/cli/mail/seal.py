"""`twincard mail seal`: makes an S/MIME message that only its recipients can read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twincard.cli.file.targets import (
    STANDARD_INPUT,
    STANDARD_OUTPUT,
    check_output,
    check_standard_input,
    output_for,
    source_of,
)
from twincard.cli.file.to import read_recipients
from twincard.cli.terminal import prompts
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import (
    AnyDate,
    Force,
    IssuerPublicKeyFile,
    Json,
    OutputFile,
    PinFile,
    ReaderOrNone,
    SignerCertificate,
    To,
)
from twincard.cli.terminal.output import Printer
from twincard.flows.mail import seal_draft, seal_message_file
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _, listed
from twincard.ground.path_arguments import file_or_stream
from twincard.mail.draft import Draft
from twincard.results.files import RecipientInfo
from twincard.results.mail import SealedMail

if TYPE_CHECKING:
    from twincard.cms.signed.signing import ContentSigner

_MAX_TEXT_BYTES = 1 << 20


def seal(
    to: To,
    message: Annotated[
        Path | None,
        typer.Argument(
            metavar="[MESSAGE]",
            parser=file_or_stream,
            help="A finished message (.eml) to encrypt, or '-' for standard input. Default: write "
            "one with the options below.",
        ),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option("--sender", metavar="ADDRESS", help="E-mail address of the sender."),
    ] = None,
    to_address: Annotated[
        list[str] | None,
        typer.Option(
            "--to-address",
            metavar="ADDRESS",
            help="E-mail address of a recipient.",
        ),
    ] = None,
    cc_address: Annotated[
        list[str] | None,
        typer.Option(
            "--cc-address",
            metavar="ADDRESS",
            help="E-mail address of somebody who gets a copy.",
        ),
    ] = None,
    subject: Annotated[
        str,
        typer.Option(
            "--subject", metavar="TEXT", help="Subject. It is encrypted; outside stands [...]."
        ),
    ] = "",
    text: Annotated[
        Path | None,
        typer.Option(
            "--text",
            metavar="FILE",
            parser=file_or_stream,
            help="File with the text, or '-' for standard input.",
        ),
    ] = None,
    attach: Annotated[
        list[Path] | None,
        typer.Option("--attach", metavar="FILE", help="File to attach."),
    ] = None,
    sign: Annotated[
        bool,
        typer.Option(
            "--sign",
            help="Also sign with the signature key of the card in --reader. Only who can decrypt "
            "the message sees the signature.",
        ),
    ] = False,
    reader: ReaderOrNone = None,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    certificate: SignerCertificate = None,
    authenticated: Annotated[
        bool,
        typer.Option(
            "--authenticated",
            help="Protect the message from tampering (AES-GCM). Many mail programs cannot read it.",
        ),
    ] = False,
    any_date: AnyDate = False,
    output: OutputFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Make an S/MIME message that only its recipients can read. No card is needed.

    With --sign, which needs a card, the recipients also see who wrote it.
    """
    target = output or STANDARD_OUTPUT
    check_output(target, force=force, json=json)
    written = (sender, to_address, cc_address, subject, text, attach)
    if sign is (reader is None):
        raise InputError(_("Give --reader with --sign, and not otherwise."))
    if certificate is not None and not sign:
        raise InputError(_("--certificate is possible only with --sign."))
    piped = STANDARD_INPUT in (message, text)
    if piped:
        check_standard_input([STANDARD_INPUT], pin_file, typed=True)
    draft: Draft | None = None
    if message is None:
        draft = _draft(sender, to_address, cc_address, subject, text, attach)
    elif any(written):
        raise InputError(
            _("A finished message has its sender, addresses, subject, text and files already.")
        )
    people = read_recipients(to, any_date=any_date)
    recipients = [one.recipient for one in people]
    out = Printer(json)
    sink = output_for(target, force=force)
    with (
        prompts.beside_data(piped),
        _signer(reader, pin_file, issuer_public_key_file, certificate) as signer,
        out.progress(_("message"), None) as progress,
    ):
        on_event = listener(out, progress)
        if draft is not None:
            seal_draft(
                draft,
                sink,
                recipients,
                signer=signer,
                authenticated=authenticated,
                on_event=on_event,
            )
        else:
            seal_message_file(
                source_of(message or STANDARD_INPUT),
                sink,
                recipients,
                signer=signer,
                authenticated=authenticated,
                on_event=on_event,
            )
    names = _("Recipients: {names}").format(names=listed(one.name for one in people))
    if target == STANDARD_OUTPUT:
        out.step(names)
        return
    told = _("The message was encrypted into {output}.").format(output=target)
    found = tuple(RecipientInfo(one.name, one.recipient.key.digest) for one in people)
    out.result(SealedMail(target, found), f"{told}\n{names}")


@contextmanager
def _signer(
    reader: str | None,
    pin_file: Path | None,
    issuer_public_key_file: Path | None,
    certificate: Path | None,
) -> Iterator[ContentSigner | None]:
    """The signature key of the card in --reader, unlocked; None without a reader."""
    if reader is None:
        yield None
        return
    from twincard.cli.file.certificates import read_certificates
    from twincard.cli.terminal.pins import unlocked
    from twincard.flows.files.sign import card_signer, check_signature_key

    given = [] if certificate is None else read_certificates(certificate)
    with unlocked(reader, pin_file, issuer_public_key_file, check_signature_key) as user:
        yield card_signer(user.card, given, pin=user.pin)


def _draft(
    sender: str | None,
    to_address: list[str] | None,
    cc_address: list[str] | None,
    subject: str,
    text: Path | None,
    attach: list[Path] | None,
) -> Draft:
    if sender is None or not to_address:
        raise InputError(
            _(
                "Give the e-mail addresses with --sender and --to-address, or a finished message "
                "(.eml)."
            )
        )
    return Draft(
        sender,
        tuple(to_address),
        tuple(cc_address or ()),
        subject,
        None if text is None else _text(text),
        tuple(attach or ()),
    )


def _text(path: Path) -> str:
    if path == STANDARD_INPUT:
        content: bytes | None = sys.stdin.buffer.read(_MAX_TEXT_BYTES + 1)
    else:
        content = read_bounded(path, _MAX_TEXT_BYTES)
    if content is None or len(content) > _MAX_TEXT_BYTES:
        raise InputError(_("The text is longer than 1 MiB. Attach it as a file with --attach."))
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError(
            _("{path} is not text in UTF-8. Attach it as a file with --attach.").format(path=path)
        ) from None
