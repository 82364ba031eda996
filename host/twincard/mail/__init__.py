"""S/MIME mail (RFC 8551): sealed for recipients, and opened, in constant memory.

`seal` and `seal_message` need public keys only; `open_mail` needs an Opener for what is encrypted.
All functions raise FilesError, and pass on what the holder of the key raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.mail.draft import Draft
    from twincard.mail.errors import (
        DraftError,
        NotMailError,
    )
    from twincard.mail.opening import OpenedMail, Signature, open_mail
    from twincard.mail.reading import Attachment, Content
    from twincard.mail.sealing import seal, seal_message

__all__ = [
    "Attachment",
    "Content",
    "Draft",
    "DraftError",
    "NotMailError",
    "OpenedMail",
    "Signature",
    "open_mail",
    "seal",
    "seal_message",
]

__getattr__ = exports(__name__)
