"""Makes S/MIME messages (RFC 8551) of a draft, or of a finished message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeVar

from twincard.cms.content.cipher import CipherMode
from twincard.cms.content.encryption import MessageWriter
from twincard.cms.framing.source import Progress, Readable, Writable
from twincard.cms.recipients.infos import Recipient
from twincard.cms.recipients.mail import mail_cipher
from twincard.cms.signed.signing import ContentSigner, SignedWriter
from twincard.ground.language import _
from twincard.mail import entity
from twincard.mail.draft import Draft, content_of, header_of, with_parameter
from twincard.mail.errors import NotMailError
from twincard.mail.header import Header, read_header
from twincard.mail.protection import inner_fields, is_structural, outer_fields
from twincard.mail.scanner import Scanner
from twincard.mail.transfer import Base64Output, lines_with_crlf, with_crlf

_Finished = TypeVar("_Finished", Base64Output, MessageWriter, SignedWriter)
_READ_AHEAD_BYTES = 1 << 20
_HP = b'hp="cipher"'
_OLD_HP = re.compile(rb';\s*hp\s*=\s*("[^"]*"|[^;\s]*)', re.IGNORECASE)
_NO_TYPE = b"Content-Type: text/plain; charset=us-ascii\r\n"


def seal(
    draft: Draft,
    sink: Writable,
    recipients: Sequence[Recipient],
    *,
    signer: ContentSigner | None = None,
    authenticated: bool = False,
    progress: Progress | None = None,
) -> None:
    """Writes a message that only the recipients can read, and signs it inside with a `signer`.

    As their mail programs need it: without authentication, unless all their certificates announce
    AES-GCM, or `authenticated` asks for it. Files are read while the message is written. Subject
    and other fields are protected inside (RFC 9788). Raises DraftError, SourceError, TooLargeError,
    ValueError without recipients, and what the sink raises.
    """
    header = header_of(draft)
    fields, body = content_of(draft)
    sealed = _Sealed(
        sink,
        header,
        fields,
        recipients,
        signer=signer,
        authenticated=authenticated,
        body_length=entity.length(body),
    )
    entity.write(body, _Counted(sealed.content, progress))
    sealed.finish()


def seal_message(
    source: Readable,
    sink: Writable,
    recipients: Sequence[Recipient],
    *,
    signer: ContentSigner | None = None,
    authenticated: bool = False,
    progress: Progress | None = None,
) -> None:
    """The same for a finished message (`.eml`), whose body is encrypted as it is.

    Its lines may end with LF or CRLF. Bcc stays outside, where `send` removes it. Raises
    NotMailError, and otherwise as `seal`.
    """
    scanner = Scanner(source)
    header = read_header(scanner)
    if not header.fields:
        raise NotMailError(_("This is not a mail message: it does not begin with a header."))
    body: Iterable[bytes] = scanner.body(())
    if header.encoding != "binary":
        body = lines_with_crlf(body)
    elif header.line_end != b"\r\n":
        raise NotMailError(
            _("The message is binary, but its lines do not end with CRLF, so it was left.")
        )
    structural = [one.raw for one in header.fields if is_structural(one.name)]
    fields = [with_crlf(raw) for raw in structural if not raw.lower().startswith(b"mime-version")]
    body, length = _measured(body)
    sealed = _Sealed(
        sink,
        header,
        fields,
        recipients,
        signer=signer,
        authenticated=authenticated,
        body_length=length,
    )
    done = _Counted(sealed.content, progress)
    for piece in body:
        done.write(piece)
    sealed.finish()


class _Sealed:
    """The message around the encrypted content: its header, and base64."""

    def __init__(
        self,
        sink: Writable,
        header: Header,
        fields: Iterable[bytes],
        recipients: Sequence[Recipient],
        *,
        signer: ContentSigner | None,
        authenticated: bool,
        body_length: int | None,
    ) -> None:
        """Writes both headers. `fields` are those about the body, which goes to `content`.

        If the length of the body is known, the message is DER, which some programs need; what is
        signed is not, because the length of a signature is not known.
        """
        gcm = authenticated or mail_cipher(recipients)[0] is CipherMode.GCM
        sink.write(
            b"".join(outer_fields(header))
            + b"MIME-Version: 1.0\r\n"
            + _smime(b"authEnveloped-data" if gcm else b"enveloped-data")
        )
        inner = _inner_header(header, fields)
        known = body_length is not None and signer is None
        self._outputs: list[Base64Output | MessageWriter | SignedWriter] = []
        encoded = self._added(Base64Output(sink))
        message = self._added(
            MessageWriter(
                encoded,
                recipients,
                mail=True,
                authenticated=authenticated,
                size=len(inner) + (body_length or 0) if known else None,
            )
        )
        self.content: Writable = message
        if signer is not None:
            message.write(_smime(b"signed-data"))
            self.content = self._added(SignedWriter(self._added(Base64Output(message)), signer))
        self.content.write(inner)

    def finish(self) -> None:
        """The end of the content, and of the message. Raises what the signer raises."""
        for output in reversed(self._outputs):
            output.finish()

    def _added(self, output: _Finished) -> _Finished:
        self._outputs.append(output)
        return output


def _smime(kind: bytes) -> bytes:
    """The fields of an S/MIME part, and the empty line after them."""
    return (
        b"Content-Type: application/pkcs7-mime; smime-type="
        + kind
        + b";\r\n"
        + b' name="smime.p7m"\r\n'
        + b"Content-Transfer-Encoding: base64\r\n"
        + b'Content-Disposition: attachment; filename="smime.p7m"\r\n\r\n'
    )


def _inner_header(header: Header, fields: Iterable[bytes]) -> bytes:
    inner = list(fields)
    if not any(one.lower().startswith(b"content-type:") for one in inner):
        inner.insert(0, _NO_TYPE)
    inner = [with_parameter(_OLD_HP.sub(b"", one), _HP) for one in inner]
    return b"".join((*inner_fields(header), b"MIME-Version: 1.0\r\n", *inner)) + b"\r\n"


class _Counted:
    """Passes on what is written, and reports how much it was."""

    def __init__(self, sink: Writable, progress: Progress | None) -> None:
        self._sink = sink
        self._progress = progress
        self._done = 0

    def write(self, piece: bytes | memoryview, /) -> None:
        self._sink.write(piece)
        self._done += len(piece)
        if self._progress is not None:
            self._progress(self._done)


def _measured(pieces: Iterable[bytes]) -> tuple[Iterable[bytes], int | None]:
    """The same pieces, and how long they are together; None beyond 1 MiB."""
    rest = iter(pieces)
    ahead, length = [], 0
    for piece in rest:
        ahead.append(piece)
        length += len(piece)
        if length > _READ_AHEAD_BYTES:
            return chain(ahead, rest), None
    return ahead, length
