"""The contact commands: other people's public keys on a card."""

from __future__ import annotations

from twincard.card.public_key import encode_public_key, parse_public_key
from twincard.ground.language import _
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.status import Sw, error_for
from twincard.keys.public import PublicKey


class Contacts:
    """Other people's public keys on one card, in numbered places from 1."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def put(self, number: int, key: PublicKey, *, as_issuer: bool = False) -> None:
        """Write an RSA-2048 or P-256 key, as the user (PIN) or as the issuer.

        Raises AuthorityMissingError, WrongDataError for a key that is not valid.
        """
        command = Command.of(Ins.PUT_CONTACT, number, int(as_issuer), encode_public_key(key))
        self._channel.send(command, _("write contact {number}").format(number=number))

    def delete(self, number: int) -> None:
        """Empty a place. Raises AuthorityMissingError, NotFoundError when it is empty."""
        self._channel.send(
            Command.of(Ins.DELETE_CONTACT, number),
            _("delete contact {number}").format(number=number),
        )

    def get(self, number: int) -> PublicKey | None:
        """The key in a place, None when it is empty."""
        response = self._channel.exchange(Command.of(Ins.GET_CONTACT, number, answer=SHORT_ANSWER))
        if response.sw == Sw.NOT_FOUND:
            return None
        if response.sw != Sw.DONE:
            raise error_for(response.sw, _("read contact {number}").format(number=number))
        return parse_public_key(response.data)

    def used(self) -> tuple[int, ...]:
        """Numbers of the places that hold a key."""
        return tuple(number for number, state in enumerate(self._states(), 1) if state)

    def free(self) -> int | None:
        """The lowest number of an empty place, None when all are taken."""
        return next((number for number, state in enumerate(self._states(), 1) if not state), None)

    def _states(self) -> bytes:
        return self._channel.send(
            Command.of(Ins.GET_CONTACT, answer=SHORT_ANSWER), _("list its contacts")
        )
