"""A card as the holder of the key that files are encrypted to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from twincard.card.cryptogram import (
    AnyCryptogram,
    ArchiveCryptogram,
    Cryptogram,
    EcCryptogram,
    Hash,
    RsaCryptogram,
)
from twincard.card.files import DECIPHER_CERTIFICATE
from twincard.card.session import Card
from twincard.card.usage import Padding
from twincard.cms.errors import AlgorithmRejectedError, RecipientRejectedError
from twincard.cms.recipients.certified import certificate_names, computed_name
from twincard.cms.recipients.identifiers import RecipientIdentifier
from twincard.cms.recipients.infos import (
    ArchiveRecipient,
    EcRecipient,
    KdfHash,
    OpenableRecipient,
    PublicKeyRecipient,
    Recipient,
    RsaAlgorithm,
    RsaRecipient,
)
from twincard.flows.certify.certificate_files import encoded_certificate_for
from twincard.flows.errors import NoKeyError
from twincard.ground.language import _, told_by
from twincard.iso.status import AuthorityMissingError, CardError, NotSupportedError, WrongDataError
from twincard.keys.public import KEY_ID_BYTES
from twincard.keys.secret import Secret

PinProvider = Callable[[], Secret]
"""Returns the PIN when a card requires it, possibly again during a long job."""

_PADDINGS = {
    RsaAlgorithm.OAEP_SHA256: Padding.OAEP_SHA256,
    RsaAlgorithm.OAEP_SHA1: Padding.OAEP_SHA1,
    RsaAlgorithm.OAEP_SHA384: Padding.OAEP_SHA384,
    RsaAlgorithm.OAEP_SHA512: Padding.OAEP_SHA512,
    RsaAlgorithm.PKCS1_V15: Padding.PKCS1_V15,
}
_HASHES = {
    KdfHash.SHA256: Hash.SHA_256,
    KdfHash.SHA1: Hash.SHA_1,
    KdfHash.SHA384: Hash.SHA_384,
    KdfHash.SHA512: Hash.SHA_512,
}
_KDF_HASHES = {value: name for name, value in _HASHES.items()}
_RSA_BYTES = 256
_T = TypeVar("_T")


class CardHolder:
    """The decipher key of a card, and its archive key."""

    def __init__(self, card: Card, pin: PinProvider | None = None) -> None:
        """With `pin`, the PIN is verified whenever the card asks for it.

        Raises NoKeyError when the card has none.
        """
        report = card.kept_report()
        key = report.key
        if key is None:
            raise NoKeyError
        self.card = card
        self.card_id = report.card_id
        self.algorithm = key.type.algorithm
        self.key_id = key.digest[:KEY_ID_BYTES]
        self.archive_id = report.archive_id
        self._pin = pin
        self._digest = key.digest
        self._other_names: frozenset[RecipientIdentifier] | None = None

    def other_names(self) -> frozenset[RecipientIdentifier]:
        """See KeyHolder: of the certificate on the card, and what authorities call the key.

        The card is read for that when it is first asked for.
        """
        if self._other_names is None:
            encoded = encoded_certificate_for(self.card, DECIPHER_CERTIFICATE, self._digest)
            names = set() if encoded is None else set(certificate_names(encoded))
            with suppress(CardError):  # a backup may keep its public key to itself
                names.add(computed_name(self.card.usage.public_key()))
            self._other_names = frozenset(names)
        return self._other_names

    def use(
        self, recipient: OpenableRecipient, command: Callable[[AnyCryptogram, Padding], _T]
    ) -> _T:
        """The result of a card command for a recipient info.

        Raises RecipientRejectedError when it does not open, AlgorithmRejectedError when the chip
        lacks its algorithm, other CardErrors as they come.
        """
        cryptogram, padding = _cryptogram(recipient)
        try:
            return self.with_pin(lambda: command(cryptogram, padding))
        except WrongDataError:
            raise RecipientRejectedError(_("The card cannot decrypt the recipient info.")) from None
        except NotSupportedError as error:
            raise AlgorithmRejectedError(told_by(error)) from None

    def with_pin(self, action: Callable[[], _T]) -> _T:
        """Call it, and once more after verifying the PIN if the card requires that."""
        try:
            return action()
        except AuthorityMissingError:
            if self._pin is None or self.card.pin.is_verified():
                raise
        self.card.pin.verify(self._pin())
        return action()


class CardOpener(CardHolder):
    """Opens recipient infos with a card (twincard.cms.Opener)."""

    def open(self, recipient: OpenableRecipient, /) -> bytes:
        """See Opener. Also raises CardErrors with more specific reasons."""
        return self.use(recipient, self._plaintext)

    def _plaintext(self, cryptogram: AnyCryptogram, padding: Padding) -> bytes:
        if isinstance(cryptogram, ArchiveCryptogram):
            return self.card.usage.unwrap(cryptogram)
        return self.card.usage.decipher(cryptogram, padding)


@dataclass(frozen=True)
class CardRecipient:
    """A recipient info made by a card, and the check (8 bytes) of the key inside it."""

    recipient: PublicKeyRecipient
    check: bytes = field(repr=False)


class CardTranscoder(CardHolder):
    """Re-encrypts recipient infos to another key inside a card (twincard.cms.Transcoder)."""

    def __init__(self, card: Card, target: Recipient, pin: PinProvider | None = None) -> None:
        """`target` gets the recipient infos. Raises ProtocolError, CardError."""
        super().__init__(card, pin)
        self.target = target
        card.usage.set_target(target.card_key())

    def transcode(self, recipient: OpenableRecipient, /) -> OpenableRecipient:
        """See Transcoder. Raises as CardOpener.open does."""
        return self.transcode_with_check(recipient).recipient

    def transcode_with_check(self, recipient: OpenableRecipient, /) -> CardRecipient:
        """The same, with the check value that the target's card can confirm."""
        transcoded = self.use(
            recipient,
            lambda cryptogram, padding: self.card.usage.transcode(
                cryptogram, self.target.card_key(), padding
            ),
        )
        return CardRecipient(_recipient(transcoded.cryptogram, self.target), transcoded.check)


