"""SCP03: a secure channel on static keys, which brings the issuer's authority.

GPC Amendment D with AES-128 and a random card challenge (i = 60).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from twincard.card.channel import OWN, Channel
from twincard.card.secure_channel import SecureChannel, SessionKeys
from twincard.card.status import IssuerRefusedError, Sw, UnexpectedAnswerError
from twincard.keys.derivation import aes_cmac, kdf
from twincard.keys.secret import Secret
from twincard.language import _
from twincard.transport.apdu import SHORT_ANSWER, Command

KEY_BYTES = 16
KCV_BYTES = 3
LAST_VERSION = 0x7F
_LEVEL = 0x33
_CHALLENGE_BYTES = 8
_CRYPTOGRAM_BYTES = 8
_CARD_ID_SHOWN = 10
_PROTOCOL = b"\x03\x60"
_CARD_CRYPTOGRAM, _HOST_CRYPTOGRAM = 0x00, 0x01
_S_ENC, _S_MAC, _S_RMAC = 0x04, 0x06, 0x07


class WrongChannelKeysError(IssuerRefusedError):
    """The card does not have these static keys, or is not the card that it says it is."""

    def __init__(self) -> None:
        super().__init__(Sw.AUTHENTICATION_FAILED, _("open the issuer's channel"))
        self.args = (
            _("This is not the issuer's key of this card: no secure channel opens with it."),
        )


@dataclass(frozen=True)
class ScpKeys:
    """The static keys K-ENC, K-MAC and K-DEK (16 bytes each); version 0: whichever is present."""

    enc: Secret
    mac: Secret
    dek: Secret
    version: int = 0

    @classmethod
    def derive(cls, transport_key: Secret, card_id: bytes, version: int = 0) -> Self:
        """The keys that go with a transport key (32 bytes) on the card of this id."""
        keys = kdf(transport_key.reveal(), b"scp03", card_id, 3 * 8 * KEY_BYTES)
        enc, mac, dek = (Secret(keys[i : i + KEY_BYTES]) for i in range(0, len(keys), KEY_BYTES))
        return cls(enc, mac, dek, version)


def open_scp03(channel: Channel, card_id: bytes, keys: ScpKeys) -> SecureChannel:
    """INITIALIZE UPDATE and EXTERNAL AUTHENTICATE, which carries the first MAC.

    Raises WrongChannelKeysError, IssuerRefusedError, NotFoundError for a version that the card
    does not have, UnexpectedAnswerError.
    """
    ours = secrets.token_bytes(_CHALLENGE_BYTES)
    theirs, cryptogram = _initialize(channel, card_id, keys.version, ours)
    context = ours + theirs
    mac = _derive(keys.mac, _S_MAC, context)
    if not hmac.compare_digest(cryptogram, _cryptogram(mac, _CARD_CRYPTOGRAM, context)):
        raise WrongChannelKeysError
    session = SessionKeys(
        _derive(keys.enc, _S_ENC, context), mac, _derive(keys.mac, _S_RMAC, context)
    )
    secure = SecureChannel(session)
    proof = Command(OWN, 0x82, _LEVEL, data=_cryptogram(mac, _HOST_CRYPTOGRAM, context))
    if channel.send(secure.authenticated(proof), _("open the issuer's channel")):
        raise UnexpectedAnswerError(_("The card answers data to EXTERNAL AUTHENTICATE."))
    return secure


def put_key_data(current: ScpKeys, new: ScpKeys) -> bytes:
    """The data of PUT KEY: new version, and each key under the current K-DEK with its KCV."""
    data = bytes([new.version])
    for key in (new.enc, new.mac, new.dek):
        encryptor = Cipher(AES(current.dek.reveal()), CBC(bytes(KEY_BYTES))).encryptor()
        wrapped = encryptor.update(key.reveal()) + encryptor.finalize()
        data += bytes([0x88, KEY_BYTES]) + wrapped + bytes([KCV_BYTES]) + _kcv(key)
    return data


def put_key_answer(new: ScpKeys) -> bytes:
    """What the card answers to it: the version and the three KCVs."""
    return bytes([new.version]) + _kcv(new.enc) + _kcv(new.mac) + _kcv(new.dek)


def _initialize(
    channel: Channel, card_id: bytes, version: int, challenge: bytes
) -> tuple[bytes, bytes]:
    """The card's challenge and cryptogram."""
    command = Command(OWN, 0x50, version, data=challenge, answer=SHORT_ANSWER)
    answer = channel.send(command, _("open the issuer's channel"))
    head, rest = answer[: _CARD_ID_SHOWN + 3], answer[_CARD_ID_SHOWN + 3 :]
    if len(rest) != _CHALLENGE_BYTES + _CRYPTOGRAM_BYTES or head[-2:] != _PROTOCOL:
        raise UnexpectedAnswerError(_("The card's channel is not SCP03 as it should be."))
    if head[:_CARD_ID_SHOWN] != card_id[:_CARD_ID_SHOWN]:
        raise UnexpectedAnswerError(_("The card's channel is another card's."))
    return rest[:_CHALLENGE_BYTES], rest[_CHALLENGE_BYTES:]


def _derive(key: Secret, constant: int, context: bytes) -> Secret:
    return Secret(_kdf(key, constant, context, 8 * KEY_BYTES))


def _cryptogram(key: Secret, constant: int, context: bytes) -> bytes:
    return _kdf(key, constant, context, 8 * _CRYPTOGRAM_BYTES)


def _kdf(key: Secret, constant: int, context: bytes, bits: int) -> bytes:
    """Amendment D, 4.1.5: SP 800-108 in counter mode, with the counter behind the label."""
    label = bytes(11) + bytes([constant, 0x00]) + bits.to_bytes(2, "big") + b"\x01"
    return aes_cmac(key.reveal(), label + context)[: bits // 8]


def _kcv(key: Secret) -> bytes:
    encryptor = Cipher(AES(key.reveal()), ECB()).encryptor()  # noqa: S305 -- one block
    return encryptor.update(b"\x01" * KEY_BYTES)[:KCV_BYTES]
