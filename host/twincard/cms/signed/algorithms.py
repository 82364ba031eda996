"""Hash functions and signature algorithms of signers (RFC 5754, 4056, 8419)."""

from __future__ import annotations

from typing import NamedTuple

from asn1crypto import algos
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from twincard.cms.errors import AlteredError, UnsupportedError
from twincard.cms.framing import ber
from twincard.ground.language import _
from twincard.keys.key_type import KeyAlgorithm

SHA256 = "2.16.840.1.101.3.4.2.1"
HASHES = {
    SHA256: "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
"""Hash functions by object identifier; SHA-1 and MD5 are refused, as they have collisions."""
RSA_BITS = range(2048, 8192 + 1)
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_RSA_PLAIN = "1.2.840.113549.1.1.1"
_RSA_PSS = "1.2.840.113549.1.1.10"
_RSA = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_ECDSA = {
    _ECDSA_SHA256: "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_ED25519 = "1.3.101.112"
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_NULL = bytes.fromhex("0500")
_MOST_SALT = 1 << 10
"""Beyond what an RSA key of 8192 bits has room for."""


class AlgorithmId(NamedTuple):
    """An AlgorithmIdentifier, with its parameters as they are encoded."""

    oid: str
    parameters: bytes
    encoded: bytes


def read_algorithm(encoded: bytes) -> AlgorithmId:
    """From an AlgorithmIdentifier. Raises AlteredError."""
    try:
        parsed = algos.AnyAlgorithmIdentifier.load(ber.check(encoded), strict=True)
        return AlgorithmId(parsed["algorithm"].dotted, parsed["parameters"].dump(), parsed.dump())
    except (ValueError, TypeError, IndexError) as error:
        raise AlteredError() from error


def hash_of_digest(algorithm: AlgorithmId) -> str:
    """The name of the hash function of a digestAlgorithm. Raises UnsupportedError."""
    if algorithm.oid not in HASHES or algorithm.parameters not in (b"", _NULL):
        raise UnsupportedError(
            _("The signature uses a hash function other than SHA-256, SHA-384 and SHA-512.")
        )
    return HASHES[algorithm.oid]


def digest_identifier() -> bytes:
    """The AlgorithmIdentifier of SHA-256, without parameters (RFC 5754, 2)."""
    encoded: bytes = algos.DigestAlgorithm({"algorithm": SHA256}).dump()
    return encoded


def signature_identifier(algorithm: KeyAlgorithm) -> bytes:
    """The AlgorithmIdentifier of a card's signatures: PKCS #1 v1.5 or ECDSA, with SHA-256.

    `rsaEncryption` names the first, as RFC 5754, 3.2, wants every reader to accept it.
    """
    if algorithm is KeyAlgorithm.RSA:
        return ber.encode(ber.SEQUENCE, _oid(_RSA_PLAIN), _NULL)
    return ber.encode(ber.SEQUENCE, _oid(_ECDSA_SHA256))


def is_right(
    public: object,
    algorithm: AlgorithmId,
    hash_name: str,
    digest: bytes,
    signed: bytes,
    value: bytes,
) -> bool:
    """Whether a signature is right: `digest` is the hash of `signed`.

    Raises UnsupportedError for algorithms and keys that are not accepted, or do not fit together.
    """
    hashed = Prehashed(_HASHES[hash_name])
    try:
        if isinstance(public, rsa.RSAPublicKey) and public.key_size in RSA_BITS:
            public.verify(value, digest, _padding(algorithm, hash_name), hashed)
        elif isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, _CURVES):
            _check_hash(_ECDSA.get(algorithm.oid), hash_name)
            public.verify(value, digest, ec.ECDSA(hashed))
        elif isinstance(public, ed25519.Ed25519PublicKey) and algorithm.oid == _ED25519:
            public.verify(value, signed)
        else:
            raise UnsupportedError(_("The signature algorithm or the key is not supported."))
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnsupportedError(_("The signature algorithm or the key is not supported.")) from error
    return True


def _padding(algorithm: AlgorithmId, hash_name: str) -> padding.PKCS1v15 | padding.PSS:
    if algorithm.oid == _RSA_PSS:
        return _pss(algorithm, hash_name)
    if algorithm.oid != _RSA_PLAIN:
        _check_hash(_RSA.get(algorithm.oid), hash_name)
    return padding.PKCS1v15()


def _pss(algorithm: AlgorithmId, hash_name: str) -> padding.PSS:
    """RFC 4056, 3: both hash functions are that of the digest."""
    try:
        parameters = algos.RSASSAPSSParams.load(ber.check(algorithm.parameters), strict=True)
        names = (
            parameters["hash_algorithm"]["algorithm"].native,
            parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native,
        )
        salt: int = parameters["salt_length"].native
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise AlteredError() from error
    for name in names:
        _check_hash(name, hash_name)
    if not 0 <= salt <= _MOST_SALT:
        raise UnsupportedError(_("The signature algorithm or the key is not supported."))
    return padding.PSS(padding.MGF1(_HASHES[hash_name]), salt)


def _check_hash(named: str | None, hash_name: str) -> None:
    if named is None:
        raise UnsupportedError(_("The signature algorithm or the key is not supported."))
    if named != hash_name:
        raise UnsupportedError(
            _("The signature names two different hash functions, so it is not accepted.")
        )


def _oid(dotted: str) -> bytes:
    from asn1crypto import core

    encoded: bytes = core.ObjectIdentifier(dotted).dump()
    return encoded
