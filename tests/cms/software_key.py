"""A private key in software, for tests only; written from the standards, apart from the product."""

from __future__ import annotations

import functools
import hashlib
import io
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from twincard.cms import (
    EcRecipient,
    OpenableRecipient,
    Recipient,
    RecipientIdentifier,
    RecipientRejectedError,
    RsaAlgorithm,
    RsaRecipient,
    SpooledOutput,
    decrypt,
    encrypt,
    wrap_for_card_key,
)
from twincard.keys.key_type import KeyAlgorithm
from twincard.keys.public import PublicKey

_OAEP_HASHES: dict[RsaAlgorithm, hashes.HashAlgorithm] = {
    RsaAlgorithm.OAEP_SHA256: hashes.SHA256(),
    RsaAlgorithm.OAEP_SHA1: hashes.SHA1(),  # noqa: S303 - what old programs write
    RsaAlgorithm.OAEP_SHA384: hashes.SHA384(),
    RsaAlgorithm.OAEP_SHA512: hashes.SHA512(),
}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class SoftwareKey:
    """An Opener; a Transcoder too, for the target."""

    private: PrivateKey
    target: Recipient | None = None
    archive_id: bytes | None = None

    @property
    def public(self) -> PublicKey:
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return PublicKey.from_rsa(numbers.n.to_bytes(256), numbers.e.to_bytes(3))
        return PublicKey.from_point(
            b"\x04"
            + public.public_numbers().x.to_bytes(32)
            + public.public_numbers().y.to_bytes(32)
        )

    def giving_to(self, target: Recipient) -> SoftwareKey:
        """This key as a Transcoder for the target."""
        return SoftwareKey(self.private, target)

    @property
    def recipient(self) -> Recipient:
        return Recipient.of(self.public)

    @property
    def algorithm(self) -> KeyAlgorithm:
        return KeyAlgorithm.RSA if isinstance(self.private, rsa.RSAPrivateKey) else KeyAlgorithm.EC

    @property
    def key_id(self) -> bytes:
        return self.public.key_id

    def other_names(self) -> frozenset[RecipientIdentifier]:
        return frozenset()

    def open(self, recipient: OpenableRecipient, /) -> bytes:
        if isinstance(recipient, RsaRecipient):
            return self._decrypt(recipient)
        assert isinstance(recipient, EcRecipient)
        return self._agree(recipient)

    def transcode(self, recipient: OpenableRecipient, /) -> OpenableRecipient:
        assert self.target is not None
        return wrap_for_card_key(self.open(recipient), self.target)

    def _decrypt(self, recipient: RsaRecipient) -> bytes:
        assert isinstance(self.private, rsa.RSAPrivateKey)
        used = _OAEP_HASHES.get(recipient.algorithm)
        oaep = used and padding.OAEP(padding.MGF1(used), used, None)
        try:
            return self.private.decrypt(recipient.cryptogram, oaep or padding.PKCS1v15())
        except ValueError as error:
            raise RecipientRejectedError("no") from error

    def _agree(self, recipient: EcRecipient) -> bytes:
        assert isinstance(self.private, ec.EllipticCurvePrivateKey)
        point = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), recipient.ephemeral_point
        )
        secret = self.private.exchange(ec.ECDH(), point)
        kek = x963_kdf(
            recipient.kdf_hash.name.lower(), secret, recipient.shared_info, recipient.kek_length
        )
        return key_unwrap(kek, recipient.wrapped_key)


def x963_kdf(hash_name: str, secret: bytes, shared_info: bytes, length: int) -> bytes:
    """ANSI X9.63 key derivation, as in SEC 1, 3.6.1."""
    derived = b""
    counter = 0
    while len(derived) < length:
        counter += 1
        derived += hashlib.new(hash_name, secret + counter.to_bytes(4) + shared_info).digest()
    return derived[:length]


def key_unwrap(kek: bytes, wrapped: bytes) -> bytes:
    """AES key unwrap, RFC 3394, 2.2.2 (index based)."""
    aes = Cipher(algorithms.AES(kek), modes.ECB()).decryptor()  # noqa: S305 - RFC 3394 is made of it
    check, *registers = (wrapped[at : at + 8] for at in range(0, len(wrapped), 8))
    count = len(registers)
    for step in range(6 * count, 0, -1):
        index = (step - 1) % count
        masked = (int.from_bytes(check) ^ step).to_bytes(8)
        block = aes.update(masked + registers[index])
        check, registers[index] = block[:8], block[8:]
    if check != b"\xa6" * 8:
        raise RecipientRejectedError("no")
    return b"".join(registers)


def key_of(kind: KeyAlgorithm, name: str = "alice") -> SoftwareKey:
    """One key for each kind and name, made once."""
    return _key(kind, name)


@functools.cache
def _key(kind: KeyAlgorithm, name: str) -> SoftwareKey:
    if kind is KeyAlgorithm.RSA:
        return SoftwareKey(rsa.generate_private_key(65537, 2048))
    return SoftwareKey(ec.generate_private_key(ec.SECP256R1()))


def rsa_key(name: str = "alice") -> SoftwareKey:
    """The RSA key of this name."""
    return key_of(KeyAlgorithm.RSA, name)


def ec_key(name: str = "alice") -> SoftwareKey:
    """The P-256 key of this name."""
    return key_of(KeyAlgorithm.EC, name)


def encrypted(plaintext: bytes, *keys: SoftwareKey, mail: bool = False) -> bytes:
    """The message for these keys."""
    sink = io.BytesIO()
    encrypt(io.BytesIO(plaintext), sink, [key.recipient for key in keys], mail=mail)
    return sink.getvalue()


def decrypted(message: bytes, key: SoftwareKey) -> bytes:
    """The content of the message."""
    sink = io.BytesIO()
    with SpooledOutput(sink) as output:
        decrypt(io.BytesIO(message), output, key, mail=True)
    return sink.getvalue()
