"""PC/SC's own functions, through pyscard; failures are exceptions."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from twincard.ground.language import _
from twincard.transport.connection import (
    NotInstalledError,
    ServiceEndedError,
    TransportError,
)
from twincard.transport.pcsc_names import status_change, utf8_readers

SERVICE_ENDED = (
    *("E_NO_SERVICE", "E_SERVICE_STOPPED", "F_COMM_ERROR"),
    # "Access denied": pcscd's answer while it is stopping.
    "W_SECURITY_VIOLATION",
)
"""The error codes that PC/SC gives after its service has stopped."""
_32_BITS = 0xFFFFFFFF
_ANY_NAME = sys.platform != "win32"


class PcscError(TransportError):
    """A function of PC/SC failed."""

    def __init__(self, code: int) -> None:
        """`code` is what the function returned."""
        super().__init__(f"PC/SC: {module().SCardGetErrorMessage(code)}")
        self.code = code & _32_BITS

    def is_one_of(self, *names: str) -> bool:
        """Whether the code is one of these, named as in PC/SC without `SCARD_`."""
        # pyscard's constants are signed on some systems.
        return any(self.code == getattr(module(), f"SCARD_{name}") & _32_BITS for name in names)


@dataclass(frozen=True)
class ReaderState:
    """What PC/SC knows of one reader: SCARD_STATE_… flags, and the answer to reset of its card."""

    reader: str
    flags: int
    atr: bytes

    def has(self, *names: str) -> bool:
        """Whether one of these flags is set, named as in PC/SC without `SCARD_STATE_`."""
        return any(self.flags & getattr(module(), f"SCARD_STATE_{name}") for name in names)


class Context:
    """A use of the PC/SC service; closed at the end of a `with` block."""

    def __init__(self) -> None:
        """Raises NotInstalledError without pyscard, ServiceEndedError without a PC/SC service."""
        scard = module()
        try:
            (self._context,) = _call(scard.SCardEstablishContext, scard.SCARD_SCOPE_USER)
        except PcscError:
            sentence = _("The PC/SC service is not running.")
            raise ServiceEndedError(sentence) from None

    def readers(self) -> list[str]:
        """The names of all readers that pyscard can use: those in UTF-8, on Windows in ASCII.

        Raises ServiceEndedError, PcscError.
        """
        try:
            try:
                (names,) = self._ask(module().SCardListReaders, [])
            except SystemError:
                (names,) = self._ask(utf8_readers)
        except PcscError as error:
            if error.is_one_of("E_NO_READERS_AVAILABLE"):
                return []
            raise
        return [name for name in names if _ANY_NAME or name.isascii()]

    def states(self, known: Mapping[str, int], seconds: float) -> list[ReaderState]:
        """The states of these readers, as soon as one has other flags than are `known` of it.

        With flags of 0 that is at once. After `seconds`, and when a reader is gone, it is an empty
        list. Raises ServiceEndedError, PcscError.
        """
        ascii_only = all(name.isascii() for name in known)
        function = module().SCardGetStatusChange if ascii_only else status_change
        try:
            (states,) = self._ask(function, round(seconds * 1000), list(known.items()))
        except PcscError as error:
            if error.is_one_of("E_TIMEOUT", "E_UNKNOWN_READER"):
                return []
            raise
        return [ReaderState(name, flags, bytes(atr)) for name, flags, atr in states]

    def _ask(self, function: Callable[..., Any], *arguments: object) -> Sequence[Any]:
        try:
            return _call(function, self._context, *arguments)
        except PcscError as error:
            if error.is_one_of(*SERVICE_ENDED):
                raise ServiceEndedError(_("The PC/SC service has stopped.")) from None
            raise

    def connect(self, reader: str) -> Handle:
        """Connect to the card in a reader exclusively; with T=1 if it can."""
        scard = module()
        exclusive = (self._context, reader, scard.SCARD_SHARE_EXCLUSIVE)
        try:
            connected = _call(scard.SCardConnect, *exclusive, scard.SCARD_PROTOCOL_T1)
        except PcscError as error:
            if not error.is_one_of("E_PROTO_MISMATCH"):
                raise
            connected = _call(scard.SCardConnect, *exclusive, scard.SCARD_PROTOCOL_T0)
        return Handle(*connected)

    def close(self) -> None:
        """Release the service."""
        with contextlib.suppress(PcscError):
            _call(module().SCardReleaseContext, self._context)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Handle:
    """A card that is held exclusively."""

    def __init__(self, handle: int, protocol: int) -> None:
        self._handle = handle
        self._protocol = protocol

    def begin(self) -> None:
        """Begin a transaction."""
        _call(module().SCardBeginTransaction, self._handle)

    def end(self) -> None:
        """End it."""
        _call(module().SCardEndTransaction, self._handle, module().SCARD_LEAVE_CARD)

    def atr(self) -> bytes:
        """The answer to reset."""
        _, _, _, atr = _call(module().SCardStatus, self._handle)
        return bytes(atr)

    @property
    def is_t0(self) -> bool:
        """Whether the protocol is T=0, with one TPDU at a time."""
        return bool(self._protocol == module().SCARD_PROTOCOL_T0)

    def transmit(self, command: bytes) -> bytes:
        """One exchange; the answer ends with SW1 SW2."""
        scard = module()
        header = scard.SCARD_PCI_T0 if self.is_t0 else scard.SCARD_PCI_T1
        (answer,) = _call(scard.SCardTransmit, self._handle, header, list(command))
        return bytes(answer)

    def renew(self) -> None:
        """Cut the power and give it again."""
        scard = module()
        (self._protocol,) = _call(
            scard.SCardReconnect,
            self._handle,
            scard.SCARD_SHARE_EXCLUSIVE,
            self._protocol,
            scard.SCARD_UNPOWER_CARD,
        )

    def disconnect(self) -> None:
        """Cut the power and release the card."""
        _call(module().SCardDisconnect, self._handle, module().SCARD_UNPOWER_CARD)


@functools.cache
def module() -> Any:
    """The module, imported when it is wanted: that takes longer than most commands."""
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError:
        raise NotInstalledError(
            _("Real cards need the package pyscard: `pip install 'twincard[pcsc]'`.")
        ) from None


def _call(function: Callable[..., Any], *arguments: object) -> Sequence[Any]:
    returned = function(*arguments)
    code, *values = returned if isinstance(returned, list | tuple) else (returned,)
    if code != module().SCARD_S_SUCCESS:
        raise PcscError(code)
    return values
