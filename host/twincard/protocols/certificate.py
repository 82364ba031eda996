"""X.509 certificates for the keys of one card, made with it and kept on it."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from twincard.card.files import DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE
from twincard.card.report import CardReport, Features, KeyType
from twincard.card.session import Card
from twincard.keys.certificate import (
    SigningKey,
    Subject,
    Validity,
    make_decipher_certificate,
    make_request,
    make_root,
    may_sign_others,
)
from twincard.language import _
from twincard.protocols.card_files import store
from twincard.protocols.certificate_files import (
    certificate_for,
    certified_digest,
    read_certificate,
)
from twincard.protocols.errors import ProtocolError
from twincard.protocols.opensc import update_opensc_files

__all__ = [
    "CertificateOnCardError",
    "Made",
    "certify_decipher_key",
    "certify_signature_key",
    "read_certificate",
    "request_certificate",
    "store_certificate",
]


class CertificateOnCardError(ProtocolError):
    """A certificate of this key is on the card already."""


@dataclass(frozen=True)
class Made:
    """A certificate that was made, and whether the card had room to keep it."""

    certificate: x509.Certificate
    stored: bool


def certify_decipher_key(
    card: Card,
    subject: Subject,
    validity: Validity,
    key_type: KeyType | None = None,
    *,
    replace: bool = False,
) -> Made:
    """Make a certificate for the decipher key, signed by the signature key, and store it.

    Makes the signature key (of `key_type`, see `certify_signature_key`) and its certificate where
    there are none. Needs the PIN. Raises CertificateOnCardError unless it may `replace` one,
    ProtocolError, WrongSignatureError, CardError.
    """
    report = _capable(card)
    if report.key is None:
        raise ProtocolError(_("This card has no key pair yet: `twincard duplicate` makes one."))
    if not report.key.public_key_readable:
        raise ProtocolError(
            _(
                "A backup issued like this one shows no key: make the certificate on the original, "
                "and store it here with --store."
            )
        )
    if not replace:
        _refuse_stored(card, DECIPHER_CERTIFICATE, report.key.digest)
    public = card.usage.public_key()
    signing = _signing_key(card, report, key_type)
    root = certificate_for(card, SIGNATURE_CERTIFICATE, signing.public.digest)
    if root is None:
        root = make_root(subject, validity, signing)
        _store(card, SIGNATURE_CERTIFICATE, root)
    elif not may_sign_others(root):
        raise ProtocolError(
            _(
                "The signature key's certificate on this card does not let it sign others: whoever "
                "made that can certify the decipher key too, from its public key."
            )
        )
    made = make_decipher_certificate(subject, validity, public, root, signing)
    return _kept(card, DECIPHER_CERTIFICATE, made)


def certify_signature_key(
    card: Card,
    subject: Subject,
    validity: Validity,
    key_type: KeyType | None = None,
    *,
    replace: bool = False,
) -> Made:
    """Make the signature key's own certificate, and store it; the key too where there is none.

    `key_type` None: that of the key there is, for a new one P-256 where the chip has it. Needs the
    PIN. Errors as for `certify_decipher_key`.
    """
    report = _capable(card)
    if report.signature_key is not None and not replace:
        _refuse_stored(card, SIGNATURE_CERTIFICATE, report.signature_key.digest)
    signing = _signing_key(card, report, key_type)
    made = make_root(subject, validity, signing)
    return _kept(card, SIGNATURE_CERTIFICATE, made)


def request_certificate(
    card: Card, subject: Subject, key_type: KeyType | None = None
) -> x509.CertificateSigningRequest:
    """A request to certify the signature key, which is made where there is none. Needs the PIN.

    The decipher key can have none: a request is signed by the key it is about, and that one cannot
    sign. Raises ProtocolError, WrongSignatureError, CardError.
    """
    made = make_request(subject, _signing_key(card, _capable(card), key_type))
    update_opensc_files(card)
    return made


def store_certificate(card: Card, certificate: x509.Certificate) -> int:
    """Store a certificate that somebody made for one of the card's keys; needs the PIN.

    A backup knows its key by the digest, even where it keeps no public key. Returns the FID of the
    file. Raises ProtocolError when it is for another key or there is no room, CardError.
    """
    fid = _file_for(card.report(), certificate)
    if not _store(card, fid, certificate):
        raise ProtocolError(
            _(
                "This card has no file {file} for such a certificate, or one that is too small."
            ).format(file=f"{fid:04X}")
        )
    update_opensc_files(card)
    return fid


def _capable(card: Card) -> CardReport:
    report = card.report()
    if Features.SIGNATURE_KEY not in report.features:
        raise ProtocolError(
            _(
                "This card has no signature key: let somebody else certify its public key, "
                "and store that certificate with --store."
            )
        )
    return report


def _signing_key(card: Card, report: CardReport, key_type: KeyType | None) -> SigningKey:
    present = report.signature_key
    if present is None:
        usual = KeyType.P_256 if Features.HOST_BLIND in report.features else KeyType.RSA_2048
        return SigningKey(card.signing.generate(key_type or usual), card.signing.sign)
    if key_type not in (None, present.type):
        raise ProtocolError(_("This card has a signature key of another type already."))
    return SigningKey(card.signing.public_key(), card.signing.sign)


def _refuse_stored(card: Card, fid: int, digest: bytes) -> None:
    if certificate_for(card, fid, digest) is not None:
        update_opensc_files(card)  # which may have been interrupted
        raise CertificateOnCardError(
            _(
                "A certificate of this key is on the card already: --show prints it, "
                "--force replaces it by a new one."
            )
        )


def _file_for(report: CardReport, certificate: x509.Certificate) -> int:
    digest = certified_digest(certificate)
    if report.key is not None and digest == report.key.digest:
        return DECIPHER_CERTIFICATE
    if report.signature_key is not None and digest == report.signature_key.digest:
        return SIGNATURE_CERTIFICATE
    raise ProtocolError(_("This certificate is for another key than those of this card."))


def _kept(card: Card, fid: int, certificate: x509.Certificate) -> Made:
    made = Made(certificate, _store(card, fid, certificate))
    update_opensc_files(card)
    return made


def _store(card: Card, fid: int, certificate: x509.Certificate) -> bool:
    """Whether the card has room for it, and keeps it now."""
    return store(card, (fid,), certificate.public_bytes(Encoding.DER))
