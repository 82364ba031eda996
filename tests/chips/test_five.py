"""Five very different chips, each from issue to recovery, and through cuts of the power.

The larger set of tests for the same five is run by `make test-chips`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.chips.cards import FIVE, makes_keys, start
from tests.recovered import recovered

from twincard.card.report import ExportState, PolicyFlags
from twincard.card.session import Card
from twincard.chips import Answer, find_profile
from twincard.chips.simulation import SimulatedChip, simulated
from twincard.cms import FileOutput, Recipient
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.issue.pair import Blank, Modes, Profile, issue_pair
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.keys.component import draw_group
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory
from twincard.transport.connection import PowerCutError

PIN, PUK = Secret(b"123456"), Secret(b"12345678")
CUTS = 6
PIN_WRITES = 2
"""Of a card whose PIN is verified."""
MESSAGE = "会議の記録".encode()


class Pair:
    """An original with a key and its backup without; an ordinary original where chips make none."""

    def __init__(self, chip: SimulatedChip, cards: ExitStack) -> None:
        first = start(chip) if makes_keys(chip) else Laboratory.start()
        self.labs = cards.enter_context(first), cards.enter_context(start(chip))
        key = Secret(bytes(range(32)))
        for lab in self.labs:
            lab.install(b"\x80\x20" + key.reveal())
        blanks = [Blank(Card(lab), key, PIN, PUK) for lab in self.labs]
        components = draw_group(2)
        profile = Profile(group_size=2, policy=PolicyFlags.NONE, modes=Modes.EITHER)
        issue_pair(blanks[0], blanks[1], profile, components[:1], plain=True)
        for card in self.unlocked():
            card.group.set_component(components[1])
        self.unlocked()[0].usage.generate(_key_type(chip))
        self._keyed = [lab.snapshot() for lab in self.labs]

    def restore(self) -> None:
        """To what it was at first."""
        for lab, snapshot in zip(self.labs, self._keyed, strict=True):
            lab.restore(snapshot)

    def unlocked(self) -> tuple[Card, Card]:
        """Sessions from power-up to the verified PIN."""
        for lab in self.labs:
            lab.reset()
        cards = Card(self.labs[0]), Card(self.labs[1])
        for card in cards:
            card.pin.verify(PIN)
        return cards

    def duplicate(self) -> None:
        """As a user does it."""
        duplicate_key(*self.unlocked())

    def faults(self) -> list[str]:
        """What left the applet uncaught."""
        return [lab.faults() for lab in self.labs if lab.faults()]


def _key_type(chip: SimulatedChip) -> KeyType:
    """RSA where the chip makes it, or uses it and makes nothing."""
    has = chip.profile.algorithms
    rsa = has.rsa_crt_2048_keygen is Answer.YES or has.ec_p256_keygen is not Answer.YES
    return KeyType.RSA_2048 if rsa else KeyType.P_256


@pytest.fixture(params=FIVE, scope="module")
def pairs(request: pytest.FixtureRequest) -> Iterator[tuple[Pair, Pair]]:
    """Two pairs of one chip."""
    chip = simulated(find_profile(request.param))
    with ExitStack() as cards:
        yield Pair(chip, cards), Pair(chip, cards)


def test_a_key_is_duplicated_opens_a_file_and_gives_it_to_a_new_one(
    pairs: tuple[Pair, Pair], tmp_path: Path
) -> None:
    old, new = pairs
    for pair in pairs:
        pair.restore()
        pair.duplicate()
    (tmp_path / "message").write_bytes(MESSAGE)
    sealed = tmp_path / "sealed.p7m"
    public_key = old.unlocked()[0].usage.public_key()
    encrypt_file(tmp_path / "message", FileOutput(sealed), [Recipient.of(public_key)])
    backup, original = old.unlocked()[1], new.unlocked()[0]
    decrypt_file(backup, sealed, FileOutput(tmp_path / "opened"))
    assert (tmp_path / "opened").read_bytes() == MESSAGE
    assert [event.outcome for event in recovered(backup, original, [sealed])] == [
        RecoverOutcome.MOVED
    ]
    decrypt_file(original, sealed, FileOutput(tmp_path / "moved"))
    assert (tmp_path / "moved").read_bytes() == MESSAGE
    assert old.faults() + new.faults() == []


@pytest.mark.parametrize("victim", [0, 1], ids=["original", "backup"])
def test_the_backup_gets_the_key_whatever_write_is_cut(
    pairs: tuple[Pair, Pair], victim: int
) -> None:
    pair = pairs[0]
    lab = pair.labs[victim]
    pair.restore()
    lab.writes()
    pair.duplicate()
    writes = lab.writes()
    assert writes > CUTS
    for step in range(CUTS):
        pair.restore()
        # A card that is asked for its PIN writes, so the cut comes after that.
        cards = pair.unlocked()
        lab.cut(1 + step * (writes - PIN_WRITES) // CUTS)
        with pytest.raises(PowerCutError):
            duplicate_key(*cards)
        lab.cut(0)
        pair.duplicate()
        original, backup = (card.report() for card in pair.unlocked())
        assert original.export is not None
        assert original.export.state is ExportState.DONE
        assert backup.key is not None
        assert original.key is not None
        assert backup.key.digest == original.key.digest
    assert pair.faults() == []
