"""Random commands at every stage: no exception, no unknown status word, nothing harmed.

`TWINCARD_SEED=n` repeats a run; `make test-long` draws a new seed and sends thirty times as many.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from random import Random, SystemRandom

import pytest
from tests.bench import Bench
from tests.random.stream import Stream
from tests.random.worlds import CHECK, KEPT_PATH, KEPT_SIZE, WORLDS, Scene, World, make, sealed

from twincard.card.report import CardReport, LifeCycle
from twincard.card.session import Card
from twincard.iso.chaining import Link
from twincard.iso.command import Command
from twincard.iso.status import Sw

APDUS = 10_000  # in each of 20 worlds: 200,000
LONG = 30
PER_RUN = 500
DEFAULT_SEED = 20261122

DOCUMENTED = {int(word) for word in Sw} | set(range(0x6100, 0x6200)) | set(range(0x63C0, 0x63CA))
KEY_CHANGES = {(0x00, 0x46), (0x80, 0x24)}
GROUP_CHANGES = {(0x80, 0x10), (0x80, 0x12), (0x80, 0x14)}
STATE_CHANGES = KEY_CHANGES | {(0x80, ins) for ins in (0x20, 0x22, 0x24, 0x26, 0x28, 0x2A)}
PIN_CHANGES = {(0x00, 0x24), (0x00, 0x2C)}
OTHER_KEYS = (b"\x46\x81", b"\x46\x80\x02")
"""GENERATE that only reads the public key, and that makes the signature key."""
PERSONALISE, ACTIVATE, TERMINATE = (0x80, 0x02), (0x00, 0x44), (0x00, 0xFE)


@dataclass
class Run:
    """Commands sent since the card was restored, and which kinds succeeded."""

    sent: list[str] = field(default_factory=list)
    succeeded: set[tuple[int, int]] = field(default_factory=set)
    pin_lost: bool = False

    def none_of(self, kinds: set[tuple[int, int]]) -> bool:
        """Whether no command of these kinds succeeded."""
        return not self.succeeded & kinds


def succeeded(sw: int) -> bool:
    """Whether the status word is 9000 or 61xx."""
    return sw == Sw.DONE or sw >> 8 == 0x61


def send(scene: Scene, stream: Stream, run: Run) -> int:
    """One command; its status word must be a documented one."""
    apdu = stream.next()
    data, sw = scene.specimen.lab.transmit(apdu)
    run.sent.append(f"{apdu.hex()} -> {sw:04X}")
    assert sw in DOCUMENTED
    if succeeded(sw) and not apdu[0] & 0x10 and not apdu.startswith(OTHER_KEYS, 1):
        kind = apdu[0], apdu[1]
        run.succeeded.add(kind)
        run.pin_lost |= kind in PIN_CHANGES and apdu not in stream.harmless
    stream.answered(apdu, data, sw)
    return sw


def unharmed(scene: Scene, run: Run, before: CardReport) -> bool:
    """What no successful command could change is as before; whether the key could be tried."""
    assert scene.specimen.lab.faults() == ""
    card = scene.specimen.card()
    report = card.report()
    assert report.card_id == before.card_id
    if TERMINATE in run.succeeded:
        assert report.life_cycle is LifeCycle.TERMINATED
        return False
    if run.none_of({ACTIVATE}):
        assert report.life_cycle is before.life_cycle
    if run.none_of({PERSONALISE}):
        assert (report.role, report.policy) == (before.role, before.policy)
    if run.none_of(GROUP_CHANGES):
        assert report.group == before.group
    if run.none_of(KEY_CHANGES):
        assert report.key == before.key
    if run.none_of({*STATE_CHANGES, PERSONALISE}):
        assert (report.export, report.import_) == (before.export, before.import_)
    if not scene.blank and not scene.world.terminated:
        card.files.select(*KEPT_PATH)
        assert card.files.read(KEPT_SIZE) == bytes(KEPT_SIZE)
    return key_works(scene, run, card)


def key_works(scene: Scene, run: Run, card: Card) -> bool:
    """Whether the key was tried; where it can be, it opens what was made for it before."""
    report = card.report()
    changed = run.pin_lost or not run.none_of(KEY_CHANGES)
    if report.key is None or changed or report.puk_tries_left == 0:
        return False
    if report.pin_tries_left == 0:
        card.pin.unblock(scene.specimen.puk, scene.specimen.pin)
    card.pin.verify(scene.specimen.pin)
    check = Command(0x80, 0x32, data=sealed(scene), answer=256)
    response = Link(scene.specimen.lab).exchange(check)
    assert (response.data, response.sw) == (CHECK, Sw.DONE)
    return True


def explore(scene: Scene, seed: int, apdus: int) -> Counter[str]:
    """Send random commands; counts of what happened."""
    counts: Counter[str] = Counter()
    total = 0
    scene.restore()
    before = scene.specimen.card().report()
    while total < apdus:
        random = Random(f"{seed} {scene.world.name} {total}")
        scene.restore()
        scene.specimen.card()
        stream, run = Stream(random, scene, before.card_id), Run()
        try:
            while len(run.sent) < PER_RUN and TERMINATE not in run.succeeded and not run.pin_lost:
                sw = send(scene, stream, run)
                counts["done" if succeeded(sw) else "refused"] += 1
            counts["key tried"] += unharmed(scene, run, before)
        except AssertionError as error:
            tail = "\n".join(run.sent[-25:])
            error.add_note(f"TWINCARD_SEED={seed}, {scene.world}, run from {total}:\n{tail}")
            raise
        total += len(run.sent)
    return counts


def run_world(bench: Bench, world: World, seed: int, apdus: int) -> None:
    scene = make(bench, world)
    print(f"TWINCARD_SEED={seed}")
    counts = explore(scene, seed, apdus)
    print(f"{world}: {dict(counts)}")
    # The stream is worth nothing if it knocks only at closed doors, or never leaves the key.
    assert counts["done"] > apdus // 50
    scene.restore()
    has_key = scene.specimen.card().report().key is not None
    assert (counts["key tried"] > 0) == has_key
    scene.specimen.lab.drop(scene.snapshot)


@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_random_commands_do_no_harm(bench: Bench, world: World) -> None:
    run_world(bench, world, int(os.environ.get("TWINCARD_SEED", DEFAULT_SEED)), APDUS)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_many_more_random_commands_do_no_harm(bench: Bench, world: World) -> None:
    seed = int(os.environ.get("TWINCARD_SEED", SystemRandom().randrange(10**9)))
    run_world(bench, world, seed, LONG * APDUS)
