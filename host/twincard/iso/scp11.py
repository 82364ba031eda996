"""SCP11b: a secure channel with one-time keys, in which the card proves who it is.

GPC Amendment F, 7.6: the card is authenticated by its channel key, the host not at all.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from twincard.ground.language import _
from twincard.identity.device_certificate import IdentityError, public_point
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.secure_channel import (
    SESSION_KEY_BYTES,
    ChannelError,
    SecureChannel,
    SessionKeys,
)
from twincard.iso.status import UnexpectedAnswerError
from twincard.keys.derivation import aes_cmac
from twincard.keys.secret import Secret

_KEY_VERSION = 0x01
_KEY_ID = 0x13
_USAGE = b"\x3c"
_AES = b"\x88"
_KEYS = 5
"""Receipt key, S-ENC, S-MAC, S-RMAC, and a DEK that nothing here needs."""
_POINT = 0x5F49


def open_scp11b(channel: Channel, channel_key: bytes) -> SecureChannel:
    """INTERNAL AUTHENTICATE with the card of this channel key (a point, 65 bytes).

    Raises ChannelError when the card does not prove that it has it, CardError, IdentityError.
    """
    one_time = ec.generate_private_key(ec.SECP256R1())
    public = one_time.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    request = _parameters() + tlv.encode(_POINT, public)
    command = Command.of(Ins.INTERNAL_AUTHENTICATE, _KEY_VERSION, _KEY_ID, request, SHORT_ANSWER)
    theirs, receipt = _answer(channel.send(command, _("open a secure channel")))
    try:
        card_one_time = public_point(theirs)
    except IdentityError:
        raise UnexpectedAnswerError(_("The card's one-time key is not a point on P-256.")) from None
    shared = one_time.exchange(ec.ECDH(), card_one_time)
    shared += one_time.exchange(ec.ECDH(), public_point(channel_key))
    receipt_key, enc, mac, rmac, dek = _session_keys(shared)
    dek.wipe()
    secure = SecureChannel(SessionKeys(enc, mac, rmac), receipt)
    with receipt_key:
        expected = aes_cmac(receipt_key.reveal(), request + tlv.encode(_POINT, theirs))
    if not hmac.compare_digest(receipt, expected):
        secure.close()
        raise ChannelError(
            _("The card did not prove that it holds the private part of its channel key.")
        )
    return secure


def _parameters() -> bytes:
    length = bytes([SESSION_KEY_BYTES])
    return tlv.encode(
        0xA6,
        tlv.encode(0x90, b"\x11\x00"),
        tlv.encode(0x95, _USAGE),
        tlv.encode(0x80, _AES),
        tlv.encode(0x81, length),
    )


def _answer(answer: bytes) -> tuple[bytes, bytes]:
    """The card's one-time point and its receipt."""
    try:
        point, receipt = tlv.decode_exactly(answer, [_POINT, 0x86])
    except tlv.TlvError as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's answer to the channel request: {error}.").format(error=error)
        ) from None
    return point, receipt


def _session_keys(shared: bytes) -> list[Secret]:
    information = _USAGE + _AES + bytes([SESSION_KEY_BYTES])
    keys = X963KDF(SHA256(), _KEYS * SESSION_KEY_BYTES, information).derive(shared)
    return [
        Secret(keys[start : start + SESSION_KEY_BYTES])
        for start in range(0, len(keys), SESSION_KEY_BYTES)
    ]
