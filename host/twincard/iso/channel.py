"""Sends commands to the applet, and turns status words into exceptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from twincard.iso.chaining import Link, Response
from twincard.iso.command import EXTENDED_ANSWER, SHORT_ANSWER, Command
from twincard.iso.secure_channel import SecureChannel
from twincard.iso.status import Sw, error_for
from twincard.transport.connection import Connection


class Channel:
    """The channel that the parts of a card session share."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._link = Link(connection)
        self._secure: SecureChannel | None = None
        self.on_secure: Callable[[], None] = lambda: None
        """Called when a secure channel is about to be opened."""
        self.on_sent: Callable[[Command, int | None], None] = lambda _command, _sw: None
        """Called after each command with the status word; None where no answer can be trusted."""

    def use_extended_length(self, usable: bool) -> None:
        """Long commands go in one extended APDU from now on, or chained."""
        self._link.extended = usable

    @property
    def is_secure(self) -> bool:
        """Whether commands go through a secure channel, even a broken one."""
        return self._secure is not None

    def secure(self, handshake: Callable[[], SecureChannel]) -> None:
        """Send everything through the channel that `handshake` opens, instead of any before.

        Raises what `handshake` raises; then commands go in the clear.
        """
        self.on_secure()
        self.leave_secure()
        self._secure = handshake()

    def leave_secure(self) -> None:
        """Send commands in the clear again."""
        if self._secure is not None:
            self._secure.close()
        self._secure = None

    def exchange(self, command: Command) -> Response:
        """Send the command; the answer with whatever status word.

        Raises ChannelError when a secure channel is open and the answer is not its card's.
        """
        sw = None
        try:
            if self._secure is None:
                response = self._carry(command)
            else:
                response = self._secure.exchange(command, self._carry)
            sw = response.sw
        finally:
            self.on_sent(command, sw)
        return response

    def send(self, command: Command, action: str) -> bytes:
        """Send the command and return the answer's data.

        Raises the CardError of the status word. `action` is what the card was asked to do, in the
        language in use (in English an infinitive: "verify the PIN").
        """
        response = self.exchange(command)
        if response.sw != Sw.DONE:
            raise error_for(response.sw, action)
        return response.data

    def _carry(self, command: Command) -> Response:
        if self._link.extended and command.answer == SHORT_ANSWER and not command.fits_short:
            command = replace(command, answer=EXTENDED_ANSWER)
        return self._link.exchange(command)
