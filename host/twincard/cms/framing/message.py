"""The frame of an encrypted message: EnvelopedData (RFC 5652, 6.1) or AuthEnvelopedData (RFC 5083).

ContentInfo { contentType, [0] { version, originatorInfo?, recipientInfos,
              EncryptedContentInfo { contentType, algorithm, [0] content }, …tail } }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import IO

from asn1crypto import core

from twincard.cms.errors import (
    AlteredError,
    FilesError,
    NotAuthenticatedError,
    NotCmsError,
    OutputError,
    SourceError,
    UnsupportedError,
)
from twincard.cms.framing import ber
from twincard.cms.framing.armour import Armour, ArmouredSource, BrokenArmourError, find_armour
from twincard.cms.framing.source import Progress, Readable, Source, Writable, offset_of
from twincard.cms.recipients.identifiers import IssuerAndSerial
from twincard.cms.recipients.infos import (
    OtherKeyRecipient,
    RecipientInfo,
    RsaRecipient,
)
from twincard.ground.language import _
from twincard.ground.system_words import reason

CONTENT_TAGS = (0x80, 0xA0)
MAX_RECIPIENT_INFOS = 10_000
_SPOOL_BYTES = 1 << 23
"""Content that may be read twice is held in memory up to this size, then in a temporary file."""
_LINE_ENDS = (b"\n", b"\r\n")
_MAX_VERSION = 5
"""RFC 5652, 10.2.5: no CMSVersion is higher."""


class MessageKind(Enum):
    """The content types that hold encrypted content for recipients; the value is the DER OID."""

    AUTH_ENVELOPED = bytes.fromhex("060B2A864886F70D0109100117")  # 1.2.840.113549.1.9.16.1.23
    ENVELOPED = bytes.fromhex("06092A864886F70D010703")  # 1.2.840.113549.1.7.3


DATA_CONTENT = "1.2.840.113549.1.7.1"
"""The content type of plain bytes, id-data (RFC 5652, 4)."""
SIGNED_CONTENT = "1.2.840.113549.1.7.2"
"""That of a SignedData with its content, id-signedData (RFC 5652, 5)."""
SIGNED_DATA = bytes.fromhex("06092A864886F70D010702")
"""The same, encoded."""
DATA = bytes.fromhex("06092A864886F70D010701")
"""The same, encoded."""


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
    """What follows the EncryptedContentInfo of an AuthEnvelopedData; of another kind, nothing.

    ``authenticated``: the encoded authAttrs with their tag [1], or nothing.
    """

    mac: bytes
    authenticated: bytes


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


def check_number(infos: int) -> None:
    """Raises UnsupportedError for more recipient infos than a message may have here."""
    if infos > MAX_RECIPIENT_INFOS:
        raise UnsupportedError(
            _("The file has more than {count} recipients.").format(count=f"{MAX_RECIPIENT_INFOS:,}")
        )


class MessageReader:
    """Reads a message from front to end: opening, algorithm, content, tail, each once, in order.

    After `keep` content and tail can be read again. Every method raises a FilesError for what it
    cannot read.
    """

    def __init__(self, stream: Readable, progress: Progress | None = None) -> None:
        self._stream = stream
        self._start = offset_of(stream)
        self._source = Source(stream, progress)
        self._outer: Source | None = None
        self._inside: ArmouredSource | None = None
        self._armour: Armour | None = None
        self._budget = ber.Budget()
        self._ber = ber.BerReader(self._source, self._budget)
        self._mark: ber.Mark | None = None
        self._kept: IO[bytes] | None = None
        self._kind = MessageKind.ENVELOPED
        self._content_type = b""
        self._content = ber.Header(0, 0, b"")

    def opening(self) -> Opening:
        """Reads up to the EncryptedContentInfo."""
        self._take_armour()
        outer, explicit, enveloped = self._frame()
        start = self._source.position
        version = self._version()
        originator_info = b""
        if self._ber.next_tag() == ber.CONTEXT_0:
            originator_info = self._ber.element()
        self._ber.enter(ber.SET)
        infos: list[bytes] = []
        while self._ber.more():
            check_number(len(infos) + 1)
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

    @property
    def content_length(self) -> int | None:
        """Bytes of the encrypted content, after `algorithm`; None where it is in pieces."""
        return None if self._content.tag & ber.CONSTRUCTED else self._content.length

    def content(self) -> Iterator[memoryview]:
        """Reads the encrypted content, in pieces of any size."""
        yield from self._ber.octets(self._content)
        self._ber.leave()

    def skip_content(self) -> None:
        """Passes over the encrypted content, without reading it where the stream allows that."""
        self._ber.skip_octets(self._content)
        self._ber.leave()

    def tail(self) -> Tail:
        """Reads the rest and checks that nothing but an end of line follows the message."""
        mac = authenticated = b""
        if self._kind is MessageKind.AUTH_ENVELOPED:
            authenticated = self._optional(ber.CONTEXT_1)
            mac = core.OctetString.load(self._ber.element(ber.OCTET_STRING)).native
            self._optional(ber.CONTEXT_2)
        else:
            self._optional(ber.CONTEXT_1)
        for _level in range(3):
            self._ber.leave()
        self._finish()
        return Tail(mac, authenticated)

    @property
    def armour(self) -> Armour | None:
        """What the message is wrapped in, after `opening`; None for a message as it is."""
        return self._armour

    @property
    def armour_tail(self) -> bytes:
        """What stands behind it in the armour, after `tail`."""
        return b"" if self._inside is None else self._inside.tail

    @property
    def budget(self) -> ber.Budget:
        """What structures of the message may cost; it counts for those looked at later too."""
        return self._budget

    @property
    def rereadable(self) -> bool:
        """Whether the stream itself can be read again, so that `keep` costs nothing."""
        return self._start is not None

    def keep(self) -> None:
        """After `algorithm`: content and tail will be read, and perhaps `again`."""
        self._mark = self._ber.mark()
        if self._start is None:
            import tempfile  # imported late: most files need none

            self._kept = tempfile.SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115 - see close
            self._source.copy_to(_Spool(self._kept))

    def again(self) -> None:
        """After `keep`: the next to be read is the content once more."""
        assert self._mark is not None  # noqa: S101 - what the caller promises
        stream: Readable = self._stream
        try:
            if self._kept is not None:
                self._kept.seek(0)
                stream = self._kept
            elif self._start is not None:
                self._stream.seek(self._start + self._mark.position)  # type: ignore[attr-defined]
        except OSError as error:
            raise SourceError(
                _("Cannot read the file: {reason}.").format(reason=reason(error))
            ) from error
        self._source = self._source.again(stream, self._mark.position)
        self._ber.resume(self._mark, self._source)

    def close(self) -> None:
        """Removes what was kept."""
        if self._kept is not None:
            self._kept.close()

    def copy_to(self, sink: Writable) -> None:
        """From here on, every byte read also goes to the sink."""
        self._source.copy_to(sink)

    def _take_armour(self) -> None:
        self._armour = find_armour(self._source)
        if self._armour is None:
            return
        self._outer = self._source
        self._inside = ArmouredSource(self._outer, self._armour)
        self._source = Source(self._inside)
        self._start = None
        self._ber = ber.BerReader(self._source, self._budget)

    def _frame(self) -> tuple[ber.Header, ber.Header, ber.Header]:
        try:
            outer = self._ber.enter(ber.SEQUENCE)
            content_type = self._ber.element(ber.OBJECT_IDENTIFIER)
        except (SourceError, BrokenArmourError):
            raise
        except FilesError as error:
            raise NotCmsError(_("This is not a CMS file in DER, PEM or S/MIME.")) from error
        if content_type == SIGNED_DATA:
            raise NotCmsError(_("The file is signed, not encrypted. Use `twincard verify`."))
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

    def _optional(self, tag: int) -> bytes:
        """The whole element, or nothing."""
        return self._ber.element() if self._ber.next_tag() == tag else b""

    def _finish(self) -> None:
        """Reads up to the end of the stream. Some programs end every file with an end of line."""
        rest = self._source.peek(1 + max(map(len, _LINE_ENDS)))
        if rest and rest not in _LINE_ENDS:
            raise AlteredError(
                _(
                    "Something follows the encrypted message in the file: it was altered, or "
                    "several files were joined."
                )
            )
        self._source.take(len(rest))
        self._ber.finish()
        if self._outer is not None:
            self._outer.finish()


class _Spool:
    """A temporary file as a sink."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, piece: bytes | memoryview, /) -> None:
        """Writes all of it. Raises OutputError."""
        try:
            self._file.write(piece)
        except OSError as error:
            raise OutputError(
                _("Cannot write a temporary file: {reason}.").format(reason=reason(error))
            ) from error


def _dotted(identifier: bytes) -> str:
    """An object identifier, as text."""
    try:
        return str(core.ObjectIdentifier.load(ber.check(identifier), strict=True).dotted)
    except (ValueError, TypeError, IndexError):
        raise AlteredError() from None
