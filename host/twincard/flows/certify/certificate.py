"""X.509 certificates for the keys of one card, made with it and stored on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from twincard.card.files import CERTIFICATE_CHAIN, DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE
from twincard.card.report import CardReport, Features, PolicyFlags
from twincard.card.session import Card
from twincard.flows.certify.card_files import store as store_file
from twincard.flows.certify.certificate_files import (
    above,
    certificate_for,
    certified_digest,
    read_certificate,
    read_chain,
    room_for,
)
from twincard.flows.certify.opensc import update_opensc_files
from twincard.flows.errors import ProtocolError
from twincard.flows.files.opener import PinProvider
from twincard.flows.usable import check_own_pin, check_released
from twincard.ground.language import _
from twincard.identity.signing_key import SigningKey
from twincard.identity.x509 import (
    Subject,
    Validity,
    is_such,
    make_decipher_certificate,
    make_request,
    make_root,
    may_sign_others,
)
from twincard.keys.key_type import KeyType

__all__ = [
    "CertificateOnCardError",
    "MadeCertificate",
    "NoRoomForCertificateError",
    "certify_decipher_key",
    "certify_signature_key",
    "copy_certificate",
    "has_certificate",
    "read_certificate",
    "read_chain",
    "request_certificate",
    "store_certificate",
]


class CertificateOnCardError(ProtocolError):
    """A certificate of this key is on the card already."""


class NoRoomForCertificateError(ProtocolError):
    """The card has no certificate file that is large enough; its content is unchanged."""


@dataclass(frozen=True)
class MadeCertificate:
    """A certificate for a key of the card.

    `root` signed it: the signature key's own. `stored`: whether the card keeps them both. `made`:
    whether it was made now; False for one left by an earlier, interrupted call.
    """

    certificate: x509.Certificate
    root: x509.Certificate
    stored: bool
    made: bool = True


def certify_decipher_key(
    card: Card,
    subject: Subject,
    validity: Validity,
    key_type: KeyType | None = None,
    *,
    replace: bool = False,
    store: bool = True,
    pin: PinProvider | None = None,
) -> MadeCertificate:
    """Make a certificate for the decipher key, signed by the signature key, and store it.

    Makes the signature key (of `key_type`, see `certify_signature_key`) and its certificate where
    there are none. Needs the PIN; on a card with PIN_EACH_TIME `pin` too, to go on after a
    signature. A certificate with this subject and validity that is already on the card is returned:
    so an interrupted call may be repeated. Without `store` only the signature key stays on the
    card. Raises CertificateOnCardError if there is another, unless `replace` is set,
    NoRoomForCertificateError, ProtocolError, WrongSignatureError, CardError.
    """
    report = _capable(card)
    if report.key is None:
        raise ProtocolError(_("This card has no key pair yet. Run `twincard duplicate` first."))
    check_released(report)
    if not report.key.public_key_readable:
        raise ProtocolError(
            _(
                "This backup does not show its public key. Make the certificate on the "
                "original, and store it here with --store."
            )
        )
    if store:
        _check_room(card, DECIPHER_CERTIFICATE)
    if store and not replace:
        finished = _finished(card, DECIPHER_CERTIFICATE, report.key.digest, subject, validity)
        if finished is not None:
            return finished
    public = card.usage.public_key()
    signing = _signing_key(card, report, key_type, pin)
    root = certificate_for(card, SIGNATURE_CERTIFICATE, signing.public.digest)
    if root is None:
        root = make_root(subject, validity, signing)
        if store:
            _store(card, SIGNATURE_CERTIFICATE, root)
    elif not may_sign_others(root):
        raise ProtocolError(
            _(
                "The certificate of this card's signature key is not a CA certificate, so "
                "it cannot certify the decipher key. Ask the CA that made it to certify the "
                "decipher key from its public key."
            )
        )
    made = make_decipher_certificate(subject, validity, public, root, signing)
    return _kept(card, DECIPHER_CERTIFICATE, MadeCertificate(made, root, store))


def certify_signature_key(
    card: Card,
    subject: Subject,
    validity: Validity,
    key_type: KeyType | None = None,
    *,
    replace: bool = False,
    store: bool = True,
    pin: PinProvider | None = None,
) -> MadeCertificate:
    """Make the signature key's own certificate, and store it; the key too where there is none.

    `key_type` None: that of the existing key; for a new one P-256 if the chip has it. Otherwise as
    `certify_decipher_key`.
    """
    report = _capable(card)
    if store:
        _check_room(card, SIGNATURE_CERTIFICATE)
    if report.signature_key is not None and store and not replace:
        digest = report.signature_key.digest
        finished = _finished(card, SIGNATURE_CERTIFICATE, digest, subject, validity)
        if finished is not None:
            return finished
    signing = _signing_key(card, report, key_type, pin)
    made = make_root(subject, validity, signing)
    return _kept(card, SIGNATURE_CERTIFICATE, MadeCertificate(made, made, store))


def request_certificate(
    card: Card,
    subject: Subject,
    key_type: KeyType | None = None,
    *,
    pin: PinProvider | None = None,
) -> x509.CertificateSigningRequest:
    """A request to certify the signature key, which is made where there is none. Needs the PIN.

    There is none for the decipher key: a request is signed by its own key, and that key cannot
    sign. `pin` as for `certify_decipher_key`. Raises ProtocolError, WrongSignatureError, CardError.
    """
    made = make_request(subject, _signing_key(card, _capable(card), key_type, pin))
    update_opensc_files(card)
    return made


def store_certificate(
    card: Card, certificate: x509.Certificate, issuers: Sequence[x509.Certificate] = ()
) -> int:
    """Store a certificate that somebody made for one of the card's keys; needs the PIN.

    `issuers` are stored too, each above the one before; those that certify nothing on the card are
    left out. A backup recognises its key by the digest, even without the public key. Returns the
    FID of the file. Raises ProtocolError when it is for another key, NoRoomForCertificateError,
    before anything is written, CardError.
    """
    report = card.kept_report()
    check_own_pin(report)
    fid = _file_for(report, certificate)
    if fid == DECIPHER_CERTIFICATE:
        check_released(report)
    _check_room(card, fid, certificate)
    lowest = [certificate, *_others(card, report, fid)]
    chain = above(lowest, [*issuers, *read_chain(card)])
    if tuple(chain) != read_chain(card):
        _check_room(card, CERTIFICATE_CHAIN, *chain)
        _store(card, CERTIFICATE_CHAIN, *chain)
    _store(card, fid, certificate)
    update_opensc_files(card)
    return fid


def has_certificate(card: Card) -> bool:
    """Whether the card has a certificate of its decipher key. Needs no PIN."""
    return _of_decipher_key(card) is not None


def copy_certificate(original: Card, backup: Card) -> None:
    """Store the original's certificate of their common key on the backup, and those above it.

    Both PINs must be verified. Raises ProtocolError where the original has none, and as
    `store_certificate` does.
    """
    certificate = _of_decipher_key(original)
    if certificate is None:
        raise ProtocolError(
            _("The original has no certificate for its key. Make one with `twincard certificate`.")
        )
    root = read_certificate(original, SIGNATURE_CERTIFICATE)
    issuers = read_chain(original) if root is None else (root, *read_chain(original))
    if _of_decipher_key(backup) == certificate and above([certificate], issuers) == above(
        [certificate], read_chain(backup)
    ):
        update_opensc_files(backup)
        return
    store_certificate(backup, certificate, issuers)


def _of_decipher_key(card: Card) -> x509.Certificate | None:
    key = card.kept_report().key
    return None if key is None else certificate_for(card, DECIPHER_CERTIFICATE, key.digest)


def _others(card: Card, report: CardReport, fid: int) -> list[x509.Certificate]:
    """The certificates of keys on the card in other files than this one."""
    keys = {DECIPHER_CERTIFICATE: report.key, SIGNATURE_CERTIFICATE: report.signature_key}
    found = [
        certificate_for(card, other, key.digest)
        for other, key in keys.items()
        if other != fid and key is not None
    ]
    return [certificate for certificate in found if certificate is not None]


def _capable(card: Card) -> CardReport:
    report = card.kept_report()
    if Features.SIGNATURE_KEY not in report.features:
        raise ProtocolError(
            _(
                "This card cannot make certificates, as it has no signature key. Have a CA "
                "certify its public key, and store the certificate with --store."
            )
        )
    check_own_pin(report)
    return report


def _signing_key(
    card: Card, report: CardReport, key_type: KeyType | None, pin: PinProvider | None
) -> SigningKey:
    sign = _signer(card, report, pin)
    present = report.signature_key
    if present is None:
        usual = KeyType.P_256 if Features.HOST_BLIND in report.features else KeyType.RSA_2048
        return SigningKey(card.signing.generate(key_type or usual), sign)
    if key_type not in (None, present.type):
        raise ProtocolError(_("This card already has a signature key of another type."))
    return SigningKey(card.signing.public_key(), sign)


def _signer(card: Card, report: CardReport, pin: PinProvider | None) -> Callable[[bytes], bytes]:
    """A function that signs, and verifies the PIN again if `pin` is given."""

    def sign(digest: bytes) -> bytes:
        signature = card.signing.sign(digest)
        if pin is not None and PolicyFlags.PIN_EACH_TIME in report.policy:
            card.pin.verify(pin())
        return signature

    return sign


def _finished(
    card: Card, fid: int, digest: bytes, subject: Subject, validity: Validity
) -> MadeCertificate | None:
    """The certificate of an earlier call for the same; None if the key has no certificate yet."""
    found = certificate_for(card, fid, digest)
    if found is None:
        return None
    update_opensc_files(card)  # which may have been interrupted
    root = read_certificate(card, SIGNATURE_CERTIFICATE)
    if root is not None and is_such(found, root, subject, validity):
        return MadeCertificate(found, root, stored=True, made=False)
    raise CertificateOnCardError(
        _("The card already has a certificate for this key. --show prints it; --force replaces it.")
    )


def _file_for(report: CardReport, certificate: x509.Certificate) -> int:
    digest = certified_digest(certificate)
    if report.key is not None and digest == report.key.digest:
        return DECIPHER_CERTIFICATE
    if report.signature_key is not None and digest == report.signature_key.digest:
        return SIGNATURE_CERTIFICATE
    raise ProtocolError(_("This certificate is not for a key of this card."))


def _kept(card: Card, fid: int, made: MadeCertificate) -> MadeCertificate:
    if made.stored:
        _store(card, fid, made.certificate)
    update_opensc_files(card)
    return made


def _check_room(card: Card, fid: int, *certificates: x509.Certificate) -> None:
    size, room = len(_content(certificates)), room_for(card, fid)
    if room == 0 or size > room:
        told = (
            _(
                "This card has no file {file} for certificates. Use --no-store, and keep "
                "the certificate as a file on your computer."
            )
            if room == 0
            else _(
                "File {file} of this card has room for {room} bytes, but {size} are needed. "
                "Use --no-store, and keep the certificate as a file on your computer, or "
                "issue cards with larger --certificate-bytes and --chain-bytes."
            )
        )
        raise NoRoomForCertificateError(told.format(file=f"{fid:04X}", room=room, size=size))


def _store(card: Card, fid: int, *certificates: x509.Certificate) -> None:
    """Write them into the file, all or none. Raises NoRoomForCertificateError."""
    _check_room(card, fid, *certificates)
    store_file(card, (fid,), _content(certificates))


def _content(certificates: Sequence[x509.Certificate]) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.DER) for certificate in certificates)
