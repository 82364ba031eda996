"""Cryptograms made without the product: OAEP, PKCS#1, RFC 5753, by `cryptography`."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from twincard.card.cryptogram import Cryptogram, EcCryptogram, Hash, RsaCryptogram
from twincard.keys.public import PublicKey

HASHES: dict[Hash, hashes.HashAlgorithm] = {
    Hash.SHA_256: hashes.SHA256(),
    Hash.SHA_1: hashes.SHA1(),  # noqa: S303 -- CMS has it as a key derivation hash
    Hash.SHA_384: hashes.SHA384(),
    Hash.SHA_512: hashes.SHA512(),
}
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def seal_oaep(key: PublicKey, content: bytes) -> RsaCryptogram:
    """OAEP with SHA-256, empty label (RFC 8017, 7.1)."""
    return RsaCryptogram(rsa_key(key).encrypt(content, OAEP))


def seal_pkcs1(key: PublicKey, content: bytes) -> RsaCryptogram:
    """PKCS#1 v1.5 (RFC 8017, 7.2)."""
    return RsaCryptogram(rsa_key(key).encrypt(content, padding.PKCS1v15()))


def rsa_key(key: PublicKey) -> rsa.RSAPublicKey:
    """As `cryptography` has it."""
    loaded = key.loaded()
    assert isinstance(loaded, rsa.RSAPublicKey)
    return loaded


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Uncompressed, 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def key_encryption_key(
    own: ec.EllipticCurvePrivateKey,
    other: ec.EllipticCurvePublicKey,
    kdf_hash: Hash,
    length: int,
    shared_info: bytes,
) -> bytes:
    """ECDH and the ANSI X9.63 key derivation: `length` bytes."""
    shared = own.exchange(ec.ECDH(), other)
    return X963KDF(HASHES[kdf_hash], length, shared_info).derive(shared)


def seal_ec(
    key: PublicKey,
    content: bytes,
    kdf_hash: Hash = Hash.SHA_256,
    kek_length: int = 32,
    shared_info: bytes = b"",
) -> EcCryptogram:
    """A content-encryption key wrapped for a P-256 key."""
    loaded = key.loaded()
    assert isinstance(loaded, ec.EllipticCurvePublicKey)
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    kek = key_encryption_key(ephemeral, loaded, kdf_hash, kek_length, shared_info)
    wrapped = keywrap.aes_key_wrap(kek, content)
    return EcCryptogram(
        kdf_hash, kek_length, shared_info, wrapped, point_of(ephemeral.public_key())
    )


def seal(key: PublicKey, content: bytes) -> Cryptogram:
    """A cryptogram for a key of either kind, with what is usual."""
    if isinstance(key.loaded(), rsa.RSAPublicKey):
        return seal_oaep(key, content)
    return seal_ec(key, content)


class Correspondent:
    """Somebody else's key pair, in software."""

    def __init__(self, private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public = PublicKey.from_bytes(spki)

    @classmethod
    def with_rsa(cls) -> Correspondent:
        """An RSA-2048 key pair."""
        return cls(rsa.generate_private_key(65537, 2048))

    @classmethod
    def with_ec(cls) -> Correspondent:
        """A P-256 key pair."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    def open(self, cryptogram: Cryptogram) -> bytes:
        """The content; raises what `cryptography` raises when it does not open."""
        if isinstance(cryptogram, RsaCryptogram):
            assert isinstance(self._private, rsa.RSAPrivateKey)
            return self._private.decrypt(cryptogram.value, OAEP)
        assert isinstance(self._private, ec.EllipticCurvePrivateKey)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), cryptogram.point)
        kek = key_encryption_key(
            self._private, point, cryptogram.hash, cryptogram.kek_length, cryptogram.shared_info
        )
        return keywrap.aes_key_unwrap(kek, cryptogram.wrapped_key)
