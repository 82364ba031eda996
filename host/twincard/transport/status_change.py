"""SCardGetStatusChange of the PC/SC library itself, for readers whose names are not ASCII.

pyscard's function of this name takes ASCII alone: at other names it raises UnicodeEncodeError and
frees memory that it never had, which ends the process.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Sequence
from typing import Any

# pcsclite.h, and on macOS the framework's winscard.h: there the structure is packed.
_ON_MACOS = sys.platform == "darwin"
_LIBRARY = "/System/Library/Frameworks/PCSC.framework/PCSC" if _ON_MACOS else "libpcsclite.so.1"
_Dword: Any = ctypes.c_uint32 if _ON_MACOS else ctypes.c_ulong
_Long: Any = ctypes.c_int32 if _ON_MACOS else ctypes.c_long
_LONGEST_ATR = 33


class _ReaderState(ctypes.Structure):
    if _ON_MACOS:
        _pack_ = 1
    _fields_ = (
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current_state", _Dword),
        ("event_state", _Dword),
        ("atr_length", _Dword),
        ("atr", ctypes.c_ubyte * _LONGEST_ATR),
    )


def status_change(
    context: int, milliseconds: int, known: Sequence[tuple[str, int]]
) -> tuple[int, list[tuple[str, int, list[int]]]]:
    """Takes and gives what pyscard's SCardGetStatusChange does, with any names.

    Not on Windows, whose names are no UTF-8.
    """
    states = (_ReaderState * len(known))(
        *(_ReaderState(reader=name.encode(), current_state=flags) for name, flags in known)
    )
    code = _function()(context, milliseconds, states, len(known))
    return code, [
        (name, state.event_state, list(state.atr[: state.atr_length]))
        for (name, _), state in zip(known, states, strict=True)
    ]


@functools.cache
def _function() -> Any:
    # The library that pyscard has loaded already: the context is one of its own.
    function = ctypes.CDLL(_LIBRARY).SCardGetStatusChange
    function.argtypes = (_Long, _Dword, ctypes.POINTER(_ReaderState), _Dword)
    function.restype = _Long
    return function
