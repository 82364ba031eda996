"""Messages for tests: made by the standard library, sealed for keys in software."""

from __future__ import annotations

import base64
import io
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from tests.cms.software_key import SoftwareKey, decrypted, encrypted

from twincard.mail import Draft, OpenedMail, open_mail, seal

HEAD = b"From: bob@example.org\r\nTo: alice@example.org\r\nSubject: [...]\r\nMIME-Version: 1.0\r\n"
SMIME = (
    b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
)


def draft(**changes: object) -> Draft:
    """A short message from Bob to Alice."""
    fields: dict[str, object] = {
        "sender": "Bob <bob@example.org>",
        "to": ["Alice <alice@example.org>"],
        "subject": "The plan",
        "text": "Dear Alice\n",
    }
    return Draft(**fields | changes)  # type: ignore[arg-type]


def sealed(message: Draft, *keys: SoftwareKey, authenticated: bool = False) -> bytes:
    """The sealed message."""
    sink = io.BytesIO()
    seal(message, sink, [key.recipient for key in keys], authenticated=authenticated)
    return sink.getvalue()


def around(content: bytes, key: SoftwareKey, *, mail: bool = True, head: bytes = HEAD) -> bytes:
    """A message whose encrypted content is this."""
    return head + smime_part(content, key, mail=mail)


def smime_part(content: bytes, key: SoftwareKey, *, mail: bool = True) -> bytes:
    """The part with this encrypted content: its fields and its body."""
    return SMIME + base64.encodebytes(encrypted(content, key, mail=mail)).replace(b"\n", b"\r\n")


def opened(message: bytes, key: SoftwareKey) -> OpenedMail:
    """The message as its reader opens it."""
    return open_mail(io.BytesIO(message), lambda: key)


def inside(message: bytes, key: SoftwareKey) -> EmailMessage:
    """What is encrypted, as the standard library reads it."""
    outer = message_from_bytes(message, policy=SMTP)
    content = message_from_bytes(decrypted(outer.get_content(), key), policy=SMTP)
    assert isinstance(content, EmailMessage)
    return content
