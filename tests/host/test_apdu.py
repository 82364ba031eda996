"""Command APDUs in their short, extended and chained forms (ISO 7816-4, 5.1 and 5.3.3)."""

from __future__ import annotations

from twincard.iso.command import Command


def test_the_four_short_cases() -> None:
    assert Command(0, 0x44).short().hex() == "00440000"
    assert Command(0, 0x84, answer=16).short().hex() == "0084000010"
    assert Command(0, 0x84, answer=256).short().hex() == "0084000000"
    assert Command(0, 0x20, 0, 1, b"\x31\x32").short().hex() == "00200001023132"
    assert Command(0, 0x46, data=b"\xac", answer=256).short().hex() == "0046000001ac00"


def test_the_extended_cases() -> None:
    assert Command(0, 0xCA, 0, 0xE0, answer=65536).extended().hex() == "00ca00e0000000"
    assert Command(0x80, 0x24, data=b"\xe2").extended().hex() == "80240000000001e2"
    long = Command(0x80, 0x24, data=bytes(300), answer=65536).extended()
    assert (long[:7].hex(), len(long), long[-2:].hex()) == ("8024000000012c", 309, "0000")


def test_a_chain_marks_all_but_its_last_part_and_wants_an_answer_there_only() -> None:
    parts = Command(0x80, 0x30, data=bytes(range(256)) * 2 + b"!", answer=256).chain()
    assert [part.cla for part in parts] == [0x90, 0x90, 0x80]
    assert [part.answer for part in parts] == [0, 0, 256]
    assert b"".join(part.data for part in parts) == bytes(range(256)) * 2 + b"!"


def test_a_command_without_data_is_no_chain() -> None:
    assert Command(0, 0x44).chain() == [Command(0, 0x44)]
