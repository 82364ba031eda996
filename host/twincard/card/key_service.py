"""A key service: makes or keeps key pairs, and hands each to one original, for its ticket.

Its messages are those of host-blind mode without a key group: tickets and receipts are authentic by
the card's signature alone, key blocks by the service's. See docs/card-interface.md, "Key service".
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from twincard.card.duplication import ExportedKey, Receipt, ReceiptKind, Ticket
from twincard.card.report import Mode, Role
from twincard.ground.language import _
from twincard.identity.device_certificate import (
    SIGNATURE_BYTES,
    CardCertificate,
    IdentityError,
    public_point,
    service_id,
    verify_signature,
)
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.iso import tlv
from twincard.keys.derivation import GroupKey
from twincard.keys.keyblock import EC_SERVICE_HEADER, RSA_SERVICE_HEADER, build_block
from twincard.keys.public import PublicKey

Pair = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
"""RSA-2048 with the exponent 65537, or P-256."""

_PURPOSE = 2
_NO_GROUP = GroupKey(bytes(32))
_HALF = SIGNATURE_BYTES // 2
_RSA_BITS = 2048
_EXPONENT = 65537
_SCALAR_BYTES = 32
_PRIME_BYTES = 128


@dataclass(frozen=True)
class KeyRequest:
    """A ticket that was verified: one original asks this service for a key.

    `card_id` and `nonce` have 16 bytes; a service keeps both, and gives no two keys for them.
    """

    card_id: bytes
    nonce: bytes
    statement: bytes = field(repr=False)
    """T, 51 bytes."""
    one_time_key: bytes = field(repr=False)
    """The card's, a point."""
    device_key: bytes = field(repr=False)
    """The card's, a point."""


class KeyService:
    """The service's signing key, with the issuer's certificate for it. Its repr shows no secret.

    The service itself must give each pair to one card only: it stores the request before it gives
    out the block, and frees the pair for another card only for a void receipt.
    """

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, certificate: CardCertificate, issuer: bytes
    ) -> None:
        """`issuer` is the public key (a point) of the one who certifies service and cards.

        Raises IdentityError where the certificate is not the issuer's, or not for this key.
        """
        certificate.verify(issuer)
        point = _point(key)
        if certificate.device_key != point or certificate.card_id != service_id(point):
            raise IdentityError(_("The key service's certificate is for another key."))
        self._key = key
        self._issuer = issuer
        self.certificate = certificate

    @classmethod
    def certified(cls, issuer: IssuerSigningKey, *, escrow: bool) -> Self:
        """A new service. `escrow`: it keeps the keys it gives out, and cards report that."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = issuer.certify_service(_point(key), escrow=escrow)
        return cls(key, certificate, issuer.public_key)

    @property
    def service_id(self) -> bytes:
        """Its id on cards: 16 bytes."""
        return self.certificate.card_id

    def read_ticket(self, ticket: Ticket, card: CardCertificate) -> KeyRequest:
        """Verify a ticket of the original with this certificate; raises IdentityError."""
        card.verify(self._issuer)
        (statement, _mac, one_time_key, signature) = tlv.decode_exactly(
            tlv.decode_one(ticket.encoded, 0xE1), [0x80, 0x81, 0x82, 0x83]
        )
        wanted = bytes([1, Mode.HOST_BLIND, _PURPOSE]) + card.card_id + self.service_id
        if card.role != Role.ORIGINAL or statement[: len(wanted)] != wanted:
            raise IdentityError(
                _("The ticket is not from an original, or not for this key service.")
            )
        public_point(one_time_key)
        verify_signature(
            card.device_key,
            b"twincard/ticket/1" + statement + one_time_key,
            signature,
            _("The ticket was altered, or belongs to another card."),
        )
        nonce = statement[len(wanted) :]
        return KeyRequest(card.card_id, nonce, statement, one_time_key, card.device_key)

    def export(self, request: KeyRequest, pair: Pair) -> ExportedKey:
        """The pair for the card that asked, and for no other. Raises ValueError for another pair.

        Every call generates another one-time key; a card accepts any of them, once.
        """
        header, data = _key_data(pair)
        one_time = ec.generate_private_key(ec.SECP256R1())
        point = _point(one_time)
        shared = one_time.exchange(ec.ECDH(), public_point(request.one_time_key))
        key = _mixed(shared, request.statement + request.one_time_key + point)
        block = build_block(key.kbpk(request.statement), header, data, key.pad(request.statement))
        said = b"twincard/export/1" + request.statement + request.one_time_key + point
        parts = tlv.encode(0x80, block), tlv.encode(0x82, point), tlv.encode(0x83, self._sign(said))
        return ExportedKey(tlv.encode(0xE2, *parts), Mode.HOST_BLIND)

    def read_receipt(self, receipt: Receipt, request: KeyRequest, pair: Pair) -> ReceiptKind:
        """Whether the card imported the pair, or never will.

        Raises IdentityError where the receipt is not this card's for this request and pair.
        """
        kind, mac, signature = tlv.decode_exactly(
            tlv.decode_one(receipt.encoded, 0xE3), [0x80, 0x81, 0x83]
        )
        told = b"void" + request.statement
        if receipt.kind is ReceiptKind.DONE:
            told = b"done" + request.statement + _digest(pair)
        forged = _("The receipt is not from this card, or not for this key.")
        if not hmac.compare_digest(mac, _NO_GROUP.receipt_mac(told)):
            raise IdentityError(forged)
        said = b"twincard/receipt/1" + kind + request.statement + mac
        verify_signature(request.device_key, said, signature, forged)
        return receipt.kind

    def _sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def _mixed(shared: bytes, context: bytes) -> GroupKey:
    """GK' for one export."""
    fixed = b"twincard/service/1" + hashlib.sha256(context).digest()
    return GroupKey(hashlib.sha256(b"\0\0\0\1" + shared + _NO_GROUP.value + fixed).digest())


