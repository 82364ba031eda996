"""What every way to a card has in common: raw bytes in, raw bytes and a status word out."""

from __future__ import annotations

from typing import Protocol

from twincard.ground.language import _


class Connection(Protocol):
    """One powered card. `transmit` is raw: it raises on a broken link, never on a status word.

    A connection belongs to one thread at a time. It may also have an attribute `reader`, the name
    that `connect` takes, by which a session tells people where the card is.
    """

    @property
    def atr(self) -> bytes:
        """Answer to reset, as the card gave it last (ISO 7816-3, 8.2)."""
        ...

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send one command APDU; the answer's data and its status word SW1 SW2.

        Raises TransportError when no whole answer comes back.
        """
        ...

    def reset(self) -> None:
        """Cut the power and give it again: all that the card holds in RAM is gone."""
        ...

    def close(self) -> None:
        """Let the card go. Closing twice does nothing."""
        ...


class TransportError(Exception):
    """The way to the card failed; the message is one plain sentence."""


class CardNotFoundError(TransportError):
    """No such simulated card, reader, or card in the reader."""


class CardInUseError(TransportError):
    """Another program holds the card."""


class CardOpenHereError(CardInUseError):
    """This process has the card open already, through another connection."""


class ReaderInUseError(CardInUseError):
    """Another program holds the card in a PC/SC reader."""


class CardGoneError(TransportError):
    """The card, its reader or its simulator went away in the middle of the work."""


class CardFileError(TransportError):
    """The file of a simulated card cannot be read or written, so nothing more was done."""


class PowerCutError(TransportError):
    """The power failed inside a command: no answer came, and none will until `reset`."""

    def __init__(self) -> None:
        super().__init__(_("The card lost power before it answered."))


class NotInstalledError(TransportError):
    """A program or package that this way to a card needs is not installed."""


class ServiceEndedError(TransportError):
    """The PC/SC service does not run, or has ended in the middle of the work."""
