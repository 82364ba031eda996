"""Signs a stream: a message that contains it, or a detached signature, in constant memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509

from twincard.cms.errors import FilesError
from twincard.cms.framing import ber
from twincard.cms.framing.message import SIGNED_DATA
from twincard.cms.framing.source import READ_BYTES, Progress, Readable, Writable, read_some
from twincard.cms.signed import signer_info
from twincard.cms.signed.algorithms import (
    digest_identifier,
    is_right,
    read_algorithm,
    signature_identifier,
)
from twincard.cms.signed.trust import der
from twincard.ground.language import _
from twincard.ground.whole_writes import WholeSink
from twincard.identity.signing_key import SigningKey

TimeStamper = Callable[[bytes], bytes]
"""Returns the time-stamp (a TimeStampToken in DER) of a signature."""

_DATA = bytes.fromhex("06092A864886F70D010701")
_VERSION_1 = bytes.fromhex("020101")
_CHUNK_BYTES = 1 << 18


class WrongSignerError(FilesError):
    """A signature is not right under the signer's certificate."""


@dataclass(frozen=True)
class ContentSigner:
    """Who signs: a key, its certificate, and the certificates above it.

    With `time_stamper`, each signature gets a time-stamp.
    """

    key: SigningKey
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()
    time_stamper: TimeStamper | None = field(default=None, repr=False)


def sign(
    source: Readable, sink: Writable, signer: ContentSigner, *, progress: Progress | None = None
) -> None:
    """Writes a message that contains the source and its signature, in BER, streamed.

    Raises WrongSignerError, SourceError, and what the signer and the sink raise.
    """
    writer = SignedWriter(sink, signer)
    for piece in _pieces(source, progress):
        writer.write(piece)
    writer.finish()


def sign_detached(
    source: Readable, sink: Writable, signer: ContentSigner, *, progress: Progress | None = None
) -> None:
    """Writes a signature of the source, without its content, in DER. Raises as `sign` does."""
    hasher = hashlib.sha256()
    for piece in _pieces(source, progress):
        hasher.update(piece)
    content = ber.encode(ber.SEQUENCE, _DATA)
    digests = ber.encode(ber.SET, digest_identifier())
    data = ber.encode(
        ber.SEQUENCE,
        _VERSION_1,
        digests,
        content,
        _certificates(signer),
        _infos(signer, hasher.digest()),
    )
    WholeSink(sink).write(ber.encode(ber.SEQUENCE, SIGNED_DATA, ber.encode(ber.CONTEXT_0, data)))


class SignedWriter:
    """A SignedData in BER with indefinite lengths, written piece by piece.

    It is complete after `finish`.
    """

    def __init__(self, sink: Writable, signer: ContentSigner, *, nested: bool = False) -> None:
        """Writes the opening. `nested`: without the ContentInfo, as inside another message."""
        self._sink = WholeSink(sink)
        self._signer = signer
        self._levels = 1 if nested else 3
        self._hasher = hashlib.sha256()
        sequence = ber.encode_header(ber.SEQUENCE, None)
        explicit = ber.encode_header(ber.CONTEXT_0, None)
        outer = b"" if nested else sequence + SIGNED_DATA + explicit
        digests = ber.encode(ber.SET, digest_identifier())
        octets = ber.encode_header(ber.CONSTRUCTED_OCTET_STRING, None)
        self._sink.write(outer + sequence + _VERSION_1 + digests)
        self._sink.write(sequence + _DATA + explicit + octets)

    def write(self, piece: bytes | memoryview, /) -> None:
        """Signs and writes all of it."""
        view = memoryview(piece)
        self._hasher.update(view)
        for start in range(0, len(view), _CHUNK_BYTES):
            part = view[start : start + _CHUNK_BYTES]
            self._sink.write(ber.encode_header(ber.OCTET_STRING, len(part)))
            self._sink.write(part)

    def finish(self) -> None:
        """Ends the content, and writes certificates and signature. Raises as `sign` does."""
        infos = _infos(self._signer, self._hasher.digest())
        self._sink.write(3 * ber.END_OF_CONTENTS + _certificates(self._signer) + infos)
        self._sink.write(self._levels * ber.END_OF_CONTENTS)


def _certificates(signer: ContentSigner) -> bytes:
    unique = {der(one) for one in (signer.certificate, *signer.above)}
    return ber.encode(ber.CONTEXT_0, *sorted(unique))


def _infos(signer: ContentSigner, digest: bytes) -> bytes:
    """The SET with the one SignerInfo."""
    certificate = asn1_x509.Certificate.load(der(signer.certificate))
    identifier = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    algorithm = signature_identifier(signer.key.public.algorithm)
    attributes = ber.encode(ber.SET, *sorted(_attributes(signer, digest, algorithm)))
    signature = _signature(signer, attributes, algorithm)
    unsigned = b""
    if signer.time_stamper is not None:
        token = _attribute(signer_info.TIME_STAMP_TOKEN, signer.time_stamper(signature))
        unsigned = ber.encode(ber.CONTEXT_1, token)
    info = ber.encode(
        ber.SEQUENCE,
        _VERSION_1,
        identifier.dump(),
        digest_identifier(),
        bytes((ber.CONTEXT_0,)) + attributes[1:],
        algorithm,
        ber.encode(ber.OCTET_STRING, signature),
        unsigned,
    )
    return ber.encode(ber.SET, info)


def _attributes(signer: ContentSigner, digest: bytes, algorithm: bytes) -> list[bytes]:
    now = datetime.now(UTC).replace(microsecond=0)
    # RFC 5652, 11.3.
    time = core.UTCTime(now) if now.year < 2050 else core.GeneralizedTime(now)
    # The hash function is SHA-256, which is the default (RFC 5035, 4).
    identity = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(der(signer.certificate)).digest()})
    protection = digest_identifier() + bytes((ber.CONTEXT_1,)) + algorithm[1:]
    return [
        _attribute(signer_info.CONTENT_TYPE, _DATA),
        _attribute(signer_info.SIGNING_TIME, time.dump()),
        _attribute(signer_info.MESSAGE_DIGEST, ber.encode(ber.OCTET_STRING, digest)),
        _attribute(
            signer_info.SIGNING_CERTIFICATE_V2,
            tsp.SigningCertificateV2({"certs": [identity]}).dump(),
        ),
        _attribute(signer_info.ALGORITHM_PROTECTION, ber.encode(ber.SEQUENCE, protection)),
    ]


def _attribute(oid: str, value: bytes) -> bytes:
    identifier: bytes = core.ObjectIdentifier(oid).dump()
    return ber.encode(ber.SEQUENCE, identifier, ber.encode(ber.SET, value))


def _signature(signer: ContentSigner, attributes: bytes, algorithm: bytes) -> bytes:
    """The signature, checked: nobody gets one that does not verify."""
    digest = hashlib.sha256(attributes).digest()
    signature = signer.key.sign(digest)
    public: Any = signer.certificate.public_key()
    if not is_right(public, read_algorithm(algorithm), "sha256", digest, attributes, signature):
        raise WrongSignerError(_("The signature is wrong under the certificate of the signer."))
    return signature


def _pieces(source: Readable, progress: Progress | None) -> Any:
    done = 0
    while piece := read_some(source, READ_BYTES):
        yield piece
        done += len(piece)
        if progress is not None:
            progress(done)
