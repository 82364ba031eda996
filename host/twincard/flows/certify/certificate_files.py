"""X.509 certificates in the files of a card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from twincard.card.files import CERTIFICATE_CHAIN, DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE
from twincard.card.report import Features
from twincard.card.session import Card
from twincard.flows.certify.card_files import make_room
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _
from twincard.identity.x509 import issuer_of, subject_of
from twincard.iso.status import MemoryFullError, NotFoundError
from twincard.keys.public import PublicKey, UnusablePublicKeyError

USUAL_BYTES = 2560
"""The size of a file for certificates: an authority's are 1,100 to 2,000 bytes."""
_LEAST_BYTES = 512
"""A smaller file is useless."""
_SEQUENCE = 0x30
_LONGEST_HEAD = 4


def make_certificate_files(
    card: Card, key_bytes: int | None = None, chain_bytes: int | None = None
) -> None:
    """Make empty files: one of `key_bytes` for each key's certificate, one for those above them.

    None: USUAL_BYTES, or less on a small card, where the keys' files come first; 0 leaves a file
    out. Needs the issuer's authority. May be interrupted and repeated: existing files stay. Raises
    ProtocolError if a requested size does not fit, CardError.
    """
    keys = [DECIPHER_CERTIFICATE]
    if Features.SIGNATURE_KEY in card.features:
        keys.append(SIGNATURE_CERTIFICATE)
    missing = [fid for fid in keys if _size(card, fid) is None]
    free = card.kept_report().file_bytes_free
    made = [_make_file(card, fid, key_bytes, free // len(missing)) for fid in missing]
    if _size(card, CERTIFICATE_CHAIN) is None:
        _make_file(card, CERTIFICATE_CHAIN, chain_bytes, free - sum(made))


def _make_file(card: Card, fid: int, wanted: int | None, room: int) -> int:
    """Returns the number of free bytes that the file took."""
    size = min(USUAL_BYTES, room) if wanted is None else wanted
    if size < (_LEAST_BYTES if wanted is None else 1):
        return 0
    try:
        make_room(card, (fid,), size)
    except MemoryFullError:
        if wanted is not None:
            raise ProtocolError(
                _(
                    "The card has no room for a file of {size} bytes: only {free} bytes of "
                    "its file memory are free."
                ).format(size=size, free=card.kept_report().file_bytes_free)
            ) from None
        return 0
    return size


def _size(card: Card, *path: int) -> int | None:
    """Bytes of a file; None where there is none."""
    try:
        return card.files.select(*path).size or 0
    except NotFoundError:
        return None


def room_for(card: Card, *path: int) -> int:
    """Bytes that the content of a file may have, 0 where there is none."""
    return _size(card, *path) or 0


def read_certificate(card: Card, fid: int) -> x509.Certificate | None:
    """The certificate in a file of the card; None where it holds none. Needs no PIN."""
    return next(_certificates(_read(card, fid)), None)


def encoded_certificate_for(card: Card, fid: int, digest: bytes) -> bytes | None:
    """The DER bytes in the file, if they are a certificate for the key with this digest."""
    encoded = next(_read(card, fid), None)
    return encoded if encoded is not None and _digest_of(encoded) == digest else None


def read_chain(card: Card) -> tuple[x509.Certificate, ...]:
    """The certificates of the issuers above the card's keys. Needs no PIN."""
    return tuple(_certificates(_read(card, CERTIFICATE_CHAIN)))


def certificate_for(card: Card, fid: int, digest: bytes) -> x509.Certificate | None:
    """The certificate in the file, if it is for the key with this digest."""
    certificate = read_certificate(card, fid)
    found = certificate is not None and certified_digest(certificate) == digest
    return certificate if found else None


def certified_digest(certificate: x509.Certificate) -> bytes | None:
    """The digest (32 bytes) of its key; None for a key that no card can have."""
    return _digest_of(certificate.public_bytes(Encoding.DER))


def _digest_of(encoded: bytes) -> bytes | None:
    try:
        return PublicKey.from_bytes(encoded).digest
    except UnusablePublicKeyError:
        return None


def above(
    certificates: Iterable[x509.Certificate], known: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """The certificates of `known` above these ones, found by their names."""
    found: list[x509.Certificate] = []
    looking = list(certificates)
    for lower in looking:
        for upper in known:
            if subject_of(upper) == issuer_of(lower) and upper != lower and upper not in found:
                found.append(upper)
                looking.append(upper)
    return found


def _certificates(encoded: Iterable[bytes]) -> Iterator[x509.Certificate]:
    for one in encoded:
        try:
            yield x509.load_der_x509_certificate(one)
        except (ValueError, x509.InvalidVersion):
            return


def _read(card: Card, fid: int) -> Iterator[bytes]:
    """What is at the beginning of a file, one after the other: DER SEQUENCEs."""
    size, at = room_for(card, fid), 0
    while size:
        length = _der_length(card.files.read(min(_LONGEST_HEAD, size - at), at))
        if length is None or length > size - at:
            return
        yield card.files.read(length, at)
        at += length


def _der_length(head: bytes) -> int | None:
    """Bytes of the DER SEQUENCE that begins so; None when none does."""
    if len(head) < _LONGEST_HEAD or head[0] != _SEQUENCE or not 0x81 <= head[1] <= 0x82:
        return None
    count = head[1] & 0x7F
    return 2 + count + int.from_bytes(head[2 : 2 + count])
