"""Real cards, through PC/SC."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from twincard.ground.language import _
from twincard.transport.connection import (
    CardGoneError,
    CardNotFoundError,
    ReaderInUseError,
    TransportError,
)
from twincard.transport.open_here import check_not_open, note_closed, note_open
from twincard.transport.winscard import SERVICE_ENDED, Context, Handle, PcscError

# Other programs probe every inserted card; they finish within this time.
_PATIENCE_SECONDS = 3.0
_RETRY_SECONDS = 0.05
# CLA INS P1 P2
_HEADER = 4


def list_readers() -> list[str]:
    """Names of the PC/SC readers.

    Raises NotInstalledError without pyscard, TransportError without a PC/SC service.
    """
    with Context() as context:
        return context.readers()


def open_reader(name: str) -> PcscCard:
    """A connection to the card in a reader: its name, a unique part of it, or its index."""
    return PcscCard(find_reader(name))


def find_reader(name: str) -> str:
    """The whole name of a reader: from itself, a unique part of it, or its index.

    Raises CardNotFoundError, and what `list_readers` raises.
    """
    return _choose(name, list_readers())


class PcscCard:
    """A connection to a real card, held in an exclusive transaction from opening to closing.

    No other program can send it commands meanwhile, and its power is cut at the end, so none
    inherits a verified PIN. Ask for PINs before opening: Windows resets a card that is silent for
    five seconds inside a transaction.
    """

    def __init__(self, reader: str) -> None:
        """Take the card in the reader with this name, once other programs have released it.

        Raises CardNotFoundError without a card, ReaderInUseError, CardOpenHereError, CardGoneError.
        """
        self._reader = reader
        self.reader = f"pcsc:{reader}"
        """The name that `connect` takes."""
        self._context: Context | None = Context()
        try:
            self._handle = self._connect(self._context)
        except BaseException:
            self._context.close()
            raise
        note_open(self.reader, self)
        with self._failures():
            self._handle.begin()

    def _connect(self, context: Context) -> Handle:
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return context.connect(self._reader)
            except PcscError as error:
                if not error.is_one_of("E_SHARING_VIOLATION"):
                    raise self._not_connected(error) from None
                if time.monotonic() > give_up:
                    raise self._in_use() from None
            time.sleep(_RETRY_SECONDS)

    def _in_use(self) -> ReaderInUseError:
        in_use = ReaderInUseError(
            _("Another program is using the card in {reader}.").format(reader=self._reader)
        )
        check_not_open(self.reader, self.reader, in_use)
        return in_use

    def _not_connected(self, error: PcscError) -> TransportError:
        if error.is_one_of("E_NO_SMARTCARD", "W_REMOVED_CARD"):
            return CardNotFoundError(_("There is no card in {reader}.").format(reader=self._reader))
        if error.is_one_of("W_UNRESPONSIVE_CARD", "W_UNPOWERED_CARD", "E_PROTO_MISMATCH"):
            return CardNotFoundError(
                _(
                    "The card in {reader} does not respond. Check that it is inserted the "
                    "right way round."
                ).format(reader=self._reader)
            )
        return self._gone(error)

    @property
    def atr(self) -> bytes:
        """See Connection."""
        with self._failures():
            return self._handle.atr()

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        with self._failures():
            answer = self._handle.transmit(_tpdu(apdu) if self._handle.is_t0 else apdu)
        if len(answer) < 2:
            self.close()
            raise CardGoneError(
                _("The card in {reader} does not respond.").format(reader=self._reader)
            )
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def reset(self) -> None:
        """See Connection."""
        with self._failures():
            self._handle.end()
            self._handle.renew()
            self._handle.begin()

    def close(self) -> None:
        """See Connection."""
        if self._context is None:
            return
        # Separately: a lost transaction must not leave the card powered.
        with contextlib.suppress(PcscError):
            self._handle.end()
        with contextlib.suppress(PcscError):
            self._handle.disconnect()
        self._context.close()
        self._context = None
        note_closed(self.reader, self)

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        """After a failure the card is released: it may or may not have carried out the command."""
        if self._context is None:
            raise CardGoneError(
                _("The connection to the card in {reader} is closed.").format(reader=self._reader)
            )
        try:
            yield
        except PcscError as error:
            self.close()
            raise self._gone(error) from None

    def _gone(self, error: PcscError) -> CardGoneError:
        if error.is_one_of("E_NO_SMARTCARD", "W_REMOVED_CARD"):
            return CardGoneError(
                _("The card was removed from {reader}.").format(reader=self._reader)
            )
        if error.is_one_of("E_READER_UNAVAILABLE", "E_UNKNOWN_READER"):
            return CardGoneError(
                _("The reader {reader} was disconnected.").format(reader=self._reader)
            )
        if error.is_one_of(*SERVICE_ENDED):
            return CardGoneError(_("The PC/SC service has stopped."))
        return CardGoneError(
            _("The card in {reader} does not respond.").format(reader=self._reader)
        )


def _tpdu(apdu: bytes) -> bytes:
    """A short command as T=0 carries it (ISO 7816-3, 12.2): with P3, and no Le after data."""
    if len(apdu) == _HEADER:
        return apdu + b"\x00"
    return apdu[: _HEADER + 1 + apdu[_HEADER]] if len(apdu) > _HEADER + 1 else apdu


def _choose(name: str, readers: Sequence[str]) -> str:
    if name.isdecimal() and int(name) < len(readers):
        return readers[int(name)]
    matches = [reader for reader in readers if reader == name] or [
        reader for reader in readers if name.lower() in reader.lower()
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise CardNotFoundError(
            _("More than one reader matches {name}: {readers}. Give more of the name.").format(
                name=name, readers="; ".join(matches)
            )
        )
    raise CardNotFoundError(
        _("There is no reader {name}. `twincard readers` lists all readers.").format(name=name)
    )
