"""Recipients of a message, and the recipient infos made for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from twincard.cms.recipients.names import rfc4514
from twincard.keys.key_type import KeyAlgorithm
from twincard.keys.public import PublicKey, certificate_from_bytes


@dataclass(frozen=True, slots=True)
class KeyIdentifier:
    """A subject key identifier; for a bare public key its ``key_id``, 20 bytes."""

    value: bytes

    def __str__(self) -> str:
        return f"key identifier {self.value.hex()}"


@dataclass(frozen=True, slots=True)
class IssuerAndSerial:
    """A certificate by its issuer (a DER Name) and its serial number (RFC 5652, 10.2.4).

    As text, the name is written as in RFC 4514.
    """

    issuer: bytes
    serial: int

    def __str__(self) -> str:
        return f"{rfc4514(self.issuer)}, serial number {self.serial:#x}"


RecipientIdentifier = KeyIdentifier | IssuerAndSerial
"""How a recipient info identifies its recipient (RFC 5652, 6.2.1)."""


class RsaAlgorithm(Enum):
    """How a content-encryption key is encrypted under an RSA key."""

    OAEP_SHA256 = "RSAES-OAEP with SHA-256, MGF1 with SHA-256, empty label"
    OAEP_SHA1 = "RSAES-OAEP with SHA-1, MGF1 with SHA-1, empty label"
    OAEP_SHA384 = "RSAES-OAEP with SHA-384, MGF1 with SHA-384, empty label"
    OAEP_SHA512 = "RSAES-OAEP with SHA-512, MGF1 with SHA-512, empty label"
    PKCS1_V15 = "RSAES-PKCS1-v1_5"


class KdfHash(Enum):
    """The hash of the ANSI X9.63 key derivation."""

    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class _Addressed:
    """What all recipient infos have."""

    __slots__ = ()
    identifier: RecipientIdentifier | None
    _algorithm: ClassVar[KeyAlgorithm | None] = None

    def is_for(self, owner: NamedKey | Recipient) -> bool:
        """Whether it names this key: a PublicKey, a Recipient (of a certificate), or its holder.

        A file may name a key otherwise, by a certificate that is not at hand: whether the key opens
        it, its holder alone can tell.
        """
        key: NamedKey = owner.key if isinstance(owner, Recipient) else owner
        names: list[RecipientIdentifier] = [KeyIdentifier(key.key_id)]
        if isinstance(owner, Recipient):
            names.append(owner.identifier)
        return self.identifier in names and self._algorithm in (None, key.algorithm)


@dataclass(frozen=True, slots=True)
class RsaRecipient(_Addressed):
    """Key transport (RFC 5652, 6.2.1): the cryptogram has as many bytes as the modulus, 256."""

    identifier: RecipientIdentifier
    algorithm: RsaAlgorithm
    cryptogram: bytes
    _algorithm: ClassVar[KeyAlgorithm | None] = KeyAlgorithm.RSA

    def __str__(self) -> str:
        return f"RSA: {self.identifier}"


@dataclass(frozen=True, slots=True)
class EcRecipient(_Addressed):
    """Key agreement with a one-time P-256 key (RFC 5753, 3.1).

    ``ephemeral_point`` is uncompressed, 65 bytes; ``kek_length`` 16, 24 or 32 bytes;
    ``shared_info`` the DER ECC-CMS-SharedInfo, at most 127 bytes; ``wrapped_key`` the
    content-encryption key in AES key wrap (RFC 3394), 8 bytes longer than the key.
    """

    identifier: RecipientIdentifier
    ephemeral_point: bytes
    kdf_hash: KdfHash
    kek_length: int
    shared_info: bytes
    wrapped_key: bytes
    _algorithm: ClassVar[KeyAlgorithm | None] = KeyAlgorithm.EC

    def __str__(self) -> str:
        return f"P-256: {self.identifier}"


@dataclass(frozen=True, slots=True)
class ArchiveRecipient(_Addressed):
    """A key wrapped under one that both sides have (RFC 5652, 6.2.3), with aes256-wrap.

    ``identifier`` is the archive id of the card, 16 bytes; ``wrapped_key`` the content-encryption
    key in AES key wrap (RFC 3394), 8 bytes longer than the key.
    """

    identifier: KeyIdentifier
    wrapped_key: bytes

    def is_for(self, owner: NamedKey | Recipient) -> bool:
        """Whether it names the archive key of this holder."""
        return self.identifier.value == getattr(owner, "archive_id", None)

    def __str__(self) -> str:
        return f"archive key: {self.identifier}"


@dataclass(frozen=True, slots=True)
class UnsupportedRecipient(_Addressed):
    """A recipient info that no card can open, with the reason; it is kept unchanged."""

    identifier: RecipientIdentifier | None
    reason: str

    def __str__(self) -> str:
        return f"unsupported: {self.identifier or 'no name'} ({self.reason})"


PublicKeyRecipient = RsaRecipient | EcRecipient
"""A recipient info that holds a key for a public key."""
OpenableRecipient = PublicKeyRecipient | ArchiveRecipient
"""A recipient info that a card with the key may open."""
RecipientInfo = OpenableRecipient | UnsupportedRecipient
"""Any recipient info of a message."""

AES256_WRAP_SHARED_INFO = bytes.fromhex("3015300B060960864801650304012DA206040400000100")
"""ECC-CMS-SharedInfo (RFC 5753, 7.2) for aes256-wrap without user keying material."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient: a public key, and its identifier in recipient infos."""

    key: PublicKey
    identifier: RecipientIdentifier

    @classmethod
    def of(cls, key: PublicKey) -> Recipient:
        """A bare public key, identified by its digest."""
        return cls(key, KeyIdentifier(key.key_id))

    @classmethod
    def from_bytes(cls, encoded: bytes) -> Recipient:
        """A public key or certificate in PEM or DER.

        A certificate is identified by its subject key identifier, else by issuer and serial number.
        Raises twincard.keys.public.UnusablePublicKeyError.
        """
        key = PublicKey.from_bytes(encoded)
        certificate = certificate_from_bytes(encoded)
        if certificate is None:
            return cls.of(key)
        return cls(key, _identifier_of(certificate))

    @classmethod
    def from_certificate(cls, certificate: x509.Certificate) -> Recipient:
        """The holder of an X.509 certificate, named as it names itself.

        Raises UnusablePublicKeyError.
        """
        return cls.from_bytes(certificate.public_bytes(Encoding.DER))


