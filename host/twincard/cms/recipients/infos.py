"""Recipients of a message, and the recipient infos made for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Protocol

from twincard.cms.recipients.certificates import (
    AmbiguousCertificatesError,
    RecipientCertificate,
    check_suitable,
    holders,
    read_all,
    read_certificate,
)
from twincard.cms.recipients.identifiers import (
    KeyIdentifier,
    RecipientIdentifier,
)
from twincard.cms.recipients.other_keys import OtherAlgorithm, OtherPublicKey, RecipientKey
from twincard.ground.language import _
from twincard.keys.key_type import KeyAlgorithm
from twincard.keys.public import PublicKey, UnusablePublicKeyError

if TYPE_CHECKING:
    from cryptography import x509


CARD_RSA_BITS = 2048


class RsaAlgorithm(Enum):
    """How a content-encryption key is encrypted under an RSA key."""

    OAEP_SHA256 = "RSAES-OAEP with SHA-256, MGF1 with SHA-256, empty label"
    OAEP_SHA1 = "RSAES-OAEP with SHA-1, MGF1 with SHA-1, empty label"
    OAEP_SHA384 = "RSAES-OAEP with SHA-384, MGF1 with SHA-384, empty label"
    OAEP_SHA512 = "RSAES-OAEP with SHA-512, MGF1 with SHA-512, empty label"
    PKCS1_V15 = "RSAES-PKCS1-v1_5"


class KdfHash(Enum):
    """The hash of the ANSI X9.63 key derivation."""

    SHA1 = "SHA-1"
    SHA256 = "SHA-256"
    SHA384 = "SHA-384"
    SHA512 = "SHA-512"


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
        if isinstance(owner, Recipient):
            return self.identifier in owner.names and self._algorithm in (None, owner.key.algorithm)
        names = (KeyIdentifier(owner.key_id),)
        return self.identifier in names and self._algorithm in (None, owner.algorithm)


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


@dataclass(frozen=True, slots=True)
class OtherKeyRecipient(_Addressed):
    """A recipient info for a key that no card has, encoded as it is written.

    Read again, it is an UnsupportedRecipient.
    """

    identifier: RecipientIdentifier
    algorithm: OtherAlgorithm
    encoded: bytes

    def __str__(self) -> str:
        return f"{self.algorithm.value}: {self.identifier}"


PublicKeyRecipient = RsaRecipient | EcRecipient
"""A recipient info that holds a key for a public key."""
OpenableRecipient = PublicKeyRecipient | ArchiveRecipient
"""A recipient info that a card with the key may open."""
RecipientInfo = OpenableRecipient | OtherKeyRecipient | UnsupportedRecipient
"""Any recipient info of a message."""

AES256_WRAP_SHARED_INFO = bytes.fromhex("3015300B060960864801650304012DA206040400000100")
"""ECC-CMS-SharedInfo (RFC 5753, 7.2) for aes256-wrap without user keying material."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient: a public key, and its identifier in recipient infos.

    ``certificate`` is what the recipient's certificate says; None for a bare public key.
    """

    key: RecipientKey
    identifier: RecipientIdentifier
    certificate: RecipientCertificate | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, key: RecipientKey) -> Recipient:
        """A bare public key, identified by its digest."""
        return cls(key, KeyIdentifier(key.key_id))

    @classmethod
    def from_bytes(cls, encoded: bytes, *, any_date: bool = False) -> Recipient:
        """A public key or certificate in PEM or DER; of a chain of certificates, its end.

        A certificate is identified by its subject key identifier, else by issuer and serial number.
        It must be for encryption (key usage, extended key usage, basic constraints) and, without
        ``any_date``, valid today. Its signature is not checked.

        Raises UnsuitableCertificateError, AmbiguousCertificatesError where there are several
        people, both kinds of twincard.keys.public.UnusablePublicKeyError, and the latter.
        """
        found = cls.all_from_bytes(encoded, any_date=any_date)
        if len(found) > 1:
            raise AmbiguousCertificatesError(
                _("There are keys of {count} people in this file. Give a file of one.").format(
                    count=len(found)
                )
            )
        return found[0]

    @classmethod
    def all_from_bytes(cls, encoded: bytes, *, any_date: bool = False) -> tuple[Recipient, ...]:
        """The recipients in a file with keys and certificates of several people, at least one.

        Otherwise as ``from_bytes``.
        """
        if not isinstance(encoded, bytes | bytearray):
            raise TypeError(
                "a public key is read from bytes, the content of a file, "
                f"not from {type(encoded).__name__}"
            )
        certificates, keys = read_all(bytes(encoded))
        people = holders(certificates, None if any_date else datetime.now(UTC))
        found = [cls._certified(one) for one in people]
        return each_once((*found, *map(cls.of, keys)))

    @classmethod
    def from_certificate(
        cls, certificate: x509.Certificate, *, any_date: bool = False
    ) -> Recipient:
        """The holder of an X.509 certificate, checked and named as by ``from_bytes``.

        Raises as it does.
        """
        found = cls.named_by(certificate)
        assert found.certificate is not None  # noqa: S101 -- it was made of one
        at = None if any_date else datetime.now(UTC)
        check_suitable(found.certificate, found.key.algorithm, at)
        return found

    @classmethod
    def named_by(cls, certificate: x509.Certificate) -> Recipient:
        """The same without any check: to find one's own recipient info, not to encrypt.

        Raises UnusablePublicKeyError.
        """
        from cryptography.hazmat.primitives.serialization import Encoding

        read = read_certificate(certificate.public_bytes(Encoding.DER))
        if read is None:
            raise UnusablePublicKeyError(_("This certificate is malformed. Ask for another one."))
        return cls._certified(read)

    @classmethod
    def _certified(cls, certificate: RecipientCertificate) -> Recipient:
        return cls(certificate.key(), certificate.identifier, certificate)

    @property
    def names(self) -> tuple[RecipientIdentifier, ...]:
        """All that recipient infos may name it by: the key's digest, and the certificate's both."""
        certified = (self.certificate.issuer_and_serial,) if self.certificate is not None else ()
        return (KeyIdentifier(self.key.key_id), self.identifier, *certified)

    @property
    def is_for_cards(self) -> bool:
        """Whether cards can have its key: RSA-2048 and P-256."""
        if isinstance(self.key, OtherPublicKey):
            return False
        return self.key.algorithm is KeyAlgorithm.EC or self.key.loaded().key_size == CARD_RSA_BITS

    def card_key(self) -> PublicKey:
        """The key, of a kind that cards have. Raises UnusablePublicKeyError for any other."""
        if isinstance(self.key, OtherPublicKey):
            raise UnusablePublicKeyError(
                _("A card can re-encrypt files only to RSA-2048 and P-256 keys. Give such a key.")
            )
        return self.key


def each_once(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """The recipients with different keys, in order; one with a certificate before a bare key."""
    found: dict[bytes, Recipient] = {}
    for one in recipients:
        known = found.get(one.key.spki)
        if known is None or (known.certificate is None and one.certificate is not None):
            found[one.key.spki] = one
    return tuple(found.values())


class NamedKey(Protocol):
    """A key that recipient infos may name."""

    @property
    def algorithm(self) -> KeyAlgorithm:
        """The algorithm of the key."""

    @property
    def key_id(self) -> bytes:
        """The first 20 bytes of the key digest."""


class KeyHolder(NamedKey, Protocol):
    """Holds a private key, and perhaps an archive key; knows what recipient infos call it."""

    @property
    def archive_id(self) -> bytes | None:
        """The id of its archive key in files, 16 bytes; None if there is none."""

    def other_names(self) -> frozenset[RecipientIdentifier]:
        """Other identifiers of the key, those of its certificates; none if it knows none.

        Asked for only where `key_id` alone does not find the right recipient info.
        """


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
