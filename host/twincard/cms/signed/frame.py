"""The frame of a signed message, read from front to end in constant memory (RFC 5652, 5.1).

ContentInfo { signedData, [0] { version, digestAlgorithms, { contentType, [0] content? },
              [0] certificates?, [1] crls?, signerInfos } }
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from asn1crypto import core

from twincard.cms.errors import AlteredError, FilesError, NotCmsError, SourceError
from twincard.cms.framing import ber
from twincard.cms.framing.armour import ArmouredSource, find_armour
from twincard.cms.framing.message import SIGNED_DATA, MessageKind
from twincard.cms.framing.source import Progress, Readable, Source
from twincard.cms.signed.algorithms import HASHES, read_algorithm
from twincard.ground.language import _

MAX_SIGNERS = 32
MAX_CERTIFICATES = 64
_MAX_DIGESTS = 16
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands before the content.

    ``hash_names`` are the hash functions that it announces, of those that are supported;
    ``content_type`` the object identifier of what is signed.
    """

    hash_names: tuple[str, ...]
    content_type: str
    has_content: bool


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows the content, each element as it is encoded."""

    certificates: tuple[bytes, ...]
    signer_infos: tuple[bytes, ...]


class SignedReader:
    """Reads opening, content if there is one, and tail, each once, in order.

    Every method raises a FilesError for what it cannot read.
    """

    def __init__(
        self, stream: Readable, progress: Progress | None = None, *, nested: bool = False
    ) -> None:
        """``nested``: the stream is a SignedData without the ContentInfo around it.

        Other streams may be text: PEM or S/MIME.
        """
        source = Source(stream, progress)
        armour = None if nested else find_armour(source)
        self._outer = None if armour is None else source
        if armour is not None:
            source = Source(ArmouredSource(source, armour))
        self._ber = ber.BerReader(source)
        self._levels = 1 if nested else 3
        self._has_content = False

    def opening(self) -> Opening:
        """Reads up to the content."""
        self._enter()
        self._ber.element(ber.INTEGER)
        self._ber.enter(ber.SET)
        digests = self._all(_MAX_DIGESTS, lambda: read_algorithm(self._ber.element(ber.SEQUENCE)))
        names = [HASHES[one.oid] for one in digests if one.oid in HASHES]
        self._ber.enter(ber.SEQUENCE)
        content_type = _dotted(self._ber.element(ber.OBJECT_IDENTIFIER))
        self._has_content = self._ber.more()
        if not self._has_content:
            self._ber.leave()
        return Opening(tuple(dict.fromkeys(names)), content_type, self._has_content)

    def content(self) -> Iterator[memoryview]:
        """The content, in pieces of any size."""
        if not self._has_content:
            return
        self._ber.enter(ber.CONTEXT_0)
        header = self._ber.header()
        if header.tag not in (ber.OCTET_STRING, ber.CONSTRUCTED_OCTET_STRING):
            raise AlteredError()
        yield from self._ber.octets(header)
        self._ber.leave()
        self._ber.leave()

    def tail(self) -> Tail:
        """Reads the rest and checks that nothing follows the message."""
        certificates: tuple[bytes, ...] = ()
        if self._ber.next_tag() == ber.CONTEXT_0:
            self._ber.enter(ber.CONTEXT_0)
            certificates = self._all(MAX_CERTIFICATES, self._ber.element)
        if self._ber.next_tag() == ber.CONTEXT_1:
            self._ber.element()
        self._ber.enter(ber.SET)
        infos = self._all(MAX_SIGNERS, lambda: self._ber.element(ber.SEQUENCE))
        for _level in range(self._levels):
            self._ber.leave()
        self._ber.finish()
        if self._outer is not None:
            self._outer.finish()
        return Tail(certificates, infos)

    def _enter(self) -> None:
        if self._levels > 1:
            try:
                self._ber.enter(ber.SEQUENCE)
                content_type = self._ber.element(ber.OBJECT_IDENTIFIER)
            except SourceError:
                raise
            except FilesError as error:
                raise NotCmsError(_("This is not a CMS file in DER, PEM or S/MIME.")) from error
            if content_type in [kind.value for kind in MessageKind]:
                raise NotCmsError(
                    _("The file is encrypted. Use `twincard decrypt`, which verifies it too.")
                )
            if content_type != SIGNED_DATA:
                raise NotCmsError(_("This is not a signed CMS file."))
            self._ber.enter(ber.CONTEXT_0)
        self._ber.enter(ber.SEQUENCE)

    def _all(self, most: int, read: Callable[[], _T]) -> tuple[_T, ...]:
        """The elements inside of the present one, which is left then."""
        found: list[_T] = []
        while self._ber.more():
            if len(found) == most:
                raise AlteredError()
            found.append(read())
        self._ber.leave()
        return tuple(found)


def _dotted(identifier: bytes) -> str:
    try:
        return str(core.ObjectIdentifier.load(ber.check(identifier), strict=True).dotted)
    except (ValueError, TypeError, IndexError):
        raise AlteredError() from None
