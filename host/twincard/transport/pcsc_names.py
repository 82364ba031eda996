"""Functions of the PC/SC library itself, for readers whose names are not ASCII.

pyscard's SCardGetStatusChange takes ASCII alone: for other names it raises UnicodeEncodeError and
frees memory it never allocated, which crashes the process. Its SCardListReaders raises SystemError
where a name is not UTF-8.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from typing import Any

# pcsclite.h, the framework's winscard.h, where the structure is packed, and that of Windows.
_ON_MACOS, _ON_WINDOWS = sys.platform == "darwin", sys.platform == "win32"
_LIBRARY = (
    "/System/Library/Frameworks/PCSC.framework/PCSC"
    if _ON_MACOS
    else "winscard.dll"
    if _ON_WINDOWS
    else "libpcsclite.so.1"
)
_Dword: Any = ctypes.c_uint32 if _ON_MACOS else ctypes.c_ulong
_Long: Any = ctypes.c_int32 if _ON_MACOS else ctypes.c_long
_Context: Any = ctypes.c_size_t if _ON_WINDOWS else _Long
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
    function = _library().SCardGetStatusChange
    function.argtypes = (_Context, _Dword, ctypes.POINTER(_ReaderState), _Dword)
    function.restype = _Long
    states = (_ReaderState * len(known))(
        *(_ReaderState(reader=name.encode(), current_state=flags) for name, flags in known)
    )
    code = function(context, milliseconds, states, len(known))
    return code, [
        (name, state.event_state, list(state.atr[: state.atr_length]))
        for (name, _), state in zip(known, states, strict=True)
    ]


def utf8_readers(context: int) -> tuple[int, list[str]]:
    """As pyscard's SCardListReaders: the readers whose names are UTF-8, others are left out."""
    library = _library()
    function = library.SCardListReadersA if _ON_WINDOWS else library.SCardListReaders
    function.argtypes = (_Context, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(_Dword))
    function.restype = _Long
    length = _Dword()
    code = function(context, None, None, ctypes.byref(length))
    if code:
        return code, []
    names = ctypes.create_string_buffer(length.value)
    code = function(context, None, names, ctypes.byref(length))
    return code, [name.decode() for name in names.raw.split(b"\0") if name and _is_utf8(name)]


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _library() -> Any:
    # The library that pyscard has loaded already: the context is one of its own.
    return ctypes.CDLL(_LIBRARY)