class CardChecker(CardHolder):
    """Checks which key a recipient info contains, without revealing it."""

    def check(self, recipient: OpenableRecipient, /) -> bytes:
        """The check (8 bytes) of the content-encryption key. Raises as CardOpener.open does."""
        return self.use(recipient, self.card.usage.check)


def _cryptogram(recipient: OpenableRecipient) -> tuple[AnyCryptogram, Padding]:
    if isinstance(recipient, ArchiveRecipient):
        return ArchiveCryptogram(recipient.wrapped_key), Padding.OAEP_SHA256
    if isinstance(recipient, EcRecipient):
        cryptogram = EcCryptogram(
            _HASHES[recipient.kdf_hash],
            recipient.kek_length,
            recipient.shared_info,
            recipient.wrapped_key,
            recipient.ephemeral_point,
        )
        return cryptogram, Padding.OAEP_SHA256
    if len(recipient.cryptogram) != _RSA_BYTES:
        raise RecipientRejectedError(_("The recipient info is for a key of another size."))
    return RsaCryptogram(recipient.cryptogram), _PADDINGS[recipient.algorithm]


def _recipient(cryptogram: Cryptogram, target: Recipient) -> PublicKeyRecipient:
    if isinstance(cryptogram, RsaCryptogram):
        return RsaRecipient(target.identifier, RsaAlgorithm.OAEP_SHA256, cryptogram.value)
    return EcRecipient(
        target.identifier,
        cryptogram.point,
        _KDF_HASHES[cryptogram.hash],
        cryptogram.kek_length,
        cryptogram.shared_info,
        cryptogram.wrapped_key,
    )
