"""`twincard mail open`: shows an S/MIME message, and saves its attachments."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file.signatures import trust_of
from twincard.cli.file.targets import STANDARD_INPUT, check_standard_input, source_of
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_key
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import (
    READER_HELP,
    Authorities,
    IssuerPublicKeyFile,
    Json,
    PinFile,
    Signers,
)
from twincard.cli.terminal.output import Printer, aligned
from twincard.cli.terminal.pins import unlocked
from twincard.flows.files.opener import CardOpener
from twincard.flows.mail import open_mail_file
from twincard.ground.control_characters import visible
from twincard.ground.language import _, listed, plural
from twincard.ground.path_arguments import file_or_stream
from twincard.mail.opening import OpenedMail
from twincard.mail.signatures import SignatureState
from twincard.results import mail as results
from twincard.results.failure import ExitCode


def open_(
    message: Annotated[
        Path,
        typer.Argument(
            metavar="MESSAGE",
            parser=file_or_stream,
            help="A message (.eml), an encrypted part of one (.p7m), or '-' for standard input.",
        ),
    ],
    reader: Annotated[
        str | None,
        typer.Option("--reader", "-r", metavar="READER", help=READER_HELP),
    ] = None,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    authorities: Authorities = None,
    signers: Signers = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="DIR",
            help="Folder to save the attachments in; it is created. No file is ever replaced.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show an S/MIME message: fields, text and attachments, and whether it is authentic.

    HTML is never rendered, and nothing is fetched from the network. If the signature is wrong, or
    with --trust or --signer not there or not trusted, nothing is saved, and the exit code is 9.
    """
    check_standard_input([message], pin_file)
    trust = trust_of(authorities, signers)
    out = Printer(json)
    if save is not None:
        _make_folder(save)
    with (
        prompts.beside_data(message == STANDARD_INPUT),
        ExitStack() as stack,
        out.progress(message.name, None) as progress,
    ):

        def opener() -> CardOpener:
            if reader is None:
                raise InputError(
                    _("The message is encrypted. Give the card that opens it with --reader.")
                )
            user = stack.enter_context(
                unlocked(reader, pin_file, issuer_public_key_file, check_key)
            )
            return CardOpener(user.card, user.pin)

        opened = open_mail_file(
            source_of(message),
            opener,
            trust=trust,
            save=save,
            on_event=listener(out, progress),
        )
    out.result(_result(opened), _text(opened))
    if opened.signature.fails(trust):
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(_("{path} is not a folder.").format(path=folder))
    folder.mkdir(mode=0o700, exist_ok=True)


def _result(opened: OpenedMail) -> results.OpenedMail:
    content = opened.content
    return results.OpenedMail(
        tuple(results.MailField(*field) for field in content.fields),
        content.protected,
        opened.outer_sender,
        opened.decrypted is not None,
        opened.sender_confirmed,
        opened.unchanged,
        opened.signature.state.name.lower(),
        opened.signature.reason,
        opened.signature.signers,
        opened.signed_outside,
        content.text,
        content.shortened,
        tuple(
            results.MailAttachment(one.name, one.content_type, one.size, one.path)
            for one in content.attachments
        ),
        opened.other_parts,
    )


def _text(opened: OpenedMail) -> str:
    """What can be trusted stands first, where nothing in the message can imitate it."""
    content = opened.content
    lines = [trust_line(opened), *_warnings(opened), ""]
    fields = [(f"{name}:", visible(value)) for name, value in content.fields]
    lines += [aligned(fields)] if fields else []
    lines += ["", content.text.expandtabs().rstrip("\n")]
    if content.shortened:
        lines += ["", _("[The text is longer. Save the parts with --save to read it whole.]")]
    if content.attachments:
        lines += ["", _("Attachments:")]
    for one in content.attachments:
        size = plural("{count} byte", "{count} bytes", one.size).format(count=one.size)
        saved = "" if one.path is None else f" → {visible(str(one.path))}"
        lines.append(f"  {one.name} ({visible(one.content_type)}, {size}){saved}")
    return "\n".join(map(str, lines))


def trust_line(opened: OpenedMail) -> str:
    """One line on who signed, and whether what was read is authentic."""
    signature = opened.signature
    signers = listed(visible(one) for one in signature.signers)
    if signature.state is SignatureState.VALID:
        if opened.decrypted is None:
            return _("Authentic, but not encrypted: signed by {signers}.").format(signers=signers)
        return _("Authentic: signed by {signers}.").format(signers=signers)
    if signature.state is SignatureState.WRONG:
        return _("Unauthenticated: THE SIGNATURE IS WRONG. {reason}").format(
            reason=visible(signature.reason or "")
        )
    if signature.state is SignatureState.UNKNOWN_SIGNER:
        told = _(
            "Unauthenticated: signed by {signers}, but no certificate that you trust confirms that."
        )
        return told.format(signers=signers)
    if opened.unchanged:
        return _("Encrypted and unchanged since, but not signed: anybody may have written it.")
    if opened.decrypted is not None:
        return _(
            "Unauthenticated: encrypted, but not signed. Anybody may have written or changed it."
        )
    return _(
        "Unauthenticated: neither encrypted nor signed. Anybody may have read, written or changed "
        "it."
    )


def _warnings(opened: OpenedMail) -> list[str]:
    content = opened.content
    warnings = []
    if opened.signature.state is SignatureState.VALID and not opened.sender_confirmed:
        warnings.append(_("The certificate of the signer does not name the sender's address."))
    if opened.signature.state is SignatureState.UNKNOWN_SIGNER:
        warnings.append(
            _("To check it, give an authority's certificate with --trust, or one with --signer.")
        )
    if opened.signed_outside:
        warnings.append(
            _("{signers} signed it after it was encrypted, perhaps without knowing it.").format(
                signers=listed(visible(one) for one in opened.signed_outside)
            )
        )
    protects = opened.decrypted is not None or opened.signature.state is not SignatureState.NONE
    if protects and content.fields and not content.protected:
        warnings.append(
            _("The fields below are from outside: anybody may have read or changed them.")
        )
    if opened.outer_sender is not None:
        warnings.append(
            _("The outside of the message names another sender: {sender}").format(
                sender=visible(opened.outer_sender)
            )
        )
    if opened.other_parts:
        warnings.append(
            plural(
                "{count} part around the protected one is not shown.",
                "{count} parts around the protected one are not shown.",
                opened.other_parts,
            ).format(count=opened.other_parts)
        )
    return warnings
