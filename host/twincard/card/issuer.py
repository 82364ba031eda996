"""The issuer's commands: proof of authority, personalisation, activation."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from twincard.card import tlv
from twincard.card.channel import ISO, OWN, Channel
from twincard.card.pin import pin_bytes
from twincard.card.report import PolicyFlags, Role
from twincard.keys.secret import Secret
from twincard.transport.apdu import Command

CHALLENGE_BYTES = 16
_LABEL = b"twincard/issuer/1"


@dataclass(frozen=True)
class Personalisation:
    """What the issuer fixes about a card. `backups` (0 to 8) is per key, on an original."""

    role: Role
    pin: Secret
    puk: Secret
    backups: int = 1
    policy: PolicyFlags = PolicyFlags.NONE


class Issuer:
    """The issuer at one card."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def challenge(self, size: int = CHALLENGE_BYTES) -> bytes:
        """`size` random bytes from the card, 1 to 64 (GET CHALLENGE, ISO 7816-4, 7.5.3)."""
        return self._channel.send(Command(ISO, 0x84, answer=size), "draw random bytes")

    def authenticate(self, card_id: bytes, transport_key: Secret) -> None:
        """Prove the issuer's authority until reset or SELECT (EXTERNAL AUTHENTICATE, 7.5.4).

        Raises IssuerRefusedError when this is not the transport key of the card.
        """
        proof = CMAC(AES(transport_key.reveal()))
        proof.update(_LABEL + card_id + self.challenge())
        command = Command(ISO, 0x82, data=proof.finalize())
        self._channel.send(command, "accept the issuer's authority")

    def personalise(self, values: Personalisation) -> None:
        """Fix role, policy, PIN and PUK; may be repeated until `activate`.

        Raises AuthorityMissingError, WrongStateError once activated.
        """
        data = (
            tlv.encode(0x80, bytes([values.role]))
            + tlv.encode(0x81, bytes([values.backups, values.policy]))
            + tlv.encode(0x82, pin_bytes(values.pin))
            + tlv.encode(0x83, pin_bytes(values.puk))
        )
        self._channel.send(Command(OWN, 0x02, data=data), "take the personalisation")

    def activate(self) -> None:
        """From initialisation to operational, for good (ISO 7816-9).

        Raises AuthorityMissingError, WrongStateError before `personalise`.
        """
        self._channel.send(Command(ISO, 0x44), "become operational")