def _identifier_of(certificate: x509.Certificate) -> RecipientIdentifier:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return KeyIdentifier(extension.value.digest)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        # The issuer is compared byte by byte, so it is copied from the certificate, not rebuilt.
        parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
        issuer: bytes = parsed["tbs_certificate"]["issuer"].dump()
        return IssuerAndSerial(issuer, certificate.serial_number)


class NamedKey(Protocol):
    """A key that recipient infos may name."""

    @property
    def algorithm(self) -> KeyAlgorithm:
        """The algorithm of the key."""

    @property
    def key_id(self) -> bytes:
        """The first 20 bytes of the key digest."""


class KeyHolder(NamedKey, Protocol):
    """Holds a private key, and perhaps an archive key."""

    @property
    def archive_id(self) -> bytes | None:
        """The id of its archive key in files, 16 bytes; None if there is none."""


class Opener(KeyHolder, Protocol):
    """Opens recipient infos: a card, or a key in software."""

    def open(self, recipient: OpenableRecipient, /) -> bytes:
        """The content-encryption key, 16, 24 or 32 bytes.

        Raises RecipientRejectedError where the recipient info does not open with this key,
        AlgorithmRejectedError where an algorithm is missing.
        """


class ArchiveWrapper(Protocol):
    """Wraps content-encryption keys under an archive key: a card, or a key in software."""

    def wrap(self, key: bytes, /) -> ArchiveRecipient:
        """The recipient info of a content-encryption key of 16, 24 or 32 bytes."""


class ArchiveKeeper(KeyHolder, Protocol):
    """Wraps the content-encryption key of a recipient info under an archive key."""

    def keep(self, recipient: OpenableRecipient, /) -> ArchiveRecipient:
        """The recipient info for the archive key. Raises as Transcoder.transcode does."""


class Transcoder(KeyHolder, Protocol):
    """Re-encrypts the content-encryption key of a recipient info for another key."""

    def transcode(self, recipient: OpenableRecipient, /) -> OpenableRecipient:
        """The recipient info for the other key.

        Raises RecipientRejectedError where the recipient info does not open with this key,
        AlgorithmRejectedError where that is for want of an algorithm.
        """


def is_named(recipient: RecipientInfo, holder: KeyHolder) -> bool:
    """Whether the recipient info names the holder's key, or its archive key, by its own id."""
    if isinstance(recipient, ArchiveRecipient):
        return recipient.is_for(holder)
    return recipient.identifier == KeyIdentifier(holder.key_id)
