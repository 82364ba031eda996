"""The common interface of transports: raw bytes in, raw bytes and a status word out."""

from __future__ import annotations

from typing import Protocol

from twincard.ground.language import _


class Connection(Protocol):
    """One powered card. `transmit` is raw: it raises on a broken link, never on a status word.

    A connection belongs to one thread at a time. It may also have an attribute `reader`, the name
    that `connect` takes, which a session shows to people.
    """

    @property
    def atr(self) -> bytes:
        """The last answer to reset (ISO 7816-3, 8.2)."""
        ...

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send one command APDU; the answer's data and its status word SW1 SW2.

        Raises TransportError when no whole answer comes back.
        """
        ...

    def reset(self) -> None:
        """Cut the power and restore it; the card loses everything in RAM."""
        ...

    def close(self) -> None:
        """Release the card. Closing twice does nothing."""
        ...


class TransportError(Exception):
    """Communication with the card failed; the message is one plain sentence."""


class CardNotFoundError(TransportError):
    """No such simulated card, reader, or card in the reader."""


class CardInUseError(TransportError):
    """Another program holds the card."""


class CardOpenHereError(CardInUseError):
    """This process has the card open already, through another connection."""


class ReaderInUseError(CardInUseError):
    """Another program holds the card in a PC/SC reader."""


class CardGoneError(TransportError):
    """The card, its reader or its simulator went away during use."""


class CardFileError(TransportError):
    """The file of a simulated card cannot be read or written; nothing else was done."""


class PowerCutError(TransportError):
    """The power failed inside a command: no answer came, and none will until `reset`."""

    def __init__(self) -> None:
        super().__init__(_("The card lost power before it answered."))


class NotInstalledError(TransportError):
    """A program or package that this transport needs is not installed."""


class ServiceEndedError(TransportError):
    """The PC/SC service is not running, or stopped during use."""
