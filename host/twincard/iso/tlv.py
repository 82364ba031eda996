"""BER-TLV data objects with tags of one or two bytes and shortest lengths (ISO 7816-4, 5.2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twincard.ground.language import _


class TlvError(ValueError):
    """The bytes are not the data objects expected."""


@dataclass(frozen=True)
class Tlv:
    """One data object."""

    tag: int
    value: bytes


def encode(tag: int, *values: bytes) -> bytes:
    """One data object, its value the values joined; `tag` is at most 0xFFFF."""
    value = b"".join(values)
    return _tag(tag) + _length(len(value)) + value


def decode(data: bytes) -> list[Tlv]:
    """All data objects in `data`, which they must fill exactly; raises TlvError."""
    objects = []
    while data:
        tag, start = _read_tag(data)
        length, start = _read_length(data, start)
        if start + length > len(data):
            raise TlvError(_("a data object is longer than the data that contain it"))
        objects.append(Tlv(tag, data[start : start + length]))
        data = data[start + length :]
    return objects


def decode_one(data: bytes, tag: int) -> bytes:
    """The value of the single data object `data`, which must have this tag; raises TlvError."""
    (value,) = decode_exactly(data, [tag])
    return value


def decode_exactly(data: bytes, tags: Sequence[int]) -> list[bytes]:
    """The values of data objects with exactly these tags in this order; raises TlvError."""
    objects = decode(data)
    if [item.tag for item in objects] != list(tags):
        found = " ".join(f"{item.tag:02X}" for item in objects)
        wanted = " ".join(f"{tag:02X}" for tag in tags)
        raise TlvError(
            _("expected data objects {wanted}, found {found}").format(found=found, wanted=wanted)
        )
    return [item.value for item in objects]


def _tag(tag: int) -> bytes:
    return tag.to_bytes(2 if tag > 0xFF else 1, "big")


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    if length < 0x100:
        return bytes([0x81, length])
    return b"\x82" + length.to_bytes(2, "big")


def sized(value: bytes, size: int) -> bytes:
    """The value, which must have so many bytes; raises TlvError."""
    if len(value) != size:
        raise TlvError(
            _("expected {size} bytes, found {found}").format(found=len(value), size=size)
        )
    return value


def _read_tag(data: bytes) -> tuple[int, int]:
    size = 2 if data[0] & 0x1F == 0x1F else 1
    if len(data) < size:
        raise TlvError(_("a tag is incomplete"))
    return int.from_bytes(data[:size], "big"), size


def _read_length(data: bytes, start: int) -> tuple[int, int]:
    if start >= len(data):
        raise TlvError(_("a length is missing"))
    first = data[start]
    if first < 0x80:
        return first, start + 1
    end = start + 1 + (first & 0x7F)
    if first not in (0x81, 0x82) or end > len(data):
        raise TlvError(_("a length is incomplete or has an unsupported form"))
    length = int.from_bytes(data[start + 1 : end], "big")
    if len(_length(length)) != end - start:
        raise TlvError(_("a length is not in its shortest form"))
    return length, end
