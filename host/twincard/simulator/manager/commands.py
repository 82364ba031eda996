"""Commands to a security domain taken apart, and answers put together."""

from __future__ import annotations

from enum import IntEnum


class Sw(IntEnum):
    """Status words of the card manager (GlobalPlatform 2.3.1, chapter 11)."""

    DONE = 0x9000
    AUTHENTICATION_FAILED = 0x6300
    MORE = 0x6310
    WRONG_LENGTH = 0x6700
    NO_CHANNELS = 0x6881
    SECURITY = 0x6982
    BLOCKED = 0x6983
    STATE = 0x6985
    DATA = 0x6A80
    NO_FILE = 0x6A82
    NO_ROOM = 0x6A84
    PARAMETERS = 0x6A86
    ABSENT = 0x6A88
    INSTRUCTION = 0x6D00


class RefusedError(Exception):
    """The command is refused with the status word `sw`."""

    def __init__(self, sw: Sw) -> None:
        super().__init__(f"{sw:04X}")
        self.sw = sw


def parsed(apdu: bytes) -> tuple[bytes, bytes]:
    """Header (4 bytes) and data of a short APDU, with or without Le. Raises RefusedError."""
    header, body = apdu[:4], apdu[4:]
    if len(header) < 4:
        raise RefusedError(Sw.WRONG_LENGTH)
    if len(body) <= 1:
        return header, b""
    data, le = body[1 : 1 + body[0]], body[1 + body[0] :]
    if len(data) != body[0] or len(le) > 1 or not data:
        raise RefusedError(Sw.WRONG_LENGTH)
    return header, data


def counted(data: bytes, count: int) -> list[bytes]:
    """Exactly `count` fields, each after its length of one byte. Raises RefusedError."""
    found = []
    for _ in range(count):
        if not data or len(data) <= data[0]:
            raise RefusedError(Sw.DATA)
        found.append(data[1 : 1 + data[0]])
        data = data[1 + data[0] :]
    if data:
        raise RefusedError(Sw.DATA)
    return found


def value_of(tag: int, data: bytes) -> bytes:
    """The value of a data object that is all there is; its length in BER. Raises RefusedError."""
    if len(data) < 2 or data[0] != tag:
        raise RefusedError(Sw.DATA)
    digits = data[1] & 0x7F if data[1] & 0x80 else 0
    size = int.from_bytes(data[2 : 2 + digits], "big") if digits else data[1]
    value = data[2 + digits :]
    if len(value) != size:
        raise RefusedError(Sw.DATA)
    return value


def encoded(tag: str, value: bytes) -> bytes:
    """A data object; `tag` in hex digits, the value shorter than 128 bytes."""
    if len(value) > 0x7F:
        raise ValueError(tag)
    return bytes.fromhex(tag) + bytes([len(value)]) + value
