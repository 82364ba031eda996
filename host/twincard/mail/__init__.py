"""S/MIME mail (RFC 8551): sealed for recipients, and opened, in constant memory.

`seal` and `seal_message` need public keys only; `open_mail` needs an Opener for what is encrypted;
`send` hands a message to a server. `rewrite_messages` replaces the encrypted parts in mailboxes.
All functions raise FilesError, `send` also SendError, and pass on what the holder of the key
raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.mail.draft import Draft
    from twincard.mail.errors import (
        DraftError,
        MailboxLockedError,
        NotMailError,
        SendError,
    )
    from twincard.mail.opening import OpenedMail, open_mail
    from twincard.mail.reading import Attachment, Content
    from twincard.mail.rewriting import PartResult, Rewrite, read_messages, rewrite_messages
    from twincard.mail.sealing import seal, seal_message
    from twincard.mail.signatures import SignatureCheck, SignatureState
    from twincard.mail.submission import (
        MailServer,
        RefusedByServerError,
        Sent,
        UnreachableServerError,
        UnsettledSendError,
        WrongPasswordError,
        send,
    )

__all__ = [
    "Attachment",
    "Content",
    "Draft",
    "DraftError",
    "MailServer",
    "MailboxLockedError",
    "NotMailError",
    "OpenedMail",
    "PartResult",
    "RefusedByServerError",
    "Rewrite",
    "SendError",
    "Sent",
    "SignatureCheck",
    "SignatureState",
    "UnreachableServerError",
    "UnsettledSendError",
    "WrongPasswordError",
    "open_mail",
    "read_messages",
    "rewrite_messages",
    "seal",
    "seal_message",
    "send",
]

__getattr__ = exports(__name__)
