"""Public key templates 7F49 (ISO 7816-8), as cards read and write them."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa

from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.status import UnexpectedAnswerError
from twincard.keys.key_type import KeyAlgorithm
from twincard.keys.public import PublicKey, UnusablePublicKeyError

_TEMPLATE = 0x7F49
_MODULUS = 0x81
_EXPONENT = 0x82
_POINT = 0x86


def encode_public_key(key: PublicKey) -> bytes:
    """The template of an RSA-2048 or P-256 key."""
    if key.algorithm is KeyAlgorithm.EC:
        return tlv.encode(_TEMPLATE, tlv.encode(_POINT, key.value))
    loaded = key.loaded()
    assert isinstance(loaded, rsa.RSAPublicKey)  # noqa: S101 -- KeyAlgorithm.RSA says so
    numbers = loaded.public_numbers()
    return tlv.encode(
        _TEMPLATE,
        tlv.encode(_MODULUS, numbers.n.to_bytes(loaded.key_size // 8, "big")),
        tlv.encode(_EXPONENT, numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")),
    )


def parse_public_key(answer: bytes) -> PublicKey:
    """Read a template from a card; raises UnexpectedAnswerError."""
    try:
        values = {item.tag: item.value for item in tlv.decode(tlv.decode_one(answer, _TEMPLATE))}
        if set(values) == {_POINT}:
            return PublicKey.from_point(values[_POINT])
        return PublicKey.from_rsa(values[_MODULUS], values[_EXPONENT])
    except (tlv.TlvError, KeyError, UnusablePublicKeyError) as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's public key: {error}.").format(error=error)
        ) from None