def _key_data(pair: Pair) -> tuple[bytes, bytes]:
    """The header of a key block, and the key data in it."""
    if isinstance(pair, ec.EllipticCurvePrivateKey):
        if not isinstance(pair.curve, ec.SECP256R1):
            raise ValueError(_("Cards accept only P-256 keys and 2048-bit RSA keys."))
        scalar = pair.private_numbers().private_value.to_bytes(_SCALAR_BYTES, "big")
        private = tlv.encode(0x7F48, b"\x92" + bytes([_SCALAR_BYTES])) + tlv.encode(0x5F48, scalar)
        return EC_SERVICE_HEADER, private + tlv.encode(0x7F49, tlv.encode(0x86, _point(pair)))
    numbers = pair.private_numbers()
    public = numbers.public_numbers
    if pair.key_size != _RSA_BITS or public.e != _EXPONENT:
        raise ValueError(_("Cards accept only P-256 keys and 2048-bit RSA keys."))
    parts = (numbers.p, numbers.q, numbers.iqmp, numbers.dmp1, numbers.dmq1)
    heads = b"".join(bytes([tag, 0x81, _PRIME_BYTES]) for tag in range(0x92, 0x92 + len(parts)))
    values = b"".join(part.to_bytes(_PRIME_BYTES, "big") for part in parts)
    modulus = tlv.encode(0x81, public.n.to_bytes(_RSA_BITS // 8, "big"))
    exponent = tlv.encode(0x82, _EXPONENT.to_bytes(3, "big"))
    private = tlv.encode(0x7F48, heads) + tlv.encode(0x5F48, values)
    return RSA_SERVICE_HEADER, private + tlv.encode(0x7F49, modulus, exponent)


def _digest(pair: Pair) -> bytes:
    public = pair.public_key()
    encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey.from_bytes(encoded).digest


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
