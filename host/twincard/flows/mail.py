"""Mail sealed from files, and opened with whatever holds the key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path

from twincard.cms.framing.output import Output
from twincard.cms.recipients.infos import Opener, Recipient
from twincard.cms.signed.signing import ContentSigner
from twincard.cms.signed.trust import Trust
from twincard.flows.events import BytesEvent, Listener, counting, ignore
from twincard.flows.files.encrypt import Source, name_of, open_source
from twincard.mail.draft import Draft
from twincard.mail.opening import OpenedMail, open_mail
from twincard.mail.sealing import seal, seal_message


def seal_draft(
    draft: Draft,
    output: Output,
    recipients: Sequence[Recipient],
    *,
    signer: ContentSigner | None = None,
    authenticated: bool = False,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Make an encrypted message of a draft; with a `signer`, such as `card_signer(card)`, signed.

    Raises FilesError, CardError, TransportError.
    """
    progress = counting(on_event, Path("-"))
    with output as sink:
        seal(
            draft,
            sink,
            recipients,
            signer=signer,
            authenticated=authenticated,
            progress=progress,
        )


def seal_message_file(
    source: Source,
    output: Output,
    recipients: Sequence[Recipient],
    *,
    signer: ContentSigner | None = None,
    authenticated: bool = False,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Make an encrypted message of a finished one. Otherwise as `seal_draft`."""
    progress = counting(on_event, name_of(source))
    with output as sink, open_source(source) as stream:
        seal_message(
            stream,
            sink,
            recipients,
            signer=signer,
            authenticated=authenticated,
            progress=progress,
        )


def open_mail_file(
    source: Source,
    opener: Callable[[], Opener],
    *,
    trust: Trust | None = None,
    save: str | PathLike[str] | None = None,
    on_event: Listener[BytesEvent] = ignore,
) -> OpenedMail:
    """Open a message, and save its attachments to a folder.

    `opener`, such as `lambda: CardOpener(card)`, is asked for if the message is encrypted. `trust`
    says whose signatures are believed. Raises FilesError, CardError, TransportError.
    """
    progress = counting(on_event, name_of(source))
    with open_source(source) as stream:
        return open_mail(stream, opener, trust=trust, save=save, progress=progress)
