"""The issuer's commands: proof of authority, personalisation, activation."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from twincard.card.pin import pin_bytes
from twincard.card.report import PolicyFlags, Role
from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.scp03 import open_scp03, put_key_answer, put_key_data
from twincard.iso.status import UnexpectedAnswerError
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret, check_secret

CHALLENGE_BYTES = 16
TRANSPORT_PIN = 0x80
"""In the byte of the policy's flags: the PIN is a transport PIN."""
_LABEL = b"twincard/issuer/1"


@dataclass(frozen=True)
class Personalisation:
    """What the issuer fixes about a card. `backups` (0 to 8) is per key, on an original."""

    role: Role
    pin: Secret
    puk: Secret
    backups: int = 1
    policy: PolicyFlags = field(kw_only=True)
    transport_pin: bool = False
    """The PIN allows only duplication until the user sets another."""


class Issuer:
    """The issuer at one card."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def challenge(self, size: int = CHALLENGE_BYTES) -> bytes:
        """`size` random bytes from the card, 1 to 64 (GET CHALLENGE, ISO 7816-4, 7.5.3)."""
        return self._channel.send(
            Command.of(Ins.GET_CHALLENGE, answer=size), _("generate random bytes")
        )

    def authenticate(self, card_id: bytes, transport_key: Secret) -> None:
        """Prove the issuer's authority until reset or SELECT (EXTERNAL AUTHENTICATE, 7.5.4).

        Raises IssuerRefusedError when this is not the transport key of the card.
        """
        check_secret(transport_key, "the transport key")
        proof = CMAC(AES(transport_key.reveal()))
        proof.update(_LABEL + card_id + self.challenge())
        command = Command.of(Ins.EXTERNAL_AUTHENTICATE, data=proof.finalize())
        self._channel.send(command, _("accept the issuer's authority"))

    def open_channel(self, card_id: bytes, keys: Secret | Scp03Keys) -> None:
        """Prove the issuer's authority by a secure channel (SCP03), used for all that follows.

        `keys` is the transport key, or the static keys themselves. The authority lasts as long as
        the channel: until reset, SELECT or another channel, which also end the session of the PIN.
        Raises IssuerRefusedError when these are not the keys of the card.
        """
        if isinstance(keys, Scp03Keys):
            self._open(card_id, keys)
            return
        check_secret(keys, "the transport key")
        derived = Scp03Keys.derive(keys, card_id)
        try:
            self._open(card_id, derived)
        finally:
            derived.wipe()

    def _open(self, card_id: bytes, keys: Scp03Keys) -> None:
        self._channel.secure(lambda: open_scp03(self._channel, card_id, keys))

    def put_keys(self, current: Scp03Keys, new: Scp03Keys) -> None:
        """Replace the static keys of SCP03, whole or not at all (PUT KEY).

        `new` has a version of 1 to 127. Only inside a channel that `current` opened, which stays
        open. From then on the card requires SCP03 of its issuer. Raises AuthorityMissingError,
        UnexpectedAnswerError.
        """
        data = put_key_data(current, new)
        command = Command.of(Ins.PUT_KEY, current.version, 0x81, data, SHORT_ANSWER)
        if self._channel.send(command, _("accept new SCP03 keys")) != put_key_answer(new):
            raise UnexpectedAnswerError(
                _("The card accepted new SCP03 keys, but did not confirm them correctly.")
            )

    def personalise(self, values: Personalisation) -> None:
        """Fix role, policy, PIN and PUK; may be repeated until `activate`.

        Raises AuthorityMissingError, WrongStateError once activated.
        """
        flags = values.policy | (TRANSPORT_PIN if values.transport_pin else 0)
        data = (
            tlv.encode(0x80, bytes([values.role]))
            + tlv.encode(0x81, bytes([values.backups, flags]))
            + tlv.encode(0x82, pin_bytes(values.pin))
            + tlv.encode(0x83, pin_bytes(values.puk))
        )
        self._channel.send(Command.of(Ins.PERSONALISE, data=data), _("be personalised"))

    def activate(self) -> None:
        """From initialisation to operational, for good (ISO 7816-9).

        Raises AuthorityMissingError, WrongStateError before `personalise`.
        """
        self._channel.send(Command.of(Ins.ACTIVATE), _("be activated"))
