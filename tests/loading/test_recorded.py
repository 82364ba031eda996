"""Sessions of a real card, as somebody else recorded them, go byte for byte as they went then."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from twincard.iso.channel import Channel
from twincard.iso.command import Command
from twincard.iso.scp03 import InitializeUpdateResponse
from twincard.iso.secure_channel import Protection
from twincard.keys.scp03_keys import Scp03Keys, ecb_kcv
from twincard.keys.secret import Secret
from twincard.simulator.manager.scp03 import kcv

VECTORS = json.loads((Path(__file__).parent / "vectors/scp03-sessions.json").read_text())
SESSIONS = VECTORS["sessions"]
FIRST_BYTES = (0x00, 0x10, 0x20)


@dataclass
class Recording:
    """The connection: what was answered then, if it is asked what was asked then."""

    exchanges: list[tuple[bytes, bytes]]
    atr: bytes = field(default=b"", init=False)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        command, answer = self.exchanges.pop(0)
        assert apdu == command
        return answer, 0x9000

    def reset(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def keys(size: int) -> Scp03Keys:
    made = (bytes(first + at % 16 for at in range(size)) for first in FIRST_BYTES)
    enc, mac, dek = map(Secret, made)
    return Scp03Keys(enc, mac, dek)


@pytest.mark.parametrize("session", SESSIONS, ids=lambda item: item["external_authenticate"][:6])
def test_a_recorded_session_goes_as_it_went(session: dict[str, str]) -> None:
    told = {name: bytes.fromhex(text) for name, text in session.items() if name != "key_bytes"}
    static = keys(int(session["key_bytes"]))
    answer = told["greeting"]
    context = told["initialize_update"][5:] + answer[13:21]
    greeting = InitializeUpdateResponse(answer[:10], answer[10], answer[12], context, answer[21:29])
    assert greeting.fits(static)
    exchanges = [(told["external_authenticate"], b""), (told["command"], told["answer"])]
    channel = Channel(Recording(exchanges))
    answers = told["external_authenticate"][2] == 0x33
    protection = Protection(answer_macs=answers, answers_encrypted=answers)
    channel.secure(lambda: greeting.open(channel, static, protection))
    plain = bytes.fromhex(VECTORS["plain_command"])
    cla, ins, p1, p2 = plain[:4]
    command = Command(cla, ins, p1, p2, plain[5:])
    assert channel.send(command, "answer") == bytes.fromhex(VECTORS["plain_answer"])
    assert exchanges == []


def test_key_check_values_are_the_published_ones() -> None:
    static = keys(16)
    for key, told in zip(
        (static.enc, static.mac, static.dek), VECTORS["key_check_values"], strict=True
    ):
        assert ecb_kcv(key) == kcv(key.reveal()) == bytes.fromhex(told)
