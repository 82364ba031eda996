"""Random commands through a secure channel: no exception, only known status words, no harm."""

from __future__ import annotations

import os
from random import Random

import pytest
from tests.bench import Bench
from tests.random.corpus import unblock, verify
from tests.random.stream import BLOCKED, Stream
from tests.random.test_random_apdus import (
    DEFAULT_SEED,
    DOCUMENTED,
    OTHER_KEYS,
    TERMINATE,
    Run,
    succeeded,
    unharmed,
)
from tests.random.worlds import WORLDS, Scene, World, make
from tests.trust.channel.hosts import Messages

from twincard.iso.command import Command
from twincard.iso.status import Sw

RUNS, PER_RUN = 6, 150
PLACES = [
    world
    for world in WORLDS
    if world.name in ("blank", "keyed-rsa", "pending-blind", "ticketed-blind", "imported-ec")
]
REPORT = Command(0x00, 0xCA, 0x00, 0xE0, answer=256)


class Inside:
    """A card at the end of a channel that is opened again whenever it ended."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.openings = 0
        self._open()

    def _open(self) -> None:
        """As the user, or before there is one as the issuer."""
        specimen = self._scene.specimen
        self.openings += 1
        opening = Messages.scp03 if self._scene.blank else Messages.scp11b
        self._messages = opening(specimen)
        if not self._scene.blank:
            self._messages.send(verify(specimen))

    def send(self, command: Command) -> int:
        """The status word."""
        sw = self._messages.send(command)[1]
        if sw == BLOCKED:
            self._messages.send(unblock(self._scene.specimen))
        if sw == Sw.AUTHORITY_MISSING or command.ins == 0xA4:
            self._revive()
        return sw

    def _revive(self) -> None:
        if self._messages.send(REPORT)[1] != Sw.DONE:
            self._open()


def note(run: Run, stream: Stream, command: Command) -> None:
    """What the command, which succeeded, may have changed."""
    header = bytes([command.cla, command.ins, command.p1, command.p2])
    if not header.startswith(OTHER_KEYS, 1):
        run.succeeded.add((command.cla, command.ins))
        lost = (command.cla, command.ins) in {(0x00, 0x24), (0x00, 0x2C)}
        run.pin_lost |= lost and command.short() not in stream.harmless


@pytest.mark.parametrize("world", PLACES, ids=str)
def test_random_commands_inside_a_channel_do_no_harm(bench: Bench, world: World) -> None:
    seed = int(os.environ.get("TWINCARD_SEED", DEFAULT_SEED))
    scene = make(bench, world)
    before = scene.specimen.card().report()
    done = openings = 0
    for number in range(RUNS):
        scene.restore()
        scene.specimen.card()
        stream = Stream(Random(f"{seed} {world} {number}"), scene, before.card_id)
        inside, run = Inside(scene), Run()
        for _ in range(PER_RUN):
            command = stream.command()
            sw = inside.send(command)
            run.sent.append(f"{command.extended().hex()} -> {sw:04X}")
            assert sw in DOCUMENTED, run.sent[-25:]
            if succeeded(sw):
                done += 1
                note(run, stream, command)
            if TERMINATE in run.succeeded or run.pin_lost:
                break
        openings += inside.openings
        unharmed(scene, run, before)
    # It went on for long in a channel, and not at closed doors.
    assert done > RUNS * PER_RUN // 20
    assert openings < RUNS * PER_RUN // 4
