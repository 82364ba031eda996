"""BER-TLV: what is written is read back, and nothing but the shortest whole form is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twincard.iso import tlv

TAGS = st.sampled_from([0x80, 0xA6, 0xE0, 0x62, 0x6F, 0x5F48, 0x7F49])


@given(st.lists(st.tuples(TAGS, st.binary(max_size=400)), max_size=4))
def test_what_is_encoded_is_decoded(objects: list[tuple[int, bytes]]) -> None:
    data = b"".join(tlv.encode(tag, value) for tag, value in objects)
    assert [(item.tag, item.value) for item in tlv.decode(data)] == objects


@given(st.binary(max_size=40))
def test_random_bytes_are_refused_or_have_the_only_encoding(data: bytes) -> None:
    try:
        objects = tlv.decode(data)
    except tlv.TlvError:
        return
    assert b"".join(tlv.encode(item.tag, item.value) for item in objects) == data


@pytest.mark.parametrize(
    "data",
    ["80", "8002 00", "8081 05 0000000000", "808200 80", "8080", "8083000001 00", "7F", "7F49"],
)
def test_cut_or_long_forms_are_refused(data: str) -> None:
    with pytest.raises(tlv.TlvError):
        tlv.decode(bytes.fromhex(data))


def test_other_tags_than_wanted_are_refused() -> None:
    with pytest.raises(tlv.TlvError, match="expected data objects 80 81, found 81 80"):
        tlv.decode_exactly(bytes.fromhex("810100800100"), [0x80, 0x81])
