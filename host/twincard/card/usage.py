"""The commands that make and use keys (ISO 7816-8)."""

from __future__ import annotations

from enum import IntEnum

from twincard.card.cryptogram import (
    AnyCryptogram,
    ArchiveCryptogram,
    Cryptogram,
    Kept,
    Transcoded,
    parse_archive_cryptogram,
    parse_cryptogram,
)
from twincard.card.public_key import encode_public_key, parse_public_key
from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.status import UnexpectedAnswerError
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey

OWN_KEY = 0
"""As a target: the card's own public key."""
CHECK_BYTES = 8
DIGEST_BYTES = 32


class Padding(IntEnum):
    """How an RSA cryptogram was made."""

    PKCS1_V15 = 0x11
    OAEP_SHA256 = 0x12
    OAEP_SHA1 = 0x13
    OAEP_SHA384 = 0x14
    OAEP_SHA512 = 0x15


Target = PublicKey | int
"""A public key, the number of a contact, or OWN_KEY."""


class Usage:
    """The decipher key of one card.

    The padding and a public key as target are remembered, so that they are sent only when they
    change; `card.select` and `card.reset` forget them, as the card does.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._padding: Padding | None = Padding.OAEP_SHA256
        self._target: PublicKey | None = None

    def generate(self, key_type: KeyType) -> bytes:
        """Original: make a new key pair on the card, in place of the one there; its digest.

        The public key itself cannot be read before the key is released.

        Raises AuthorityMissingError, WrongStateError while an export is pending, NotSupportedError.
        """
        data = tlv.encode(0xAC, tlv.encode(0x80, bytes([key_type.number])))
        command = Command.of(Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x80, data=data, answer=SHORT_ANSWER)
        answer = self._channel.send(command, _("generate a key pair"))
        return answer if len(answer) == DIGEST_BYTES else parse_public_key(answer).digest

    def public_key(self) -> PublicKey:
        """The public key.

        Raises NotFoundError without a key, or where a backup keeps none, WrongStateError while the
        key is not released.
        """
        command = Command.of(Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x81, answer=SHORT_ANSWER)
        return parse_public_key(self._channel.send(command, _("return its public key")))

    def decipher(self, cryptogram: Cryptogram, padding: Padding = Padding.OAEP_SHA256) -> bytes:
        """The plaintext of a cryptogram (PSO: DECIPHER).

        Raises AuthorityMissingError, WrongDataError when it does not open, WrongStateError when the
        policy forbids it, NotFoundError without a key, NotSupportedError for a hash or KEK length.
        """
        self._set_padding(padding)
        return self._perform(0x80, 0x86, cryptogram.encode(), _("decipher"))

    def encipher(self, plaintext: bytes, target: Target) -> Cryptogram:
        """A cryptogram for the target (PSO: ENCIPHER).

        RSA takes up to 190 bytes, EC a content-encryption key of 16, 24 or 32 bytes.
        Raises AuthorityMissingError, CardError 6700 for other lengths, and what `set_target`
        raises.
        """
        self.set_target(target)
        return parse_cryptogram(self._perform(0x86, 0x80, plaintext, _("encipher")))

    def transcode(
        self, cryptogram: AnyCryptogram, target: Target, padding: Padding = Padding.OAEP_SHA256
    ) -> Transcoded:
        """Re-encrypt the content-encryption key of a cryptogram for the target (TRANSCODE).

        Errors as for `decipher` and `encipher`.
        """
        self._set_padding(padding)
        self.set_target(target)
        command = Command.of(Ins.TRANSCODE, data=cryptogram.encode(), answer=SHORT_ANSWER)
        check, rest = _split(self._channel.send(command, _("transcode")))
        return Transcoded(parse_cryptogram(rest), check)

    def wrap(self, key: bytes) -> ArchiveCryptogram:
        """A content-encryption key (16, 24 or 32 bytes) wrapped for the archive key (WRAP).

        Raises AuthorityMissingError, NotFoundError without a key.
        """
        command = Command.of(Ins.WRAP, data=key, answer=SHORT_ANSWER)
        return parse_archive_cryptogram(self._channel.send(command, _("wrap a key")))

    def unwrap(self, cryptogram: ArchiveCryptogram) -> bytes:
        """The content-encryption key in an archive cryptogram (UNWRAP).

        Raises AuthorityMissingError, WrongDataError when it does not open, WrongStateError when the
        policy forbids it, NotFoundError without a key.
        """
        command = Command.of(Ins.UNWRAP, data=cryptogram.encode(), answer=SHORT_ANSWER)
        return self._channel.send(command, _("unwrap a key"))

    def keep(self, cryptogram: Cryptogram, padding: Padding = Padding.OAEP_SHA256) -> Kept:
        """Re-wrap the content-encryption key of a cryptogram for the card's archive key.

        KEEP; the key does not leave the card. Errors as for `decipher`.
        """
        self._set_padding(padding)
        command = Command.of(Ins.KEEP, data=cryptogram.encode(), answer=SHORT_ANSWER)
        check, rest = _split(self._channel.send(command, _("keep a key")))
        return Kept(parse_archive_cryptogram(rest), check)

    def check(self, cryptogram: AnyCryptogram, padding: Padding = Padding.OAEP_SHA256) -> bytes:
        """The check (8 bytes) of the content-encryption key in a cryptogram (CHECK).

        Errors as for `decipher`.
        """
        self._set_padding(padding)
        command = Command.of(Ins.CHECK, data=cryptogram.encode(), answer=SHORT_ANSWER)
        check = self._channel.send(command, _("check a cryptogram"))
        if len(check) != CHECK_BYTES:
            raise UnexpectedAnswerError(_("The card's check value does not have 8 bytes."))
        return check

    def set_target(self, target: Target) -> None:
        """Set the target of `encipher` (MSE SET); methods that take a target do it themselves.

        Raises NotFoundError for a contact that is not there, WrongDataError for a key that is not
        valid, AuthorityMissingError for one that the card's policy does not trust.
        """
        if isinstance(target, PublicKey) and target == self._target:
            return
        self._target = None
        if isinstance(target, PublicKey):
            self._set_environment(0x81, encode_public_key(target))
            self._target = target
        else:
            # Never remembered: the meaning of a number changes with contacts and keys.
            self._set_environment(0x81, tlv.encode(0x83, bytes([target])))

    def forget_environment(self) -> None:
        """Forget what SELECT and reset make the card forget."""
        self._padding = Padding.OAEP_SHA256
        self._target = None

    def doubt_environment(self) -> None:
        """Send again what a new secure channel may have reset, unless it is the default."""
        if self._padding is not Padding.OAEP_SHA256:
            self._padding = None
        self._target = None

    def _set_padding(self, padding: Padding) -> None:
        if padding is not self._padding:
            self._padding = None
            self._set_environment(0x41, tlv.encode(0x80, bytes([padding])))
            self._padding = padding

    def _set_environment(self, p1: int, data: bytes) -> None:
        self._channel.send(
            Command.of(Ins.MANAGE_SECURITY_ENVIRONMENT, p1, 0xB8, data),
            _("select an algorithm or target"),
        )

    def _perform(self, p1: int, p2: int, data: bytes, action: str) -> bytes:
        command = Command.of(Ins.PERFORM_SECURITY_OPERATION, p1, p2, data, SHORT_ANSWER)
        return self._channel.send(command, action)


def _split(answer: bytes) -> tuple[bytes, bytes]:
    """The check before a cryptogram, and the cryptogram; raises UnexpectedAnswerError."""
    head = tlv.encode(0x8E, bytes(CHECK_BYTES))[:2]
    check, rest = answer[2 : 2 + CHECK_BYTES], answer[2 + CHECK_BYTES :]
    if answer[:2] != head or len(check) != CHECK_BYTES:
        raise UnexpectedAnswerError(_("The card's transcoded key has no check value."))
    return check, rest
