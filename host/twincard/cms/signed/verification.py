"""Verifies signed messages and detached signatures."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from twincard.cms.errors import (
    AlteredError,
    FilesError,
    NotVerifiedError,
    UnsupportedError,
    UntrustedError,
)
from twincard.cms.framing.output import Output
from twincard.cms.framing.source import READ_BYTES, Progress, Readable, Writable, read_some
from twincard.cms.signed.algorithms import is_right
from twincard.cms.signed.frame import Opening, SignedReader
from twincard.cms.signed.names import is_named, name_of
from twincard.cms.signed.signer_info import (
    TIME_STAMP_TOKEN,
    SignerInfo,
    read_signer_info,
)
from twincard.cms.signed.trust import (
    Purpose,
    Trust,
    chain_of,
    der,
    load_certificates,
)
from twincard.ground.language import _, told_by

DATA_CONTENT = "1.2.840.113549.1.7.1"
_TIME_STAMP_CONTENT = "1.2.840.113549.1.9.16.1.4"
_STRONG_ENOUGH = ("sha1", "sha256", "sha384", "sha512")
"""Hash functions of a certificate: a second one for a known hash is not found even for SHA-1."""


@dataclass(frozen=True)
class TimeStamp:
    """A time-stamp (RFC 3161) of a signature: it existed at this time, says this authority.

    `trusted`: the authority's certificate leads to one that is trusted for time-stamps.
    """

    time: datetime
    certificate: x509.Certificate
    trusted: bool

    @property
    def authority(self) -> str:
        """The name of the authority."""
        return name_of(self.certificate)


@dataclass(frozen=True)
class Signature:
    """A signature that is right, and whose it is.

    `signing_time` is what the signer claims, and proves nothing. `chain` leads from the signer's
    certificate to the trusted one; it is empty where no trust was asked for.
    """

    certificate: x509.Certificate
    signing_time: datetime | None
    time_stamp: TimeStamp | None
    chain: tuple[x509.Certificate, ...]

    @property
    def signer(self) -> str:
        """The name of the signer."""
        return name_of(self.certificate)

    @property
    def trusted(self) -> bool:
        """Whether the certificate leads to one that is trusted."""
        return bool(self.chain)


@dataclass(frozen=True)
class _Signed:
    """What is signed: the content by its hashes, and the certificates that came with it."""

    content_type: str
    hashes: Mapping[str, bytes]
    certificates: Sequence[x509.Certificate]


def verify(
    source: Readable,
    sink: Output | None,
    trust: Trust | None,
    *,
    time_trust: Trust | None = None,
    progress: Progress | None = None,
) -> tuple[Signature, ...]:
    """Verifies a message that contains what is signed, and writes that to the sink, if any.

    It may be BER, DER, PEM, or S/MIME with smime-type signed-data.
    The sink is an Output whose block is entered: what was written to it vanishes if this raises.
    Every signature must be right, and every signer trusted: now, or at the time of a time-stamp
    whose authority `time_trust` trusts. Without `trust`, signatures need only be right. Raises
    NotVerifiedError, NotCmsError, AlteredError, UnsupportedError, SourceError, OutputError.
    """
    return _verify(SignedReader(source, progress), sink, trust, time_trust)


def verify_detached(
    source: Readable,
    signature: bytes,
    trust: Trust | None,
    *,
    time_trust: Trust | None = None,
    progress: Progress | None = None,
) -> tuple[Signature, ...]:
    """Verifies a signature that is apart from what is signed; in DER, BER or PEM.

    Otherwise as `verify`.
    """
    reader = SignedReader(io.BytesIO(signature))
    opening = reader.opening()
    if opening.has_content:
        raise UnsupportedError(
            _("The signature contains what it signs, so it is not one of another file.")
        )
    hashes = _hashed(opening, _pieces(source, progress))
    return _judged(reader, opening, hashes, trust, time_trust)


def verify_unwrapped(
    source: Readable,
    sink: Output | None,
    trust: Trust | None,
    time_trust: Trust | None = None,
) -> tuple[Signature, ...]:
    """As `verify`, of a SignedData that was inside an encrypted message.

    Without `trust`, signatures need only be right.
    """
    return _verify(SignedReader(source, nested=True), sink, trust, time_trust)


def verify_token(
    token: bytes, signature: bytes, trust: Trust | None
) -> tuple[TimeStamp, int | None]:
    """Verifies a time-stamp of a signature (RFC 3161, 2.4.2), and returns its nonce too.

    Raises FilesError where it is no right time-stamp of this signature. Without `trust`, its
    authority may be anybody.
    """
    from twincard.cms.signed.time_stamps import read_info

    reader = SignedReader(io.BytesIO(token))
    opening = reader.opening()
    if opening.content_type != _TIME_STAMP_CONTENT:
        raise AlteredError()
    content = b"".join(reader.content())
    tail = reader.tail()
    if len(tail.signer_infos) != 1:
        raise AlteredError()
    hashes = _hashed(opening, [memoryview(content)])
    signed = _Signed(opening.content_type, hashes, load_certificates(tail.certificates))
    certificate = _signer_of(read_signer_info(tail.signer_infos[0]), signed)
    time, nonce = read_info(content, signature)
    trusted = False
    if trust is not None:
        try:
            now = datetime.now(UTC)
            chain_of(certificate, trust, signed.certificates, now, Purpose.TIME_STAMP)
            trusted = True
        except UntrustedError:
            pass
    return TimeStamp(time, certificate, trusted), nonce


def _verify(
    reader: SignedReader, sink: Output | None, trust: Trust | None, time_trust: Trust | None
) -> tuple[Signature, ...]:
    try:
        opening = reader.opening()
        if not opening.has_content:
            raise UnsupportedError(
                _("The signed content is not in this file. Give the file that it is of, too.")
            )
        hashes = _hashed(opening, reader.content(), sink)
        return _judged(reader, opening, hashes, trust, time_trust)
    except BaseException:
        if sink is not None:
            sink.spoil()
        raise


def _judged(
    reader: SignedReader,
    opening: Opening,
    hashes: Mapping[str, bytes],
    trust: Trust | None,
    time_trust: Trust | None,
) -> tuple[Signature, ...]:
    """The signatures, if there is one and all are in order."""
    tail = reader.tail()
    known = () if trust is None else trust.signers
    certificates = [*load_certificates(tail.certificates), *known]
    signed = _Signed(opening.content_type, hashes, certificates)
    if not tail.signer_infos:
        raise NotVerifiedError(_("The file contains no signature."))
    if opening.content_type != DATA_CONTENT:
        raise UnsupportedError(_("What is signed is not a file, but of another type."))
    found = []
    for encoded in tail.signer_infos:
        try:
            found.append(_one(encoded, signed, trust, time_trust))
        except UnsupportedError as error:
            raise NotVerifiedError(told_by(error)) from error
    return tuple(found)


def _one(
    encoded: bytes, signed: _Signed, trust: Trust | None, time_trust: Trust | None
) -> Signature:
    info = read_signer_info(encoded)
    certificate = _signer_of(info, signed)
    time_stamp = _time_stamp(info, time_trust)
    chain: tuple[x509.Certificate, ...] = ()
    if trust is not None:
        proved = time_stamp is not None and time_stamp.trusted
        at = time_stamp.time if time_stamp is not None and proved else datetime.now(UTC)
        chain = chain_of(certificate, trust, signed.certificates, at)
    return Signature(certificate, info.signing_time, time_stamp, chain)


def _signer_of(info: SignerInfo, signed: _Signed) -> x509.Certificate:
    """The certificate of the key that made this signature over this content.

    Raises NotVerifiedError, UnsupportedError.
    """
    digest = signed.hashes.get(info.hash_name)
    if digest is None:
        raise UnsupportedError(
            _("The signature uses a hash function that the file does not announce.")
        )
    if info.content_type != signed.content_type:
        raise NotVerifiedError(_("The signature is for content of another type."))
    if not hmac.compare_digest(info.message_digest, digest):
        raise NotVerifiedError(_("The content is not what was signed."))
    info.check_algorithms()
    candidates = [one for one in signed.certificates if is_named(one, info.identifier)]
    if not candidates:
        raise UntrustedError(
            _("The certificate of the signer ({name}) is not in the file.").format(
                name=info.identifier
            )
        )
    named = [one for one in candidates if _is_certificate_of(info, one)]
    signed_hash = hashlib.new(info.hash_name, info.signed).digest()
    for certificate in named:
        if is_right(
            certificate.public_key(),
            info.signature_algorithm,
            info.hash_name,
            signed_hash,
            info.signed,
            info.signature,
        ):
            return certificate
    raise NotVerifiedError(
        _("The signature is not by {name}, whom it names.").format(name=name_of(candidates[0]))
    )


def _is_certificate_of(info: SignerInfo, certificate: x509.Certificate) -> bool:
    """Whether it is the one that the signer meant (RFC 5035, 2), if the signer said so."""
    expected = info.certificate_hash()
    if expected is None:
        return True
    name, value = expected
    if name not in _STRONG_ENOUGH:
        return False
    found = hashlib.new(name, der(certificate), usedforsecurity=False).digest()
    return hmac.compare_digest(found, value)


def _time_stamp(info: SignerInfo, trust: Trust | None) -> TimeStamp | None:
    tokens = info.unsigned.get(TIME_STAMP_TOKEN, ())
    if not tokens:
        return None
    try:
        return verify_token(tokens[0], info.signature, trust)[0]
    except FilesError as error:
        raise NotVerifiedError(_("The time-stamp is not one of this signature.")) from error


def _hashed(
    opening: Opening, pieces: Iterable[memoryview], sink: Writable | None = None
) -> dict[str, bytes]:
    hashers = {name: hashlib.new(name) for name in opening.hash_names}
    for piece in pieces:
        for hasher in hashers.values():
            hasher.update(piece)
        if sink is not None:
            sink.write(piece)
    return {name: hasher.digest() for name, hasher in hashers.items()}


def _pieces(source: Readable, progress: Progress | None) -> Iterable[memoryview]:
    done = 0
    while piece := read_some(source, READ_BYTES):
        yield memoryview(piece)
        done += len(piece)
        if progress is not None:
            progress(done)
