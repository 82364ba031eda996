"""SCP03: a secure channel on static keys, which brings the issuer's authority.

GPC Amendment D. The applet has AES-128 and a random card challenge (i = 60); `initialize_update`
and `InitializeUpdateResponse.open` serve security domains of other kinds too
(twincard.globalplatform).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFCMAC, CounterLocation, Mode

from twincard.ground.language import _
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.secure_channel import FULL, Protection, SecureChannel, SessionKeys
from twincard.iso.status import IssuerRefusedError, Sw, UnexpectedAnswerError
from twincard.keys.derivation import KCV_BYTES
from twincard.keys.scp03_keys import SCP03_KEY_BYTES, Scp03Keys, ecb_kcv
from twincard.keys.secret import Secret

CHALLENGE_BYTES = 8
_DIVERSIFICATION_BYTES = 10
_SCP03 = 0x03
_APPLETS_PARAMETER = 0x60
_PSEUDO_RANDOM = 0x10
_COUNTER_BYTES = 3
_CARD_CRYPTOGRAM, _HOST_CRYPTOGRAM = 0x00, 0x01
_S_ENC, _S_MAC, _S_RMAC = 0x04, 0x06, 0x07


class WrongScp03KeysError(IssuerRefusedError):
    """The card does not have these static keys, or is not the card it claims to be."""

    def __init__(self) -> None:
        super().__init__(Sw.AUTHENTICATION_FAILED, _("open the issuer's channel"))
        self.args = (_("Wrong transport key: it does not open a secure channel to this card."),)


@dataclass(frozen=True)
class InitializeUpdateResponse:
    """What a card answered to INITIALIZE UPDATE (Amendment D, 7.1.1).

    `diversification` (10 bytes) may be the input for deriving its keys, `version` that of the keys,
    `parameter` the i of the protocol; `context` is both challenges.
    """

    diversification: bytes
    version: int
    parameter: int
    context: bytes
    cryptogram: bytes

    def fits(self, keys: Scp03Keys) -> bool:
        """Whether the card proved that it has these keys. Sends nothing."""
        with _session_key(keys.mac, _S_MAC, self.context) as mac:
            return hmac.compare_digest(self.cryptogram, self._proof(mac, _CARD_CRYPTOGRAM))

    def open(
        self, channel: Channel, keys: Scp03Keys, protection: Protection = FULL
    ) -> SecureChannel:
        """EXTERNAL AUTHENTICATE with keys that fit; the channel that it opens.

        Raises CardError, UnexpectedAnswerError.
        """
        session = SessionKeys(
            _session_key(keys.enc, _S_ENC, self.context),
            _session_key(keys.mac, _S_MAC, self.context),
            _session_key(keys.mac, _S_RMAC, self.context),
        )
        secure = SecureChannel(session, protection=protection)
        try:
            data = self._proof(session.mac, _HOST_CRYPTOGRAM)
            proof = Command.of(Ins.EXTERNAL_AUTHENTICATE_SCP03, protection.level, data=data)
            if channel.send(secure.authenticated(proof), _("open the issuer's channel")):
                raise UnexpectedAnswerError(
                    _("The card returned unexpected data to EXTERNAL AUTHENTICATE.")
                )
        except BaseException:
            secure.close()
            raise
        return secure

    def _proof(self, mac: Secret, constant: int) -> bytes:
        return _kdf(mac, constant, self.context, len(self.cryptogram))


class OtherProtocolError(UnexpectedAnswerError):
    """The card's secure channel is not SCP03, but of the number `protocol`."""

    def __init__(self, protocol: int) -> None:
        super().__init__(_("The card did not answer with a valid SCP03 channel."))
        self.protocol = protocol


def initialize_update(
    channel: Channel, version: int, challenge_bytes: int = CHALLENGE_BYTES
) -> InitializeUpdateResponse:
    """INITIALIZE UPDATE with a new challenge; `version` 0 takes whichever keys there are.

    Raises OtherProtocolError, NotFoundError for a version that the card does not have, CardError,
    UnexpectedAnswerError.
    """
    ours = secrets.token_bytes(challenge_bytes)
    command = Command.of(Ins.INITIALIZE_UPDATE, version, data=ours, answer=SHORT_ANSWER)
    answer = channel.send(command, _("open the issuer's channel"))
    head, rest = answer[: _DIVERSIFICATION_BYTES + 3], answer[_DIVERSIFICATION_BYTES + 3 :]
    if len(head) == _DIVERSIFICATION_BYTES + 3 and head[-2] != _SCP03:
        raise OtherProtocolError(head[-2])
    size = 2 * challenge_bytes
    counter = _COUNTER_BYTES if head[-1:] and head[-1] & _PSEUDO_RANDOM else 0
    if len(rest) != size + counter:
        raise UnexpectedAnswerError(_("The card did not answer with a valid SCP03 channel."))
    theirs, cryptogram = rest[:challenge_bytes], rest[challenge_bytes:size]
    return InitializeUpdateResponse(
        head[:_DIVERSIFICATION_BYTES], head[-3], head[-1], ours + theirs, cryptogram
    )


def open_scp03(channel: Channel, card_id: bytes, keys: Scp03Keys) -> SecureChannel:
    """INITIALIZE UPDATE and EXTERNAL AUTHENTICATE, which carries the first MAC.

    Raises WrongScp03KeysError, IssuerRefusedError, NotFoundError for a version that the card
    does not have, UnexpectedAnswerError.
    """
    response = initialize_update(channel, keys.version)
    if response.parameter != _APPLETS_PARAMETER:
        raise OtherProtocolError(_SCP03)
    if response.diversification != card_id[:_DIVERSIFICATION_BYTES]:
        raise UnexpectedAnswerError(_("The secure channel belongs to another card."))
    if not response.fits(keys):
        raise WrongScp03KeysError
    return response.open(channel, keys)


def put_key_data(current: Scp03Keys, new: Scp03Keys) -> bytes:
    """The data of PUT KEY: new version, and each key under the current K-DEK with its KCV."""
    data = bytes([new.version])
    for key in (new.enc, new.mac, new.dek):
        wrapped = wrap_key(current.dek, key)
        data += bytes([0x88, SCP03_KEY_BYTES]) + wrapped + bytes([KCV_BYTES]) + ecb_kcv(key)
    return data


def wrap_key(dek: Secret, key: Secret) -> bytes:
    """A key under K-DEK: 16 bytes, or 32 (Amendment D, 6.2.8)."""
    padding = secrets.token_bytes(-len(key) % 16)
    encryptor = Cipher(AES(dek.reveal()), CBC(bytes(16))).encryptor()
    return encryptor.update(key.reveal() + padding) + encryptor.finalize()


def put_key_answer(new: Scp03Keys) -> bytes:
    """What the card answers to it: the version and the three KCVs."""
    return bytes([new.version]) + new.check_values


def _session_key(key: Secret, constant: int, context: bytes) -> Secret:
    return Secret(_kdf(key, constant, context, len(key)))


def _kdf(key: Secret, constant: int, context: bytes, size: int) -> bytes:
    """Amendment D, 4.1.5: SP 800-108 in counter mode, with the counter behind the label."""
    label = bytes(11) + bytes([constant, 0x00]) + (8 * size).to_bytes(2, "big")
    derivation = KBKDFCMAC(
        AES,
        Mode.CounterMode,
        size,
        rlen=1,
        llen=None,
        location=CounterLocation.MiddleFixed,
        label=None,
        context=None,
        fixed=label + context,
        break_location=len(label),
    )
    return derivation.derive(key.reveal())
