"""The frame of an encrypted message: EnvelopedData (RFC 5652, 6.1) or AuthEnvelopedData (RFC 5083).

ContentInfo { contentType, [0] { version, originatorInfo?, recipientInfos,
              EncryptedContentInfo { contentType, algorithm, [0] content }, …tail } }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from asn1crypto import core

from twincard.cms.errors import (
    AlteredError,
    FilesError,
    NotAuthenticatedError,
    NotCmsError,
    SourceError,
    UnsupportedError,
)
from twincard.cms.framing import ber
from twincard.cms.framing.source import Progress, Readable, Source, Writable
from twincard.cms.recipients.identifiers import IssuerAndSerial
from twincard.cms.recipients.infos import (
    OtherKeyRecipient,
    RecipientInfo,
    RsaRecipient,
)
from twincard.ground.language import _

CONTENT_TAGS = (0x80, 0xA0)
_MAX_VERSION = 5
"""RFC 5652, 10.2.5: no CMSVersion is higher."""


class MessageKind(Enum):
    """The content types that hold encrypted content for recipients; the value is the DER OID."""

    AUTH_ENVELOPED = bytes.fromhex("060B2A864886F70D0109100117")  # 1.2.840.113549.1.9.16.1.23
    ENVELOPED = bytes.fromhex("06092A864886F70D010703")  # 1.2.840.113549.1.7.3


DATA = bytes.fromhex("06092A864886F70D010701")
"""id-data (RFC 5652, 4), the content type of plain bytes: 1.2.840.113549.1.7.1."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Everything before the EncryptedContentInfo.

    ``frame`` holds the headers of ContentInfo, [0] and (Auth)EnvelopedData; ``inner_bytes`` is how
    many bytes of the last stand before the EncryptedContentInfo.
    """

    kind: MessageKind
    frame: tuple[ber.Header, ber.Header, ber.Header]
    version: int
    originator_info: bytes
    recipient_infos: tuple[bytes, ...]
    inner_bytes: int


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows the EncryptedContentInfo: the MAC of an AuthEnvelopedData, else nothing."""

    mac: bytes
    has_authenticated_attributes: bool


def check_authenticated(opening: Opening) -> None:
    """Raises NotAuthenticatedError for a message without authentication."""
    if opening.kind is MessageKind.ENVELOPED:
        raise NotAuthenticatedError(
            _(
                "The file is encrypted like mail, without authentication: tampering cannot be "
                "detected."
            )
        )


def enveloped_version(recipients: Iterable[RecipientInfo]) -> int:
    """The version of an EnvelopedData for public keys without attributes (RFC 5652, 6.1)."""
    version = 0
    for one in recipients:
        if isinstance(one, OtherKeyRecipient) and one.algorithm.is_kem:
            return 3
        if not isinstance(one, RsaRecipient) or not isinstance(one.identifier, IssuerAndSerial):
            version = 2
    return version


class MessageReader:
    """Reads a message from front to end: opening, algorithm, content, tail, each once, in order.

    Every method raises a FilesError for what it cannot read.
    """

    def __init__(self, stream: Readable, progress: Progress | None = None) -> None:
        self._source = Source(stream, progress)
        self._ber = ber.BerReader(self._source)
        self._kind = MessageKind.ENVELOPED
        self._content_type = b""
        self._content = ber.Header(0, 0, b"")

    def opening(self) -> Opening:
        """Reads up to the EncryptedContentInfo."""
        outer, explicit, enveloped = self._frame()
        start = self._source.position
        version = self._version()
        originator_info = b""
        if self._ber.next_tag() == ber.CONTEXT_0:
            originator_info = self._ber.element()
        self._ber.enter(ber.SET)
        infos = []
        while self._ber.more():
            infos.append(self._ber.element())
        self._ber.leave()
        return Opening(
            self._kind,
            (outer, explicit, enveloped),
            version,
            originator_info,
            tuple(infos),
            self._source.position - start,
        )

    def algorithm(self) -> bytes:
        """Reads the EncryptedContentInfo up to its content; the encoded AlgorithmIdentifier."""
        self._ber.enter(ber.SEQUENCE)
        self._content_type = self._ber.element(ber.OBJECT_IDENTIFIER)
        algorithm = self._ber.element(ber.SEQUENCE)
        if not self._ber.more():
            raise UnsupportedError(
                _("The file does not contain the encrypted content (it is detached).")
            )
        self._content = self._ber.header()
        if self._content.tag not in CONTENT_TAGS:
            raise AlteredError()
        return algorithm

    def content_type(self) -> str:
        """Of what is encrypted, after `algorithm`: an object identifier in dotted form."""
        return _dotted(self._content_type)

    def content(self) -> Iterator[memoryview]:
        """Reads the encrypted content, in pieces of any size."""
        yield from self._ber.octets(self._content)
        self._ber.leave()

    def tail(self) -> Tail:
        """Reads the rest and checks that nothing follows the message."""
        mac = b""
        authenticated = False
        if self._kind is MessageKind.AUTH_ENVELOPED:
            authenticated = self._optional(ber.CONTEXT_1)
            mac = core.OctetString.load(self._ber.element(ber.OCTET_STRING)).native
            self._optional(ber.CONTEXT_2)
        else:
            self._optional(ber.CONTEXT_1)
        for _level in range(3):
            self._ber.leave()
        self._ber.finish()
        return Tail(mac, authenticated)

    def copy_to(self, sink: Writable) -> None:
        """From here on, every byte read also goes to the sink."""
        self._source.copy_to(sink)

    def _frame(self) -> tuple[ber.Header, ber.Header, ber.Header]:
        try:
            outer = self._ber.enter(ber.SEQUENCE)
            content_type = self._ber.element(ber.OBJECT_IDENTIFIER)
        except SourceError:
            raise
        except FilesError as error:
            raise NotCmsError(_("This is not a CMS file in BER or DER.")) from error
        try:
            self._kind = MessageKind(content_type)
        except ValueError as error:
            raise NotCmsError(_("This is not an encrypted CMS file.")) from error
        return outer, self._ber.enter(ber.CONTEXT_0), self._ber.enter(ber.SEQUENCE)

    def _version(self) -> int:
        contents = core.Integer.load(self._ber.element(ber.INTEGER)).contents
        if len(contents) != 1 or contents[0] > _MAX_VERSION:
            raise AlteredError()
        return int(contents[0])

    def _optional(self, tag: int) -> bool:
        present = self._ber.next_tag() == tag
        if present:
            self._ber.element()
        return present


def _dotted(identifier: bytes) -> str:
    """An object identifier, as text."""
    try:
        return str(core.ObjectIdentifier.load(ber.check(identifier), strict=True).dotted)
    except (ValueError, TypeError, IndexError):
        raise AlteredError() from None
