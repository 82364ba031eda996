"""The signature key: made on the card, never exported."""

from __future__ import annotations

from twincard.card.public_key import parse_public_key
from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey

_SIGNATURE_KEY = 0x02
_KEY_REFERENCE = tlv.encode(0x84, b"\x01")
_PSS = tlv.encode(0x80, b"\x12")


class Signing:
    """The signature key of one card; only the full build has one."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._named = False

    def generate(self, key_type: KeyType) -> PublicKey:
        """Make a new signature key pair on the card, in place of the one there.

        Raises AuthorityMissingError, NotSupportedError.
        """
        data = tlv.encode(0xAC, tlv.encode(0x80, bytes([key_type.number])))
        command = Command.of(
            Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x80, _SIGNATURE_KEY, data, SHORT_ANSWER
        )
        return parse_public_key(self._channel.send(command, _("generate a signature key pair")))

    def public_key(self) -> PublicKey:
        """The public signature key. Raises NotFoundError without one."""
        command = Command.of(
            Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x81, _SIGNATURE_KEY, answer=SHORT_ANSWER
        )
        return parse_public_key(self._channel.send(command, _("return its public signature key")))

    def sign(self, digest: bytes) -> bytes:
        """Sign a hash of 32, 48 or 64 bytes: SHA-256, -384 or -512 (PSO: CDS).

        RSA: RSASSA-PKCS1-v1_5, 256 bytes. EC: a DER ECDSA-Sig-Value (RFC 3279, 2.2.3).
        Raises AuthorityMissingError, NotFoundError without a key, CardError 6700 for other lengths.
        """
        if self._named:
            self._name_algorithm(b"")
        return self._compute(digest)

    def sign_pss(self, digest: bytes) -> bytes:
        """Sign a hash with an RSA key by RSASSA-PSS (RFC 8017, 8.1), 256 bytes.

        MGF1 is of the same hash function, the salt as long as the hash. Errors as for `sign`, and
        WrongStateError for an EC key, NotSupportedError where the chip lacks the hash function.
        """
        self._name_algorithm(_PSS)
        return self._compute(digest)

    def _name_algorithm(self, algorithm: bytes) -> None:
        """MSE: SET. It lasts until another is set, or the applet selected."""
        self._named = bool(algorithm)
        data = algorithm + _KEY_REFERENCE
        self._channel.send(
            Command.of(Ins.MANAGE_SECURITY_ENVIRONMENT, 0x41, 0xB6, data), _("prepare a signature")
        )

    def _compute(self, digest: bytes) -> bytes:
        command = Command.of(Ins.PERFORM_SECURITY_OPERATION, 0x9E, 0x9A, digest, SHORT_ANSWER)
        return self._channel.send(command, _("sign"))
