"""Whoever has PIN and issuer's authority finds no secret in any answer, whatever he asks for.

Every instruction is sent in both classes with many parameters, and every file is selected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import pytest
from tests.bench import Bench, Specimen, Stage, components
from tests.faults.keys import group_key, parts_of
from tests.secrets.hunt import Hunt

from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType
from twincard.keys.scp03_keys import Scp03Keys
from twincard.simulator.laboratory import Laboratory

GET_DATA, GET_RESPONSE, SELECT, READ_BINARY = 0xCA, 0xC0, 0xA4, 0xB0
PARAMETERS = (0x00, 0x01, 0x02, 0x03, 0x5F, 0x7F, 0x80, 0x81, 0x86, 0x9E, 0xB8, 0xE0, 0xFF)
LE = b"\x00"
SOME_DATA = b"\x02\x3f\x00"
MF = 0x3F00


def secrets(bench: Bench, key: KeyType) -> Hunt:
    """All secrets of a pair, which is duplicated then."""
    bench.at(Stage.KEYED, key=key)
    parts = parts_of(bench.original, bench.backup, 3, key)
    bench.at(Stage.DUPLICATED, key=key)
    hunt = Hunt({f"part {number} of the key": part for number, part in enumerate(parts)})
    hunt.add("group key", group_key(3).value)
    for item in components():
        hunt.add(f"component {item.number}", item.value.reveal())
    for specimen in (bench.original, bench.backup):
        hunt.add(f"PIN of {specimen.name}", specimen.pin.reveal())
        hunt.add(f"PUK of {specimen.name}", specimen.puk.reveal())
        hunt.add(f"transport key of {specimen.name}", specimen.transport_key.reveal())
        static = Scp03Keys.derive(specimen.transport_key, specimen.card_id)
        for place, value in enumerate((static.enc, static.mac, static.dek)):
            hunt.add(f"SCP03 key {place} of {specimen.name}", value.reveal())
    return hunt


@pytest.mark.parametrize("key", list(KeyType), ids=lambda key: key.name)
@pytest.mark.parametrize("name", ["original", "backup"])
def test_no_command_answers_with_a_secret(bench: Bench, name: str, key: KeyType) -> None:
    hunt = secrets(bench, key)
    specimen: Specimen = getattr(bench, name)
    # No secret, so that it is known that something would be found.
    hunt.add("card id", specimen.card_id)
    kept = specimen.lab.snapshot()
    answers = bytearray()
    for cla, ins in product((0x00, 0x80), range(0x100)):
        if specimen.lab.transmit(bytes((cla, ins, 0, 0)))[1] == Sw.UNKNOWN_INS:
            continue
        # Some commands do harm: TERMINATE wipes what the others shall be asked for.
        specimen.lab.restore(kept)
        open_to_all(specimen)
        for answer in answered(specimen.lab, commands(cla, ins)):
            answers += answer
    specimen.lab.drop(kept)
    assert hunt.found_in(bytes(answers)) == ["card id"]


@pytest.mark.parametrize("name", ["original", "backup"])
def test_no_file_holds_a_secret(bench: Bench, name: str) -> None:
    hunt = secrets(bench, KeyType.P_256)
    specimen: Specimen = getattr(bench, name)
    open_to_all(specimen)
    found = {}
    for fid in range(0x10000):
        select = bytes((0x00, SELECT, 0x00, 0x0C, 2)) + fid.to_bytes(2, "big")
        if specimen.lab.transmit(select)[1] == Sw.DONE:
            found[fid] = specimen.lab.transmit(bytes((0x00, READ_BINARY, 0, 0)) + LE)
    assert found[MF] == (b"", Sw.NO_CURRENT_FILE)
    assert hunt.found_in(b"".join(answer for answer, _ in found.values())) == []


def open_to_all(specimen: Specimen) -> None:
    """A session with every authority there is."""
    specimen.as_issuer().pin.verify(specimen.pin)


def commands(cla: int, ins: int) -> Iterator[bytes]:
    """One instruction with many parameters, without data and with some."""
    second = range(0x100) if ins == GET_DATA else PARAMETERS
    for p1, p2, tail in product(PARAMETERS, second, (LE, SOME_DATA + LE)):
        yield bytes((cla, ins, p1, p2)) + tail


def answered(lab: Laboratory, apdus: Iterable[bytes]) -> Iterator[bytes]:
    """The whole answer to each."""
    for apdu in apdus:
        answer, sw = lab.transmit(apdu)
        while sw >> 8 == 0x61:
            piece, sw = lab.transmit(bytes((0x00, GET_RESPONSE, 0, 0, sw & 0xFF)))
            answer += piece
        yield answer
