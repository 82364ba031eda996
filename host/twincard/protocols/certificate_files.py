"""X.509 certificates in the files of a card."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from twincard.card.session import Card
from twincard.card.status import NotFoundError
from twincard.keys.public import PublicKey, UnusablePublicKeyError

_SEQUENCE = 0x30
_LONGEST_HEAD = 4


def read_certificate(card: Card, fid: int) -> x509.Certificate | None:
    """The certificate in a file of the card; None where it holds none. Needs no PIN."""
    files = card.files
    try:
        size = files.select(fid).size or 0
    except NotFoundError:
        return None
    head = files.read(min(_LONGEST_HEAD, size))
    length = _der_length(head)
    if length is None or length > size:
        return None
    try:
        return x509.load_der_x509_certificate(files.read(length))
    except (ValueError, x509.InvalidVersion):
        return None


def certificate_for(card: Card, fid: int, digest: bytes) -> x509.Certificate | None:
    """The certificate in the file, if it is for the key with this digest."""
    certificate = read_certificate(card, fid)
    found = certificate is not None and certified_digest(certificate) == digest
    return certificate if found else None


def certified_digest(certificate: x509.Certificate) -> bytes | None:
    """The digest (32 bytes) of the key that it is for; None for one that no card can have."""
    try:
        return PublicKey.from_bytes(certificate.public_bytes(Encoding.DER)).digest
    except UnusablePublicKeyError:
        return None


def _der_length(head: bytes) -> int | None:
    """Bytes of the DER SEQUENCE that begins so; None when none does."""
    if len(head) < _LONGEST_HEAD or head[0] != _SEQUENCE or not 0x81 <= head[1] <= 0x82:
        return None
    count = head[1] & 0x7F
    return 2 + count + int.from_bytes(head[2 : 2 + count])
