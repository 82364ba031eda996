"""The key group's commands."""

from __future__ import annotations

from twincard.card.report import ID_BYTES
from twincard.ground.language import N_, _
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.status import AlreadyExistsError, UnexpectedAnswerError
from twincard.keys.component import Component

_GENERATED_ID = 0
_GIVEN_ID = 1


class EqualComponentError(AlreadyExistsError):
    """Another place of the group holds a component of the same value: 6A89."""

    sentence = N_("This value is already set as another component of the key group ({sw}).")


class Group:
    """The key group of one card: set by the issuer in initialisation, by the user afterwards."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def begin(self, size: int, group_id: bytes = b"") -> bytes:
        """Make places 1 to `size`, at most 8.

        Returns the group id, which the card generates where `group_id` (16 bytes) is empty.
        Raises AuthorityMissingError, WrongStateError when another group is there or this one was
        erased, MemoryFullError after too many erased ones.
        """
        command = Command.of(
            Ins.BEGIN_GROUP, size, _GIVEN_ID if group_id else _GENERATED_ID, group_id, SHORT_ANSWER
        )
        answer = self._channel.send(command, _("begin a key group"))
        if len(answer) != ID_BYTES:
            raise UnexpectedAnswerError(_("The card did not return a key group id of 16 bytes."))
        return answer

    def set_component(self, component: Component) -> None:
        """Put a component in its place (SET COMPONENT); the same again does nothing.

        Raises AuthorityMissingError, WrongDataError for a wrong KCV, EqualComponentError when it
        equals a component in another place, WrongStateError when its place holds another,
        NotFoundError without a group.
        """
        data = component.value.reveal() + component.kcv
        command = Command.of(Ins.SET_COMPONENT, component.number, data=data)
        action = _("set component {number}").format(number=component.number)
        try:
            self._channel.send(command, action)
        except AlreadyExistsError as error:
            raise EqualComponentError(error.sw, action) from None

    def clear_component(self, number: int) -> None:
        """Wipe one component, with the authority that set it.

        Raises AuthorityMissingError, WrongStateError while there is a key, a ticket or an export,
        NotFoundError without a group.
        """
        self._channel.send(
            Command.of(Ins.CLEAR_GROUP, number), _("clear component {number}").format(number=number)
        )

    def clear(self) -> None:
        """Wipe the group, its id for good, with every authority that set a part of it.

        Errors as for `clear_component`.
        """
        self._channel.send(Command.of(Ins.CLEAR_GROUP), _("clear the key group"))
