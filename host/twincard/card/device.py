"""The commands for a card's identity: device keys, certificates of this and of other cards."""

from __future__ import annotations

from twincard.ground.language import _, told_by
from twincard.identity.device_certificate import (
    POINT_BYTES,
    SIGNATURE_BYTES,
    CardCertificate,
    DeviceKeys,
    IdentityError,
)
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.status import UnexpectedAnswerError


class Device:
    """The identity of one card. Methods raise NotFoundError where the card has none."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def keys(self) -> DeviceKeys:
        """The public keys (GET DATA E5); call `verify` before trusting them."""
        answer = self._get(0x00E5, _("return its device keys"))
        try:
            keys = DeviceKeys(*tlv.decode_exactly(tlv.decode_one(answer, 0xE5), [0x86, 0x87, 0x9E]))
        except tlv.TlvError as error:
            raise UnexpectedAnswerError(
                _("Cannot read the card's keys: {error}.").format(error=error)
            ) from None
        lengths = [len(keys.device_key), len(keys.channel_key), len(keys.signature)]
        if lengths != [POINT_BYTES, POINT_BYTES, SIGNATURE_BYTES]:
            raise UnexpectedAnswerError(_("The card's keys have the wrong length."))
        return keys

    def issuer_public_key(self) -> bytes:
        """The public key (a point, 65 bytes) of the issuer who certified it (GET DATA E6)."""
        answer = self._get(0x00E6, _("return its issuer's public key"))
        try:
            (point,) = tlv.decode_exactly(tlv.decode_one(answer, 0xE6), [0x86])
        except tlv.TlvError as error:
            raise UnexpectedAnswerError(
                _("Cannot read the issuer's public key on the card: {error}.").format(error=error)
            ) from None
        if len(point) != POINT_BYTES:
            raise UnexpectedAnswerError(
                _("The issuer's public key on the card is not a point on P-256.")
            )
        return point

    def certificate(self) -> CardCertificate:
        """The issuer's certificate (GET DATA 7F21)."""
        answer = self._get(0x7F21, _("return its certificate"))
        try:
            return CardCertificate.parse(answer)
        except IdentityError as error:
            raise UnexpectedAnswerError(told_by(error)) from None

    def certify(self, issuer_public_key: bytes, certificate: CardCertificate) -> None:
        """Give the card its issuer's public key (a point) and certificate (CERTIFY).

        Needs the issuer's authority, before activation. Raises AuthorityMissingError,
        WrongDataError when it is another card's, IntegrityError when the signature is wrong,
        WrongStateError before `personalise` and after activation.
        """
        data = tlv.encode(0x86, issuer_public_key) + certificate.encode()
        self._channel.send(Command.of(Ins.CERTIFY, data=data), _("store its certificate"))

    def verify_certificate(self, certificate: CardCertificate) -> None:
        """Let the card verify another's certificate, before a duplication with it. Needs the PIN.

        Raises AuthorityMissingError, IntegrityError when this card's issuer did not make it,
        WrongDataError for an issuer of another name.
        """
        command = Command.of(Ins.PERFORM_SECURITY_OPERATION, 0x00, 0xBE, certificate.encode())
        self._channel.send(command, _("verify the other card's certificate"))

    def _get(self, tag: int, action: str) -> bytes:
        command = Command.of(Ins.GET_DATA, tag >> 8, tag & 0xFF, answer=SHORT_ANSWER)
        return self._channel.send(command, action)
