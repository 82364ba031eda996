"""Signed messages: what is signed, by whom, and whether that is to be believed (RFC 8551, 3.5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from twincard.cms.errors import (
    AlteredError,
    FilesError,
    NotCmsError,
    NotVerifiedError,
    UntrustedError,
)
from twincard.cms.framing.source import Readable, Writable
from twincard.cms.signed.frame import SignedReader
from twincard.cms.signed.names import mails_of
from twincard.cms.signed.trust import Trust
from twincard.cms.signed.verification import Signature, verify, verify_detached, verify_unwrapped
from twincard.mail.header import Header, read_header
from twincard.mail.kept import KeptOutput, PieceStream
from twincard.mail.scanner import Scanner
from twincard.mail.transfer import decoded, lines_with_crlf

SMIME_TYPES = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_SIGNATURE_TYPES = frozenset(("application/pkcs7-signature", "application/x-pkcs7-signature"))
_MAX_SIGNATURE_BYTES = 1 << 20


class SignatureState(Enum):
    """What is known of the signature of a message."""

    NONE = "none"
    VALID = "valid"
    UNKNOWN_SIGNER = "unknown_signer"
    """It is right, but nobody says whose it is."""
    WRONG = "wrong"


@dataclass(frozen=True)
class SignatureCheck:
    """The signatures of a message, and what they are worth; `reason` says why it is not more."""

    state: SignatureState
    signatures: tuple[Signature, ...] = ()
    reason: str | None = None

    @property
    def signers(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(one.signer for one in self.signatures)

    def fails(self, trust: Trust | None) -> bool:
        """Whether the signature is wrong; or, where `trust` is asked for, not there or unknown."""
        if trust is not None:
            return self.state is not SignatureState.VALID
        return self.state is SignatureState.WRONG

    def confirms(self, address: str) -> bool:
        """Whether all signers' certificates name this e-mail address (RFC 8550, 3)."""
        return bool(self.signatures) and all(
            address.lower() in (mail.lower() for mail in mails_of(one.certificate))
            for one in self.signatures
        )


NOT_SIGNED = SignatureCheck(SignatureState.NONE)


def is_signed(header: Header) -> bool:
    """Whether a message is signed, in either form."""
    return is_multipart_signed(header) or (
        header.content_type in SMIME_TYPES
        and (header.parameter("smime-type") or "").lower() == "signed-data"
    )


def is_multipart_signed(header: Header) -> bool:
    """Whether the signature is in a part of its own."""
    return header.content_type == "multipart/signed" and header.boundary is not None


def check_multipart(
    entity: Readable, header: Header, content: KeptOutput, trust: Trust | None
) -> tuple[SignatureCheck, int]:
    """Writes the signed part to `content`, and checks the signature in the part after it.

    Also returns how many parts there are that are neither. Raises SourceError, OutputError.
    """
    boundary = header.boundary
    scanner = Scanner(entity)
    read_header(scanner)
    boundaries = () if boundary is None else (boundary,)
    for _preamble in scanner.body(boundaries):
        pass
    with content:
        # Lines are signed with CRLF, however they are stored.
        for piece in lines_with_crlf(scanner.body(boundaries)):
            content.write(piece)
    signature, others = b"", 0
    while scanner.delimiter is not None and not scanner.delimiter.closes:
        part = read_header(scanner, boundaries)
        body = decoded(scanner.body(boundaries), part.encoding)
        if part.content_type in _SIGNATURE_TYPES and not signature:
            signature = _bounded(PieceStream(body))
        else:
            for _piece in body:
                pass
            others += 1
    checked = _checked(lambda whom: verify_detached(content.stream(), signature, whom), trust)
    return checked, others


def check_opaque(
    cms: KeptOutput, content: KeptOutput, trust: Trust | None, *, nested: bool = False
) -> SignatureCheck:
    """Writes what a SignedData contains to `content`, and checks its signatures.

    `nested`: without a ContentInfo around it, as inside of an EnvelopedData. Raises FilesError if
    it cannot be read.
    """
    reader = SignedReader(cms.stream(), nested=nested)
    reader.opening()
    with content:
        for piece in reader.content():
            content.write(piece)

    def check(whom: Trust | None) -> Sequence[Signature]:
        if nested:
            return verify_unwrapped(cms.stream(), None, whom)
        return verify(cms.stream(), None, whom)

    return _checked(check, trust)


def copy_decoded(entity: Readable, sink: Writable) -> None:
    """Writes the decoded body of a message."""
    scanner = Scanner(entity)
    header = read_header(scanner)
    for piece in decoded(scanner.body(()), header.encoding):
        sink.write(piece)


def _checked(
    check: Callable[[Trust | None], Sequence[Signature]], trust: Trust | None
) -> SignatureCheck:
    reason: str | None = None
    try:
        if trust is not None:
            return SignatureCheck(SignatureState.VALID, tuple(check(trust)))
    except NotVerifiedError as error:
        if not isinstance(error, UntrustedError):
            return SignatureCheck(SignatureState.WRONG, reason=str(error))
        reason = str(error)
    except FilesError as error:
        return SignatureCheck(SignatureState.WRONG, reason=str(error))
    try:
        return SignatureCheck(SignatureState.UNKNOWN_SIGNER, tuple(check(None)), reason)
    except FilesError as error:
        return SignatureCheck(SignatureState.WRONG, reason=str(error))


def _bounded(stream: PieceStream) -> bytes:
    """A signature; empty, which is no signature, if it is longer than any."""
    content = b""
    try:
        while piece := stream.read(_MAX_SIGNATURE_BYTES):
            content += piece[: _MAX_SIGNATURE_BYTES + 1 - len(content)]
    except (AlteredError, NotCmsError):
        return b""
    return content if len(content) <= _MAX_SIGNATURE_BYTES else b""
