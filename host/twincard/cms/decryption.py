"""Decrypts a message into an output that holds it back until it is verified."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from twincard.cms.content.attributes import authenticated_data
from twincard.cms.content.cipher import CipherMode, ContentCipher
from twincard.cms.content.decryption import WrongKeyError, decrypt_content
from twincard.cms.errors import (
    AlteredError,
    RecipientRejectedError,
    UnsupportedError,
)
from twincard.cms.framing.message import (
    DATA_CONTENT,
    MessageKind,
    MessageReader,
    Tail,
    check_authenticated,
)
from twincard.cms.framing.output import Output
from twincard.cms.framing.source import Progress, Readable
from twincard.cms.recipients.infos import OpenableRecipient, Opener
from twincard.cms.recipients.opening import Opened, open_each
from twincard.cms.recipients.reading import Recipients
from twincard.ground.language import _


@dataclass(frozen=True, slots=True)
class Decrypted:
    """What was decrypted, and how far it can be trusted.

    ``authenticated``: a tag protects it from changes (AES-GCM). Otherwise it may have been changed
    in transit (AES-CBC). ``content_type``: the object identifier of what it is, such as
    DATA_CONTENT; authenticated in AuthEnvelopedData only. ``recipient``: the recipient info that
    opened it.
    """

    authenticated: bool
    content_type: str
    recipient: OpenableRecipient


def decrypt(
    source: Readable,
    sink: Output,
    opener: Opener,
    *,
    mail: bool = False,
    progress: Progress | None = None,
) -> Decrypted:
    """Decrypts what is authenticated (AES-GCM); with ``mail``, AES-CBC and triple DES as well.

    In BER or DER, as PEM or as S/MIME. Each recipient info that may be for the opener's key is
    tried until the content fits, see ``open_each``. The sink is an Output whose block is entered,
    because plaintext is written to it before the authentication tag, which comes last, is checked:
    what was written vanishes if this raises, even if the caller goes on. BytesOutput keeps it in
    memory.

    AES-CBC has no tag at all; there, changes to the content are found only where they break its
    padding. Such a message could also be made of an authenticated one, to decrypt it block by
    block, so ask for it only where it is expected.

    Raises NotCmsError, AlteredError, UnsupportedError, NotAuthenticatedError, NotForThisKeyError,
    TooLargeError, SourceError, and whatever the opener raises but RecipientRejectedError.
    """
    if not isinstance(sink, Output):
        raise TypeError(
            "what is decrypted goes to a FileOutput, a SpooledOutput or a BytesOutput, which hold "
            f"it back until it is authenticated, not to a {type(sink).__name__}"
        )
    message = MessageReader(source, progress)
    try:
        return _Decryption(message, sink, mail=mail).run(opener)
    except BaseException:
        sink.spoil()
        raise
    finally:
        message.close()


class _Decryption:
    """One message on its way into an output."""

    def __init__(self, message: MessageReader, sink: Output, *, mail: bool) -> None:
        self._message = message
        self._sink = sink
        opening = message.opening()
        self._kind = opening.kind
        self._recipients = Recipients(opening.recipient_infos, message.budget)
        enveloped = opening.kind is MessageKind.ENVELOPED
        self._cipher = ContentCipher.decode(message.algorithm(), enveloped=enveloped)
        self._is_gcm = self._cipher.mode is CipherMode.GCM
        if enveloped and not self._is_gcm and not mail:
            check_authenticated(opening)
        if not enveloped and not self._is_gcm:
            raise UnsupportedError(
                _("The file's encryption algorithm does not match its content type.")
            )
        self._content_type = message.content_type()
        self._authenticated = b""
        self._is_first = True
        self._kept = False

    def run(self, opener: Opener) -> Decrypted:
        """Decrypts with the first key that fits the content."""
        authenticates = self._kind is MessageKind.AUTH_ENVELOPED
        # Attributes are authenticated before the content but follow it (RFC 5083, 2.2), and must
        # be there if it is of another type than id-data.
        late = authenticates and self._content_type != DATA_CONTENT
        keys = self._keys(opener)
        first = next(keys)
        if late or self._message.rereadable or self._recipients.may_be_several:
            self._message.keep()
            self._kept = True
        if late:
            self._message.skip_content()
            self._authenticate(self._message.tail())
            self._message.again()
        self._sink.tell(self._content_type)
        tried: set[bytes] = set()
        for key in itertools.chain((first,), keys):
            if key.result not in tried and self._fits(key.result):
                return Decrypted(self._is_gcm, self._content_type, key.recipient)
            tried.add(key.result)
        raise AlteredError()

    def _fits(self, key: bytes) -> bool:
        try:
            last = self._attempt(key)
        except WrongKeyError as error:
            last = error.tail
            fits = False
        else:
            fits = True
        if self._authenticated or not last.authenticated:
            return fits
        # Content of type id-data with attributes, which were not expected.
        if not self._kept:
            raise UnsupportedError(
                _(
                    "The file has authenticated attributes, so it must be read twice, which a pipe "
                    "does not allow. Give the file by its name."
                )
            )
        self._authenticate(last)
        return self._fits(key)

    def _attempt(self, key: bytes) -> Tail:
        if not self._is_first:
            if not self._kept:
                raise AlteredError()
            self._message.again()
            self._sink.restart()
        self._is_first = False
        return decrypt_content(
            self._cipher,
            key,
            self._message.content(),
            self._message.tail,
            self._sink,
            authenticated=self._authenticated,
            tag_inside=self._kind is MessageKind.ENVELOPED,
        )

    def _authenticate(self, tail: Tail) -> None:
        self._authenticated = authenticated_data(tail.authenticated, self._content_type)

    def _keys(self, opener: Opener) -> Iterator[Opened[bytes]]:
        """Content-encryption keys that may be the right one, each when it is asked for."""

        def attempt(recipient: OpenableRecipient) -> bytes:
            key = opener.open(recipient)
            # RSA PKCS#1 v1.5 with a wrong key can give any bytes of any length.
            if len(key) != self._cipher.key_length:
                raise RecipientRejectedError(
                    _("The recipient info does not contain a key of the right length.")
                )
            return key

        return open_each(self._recipients, opener, attempt)
