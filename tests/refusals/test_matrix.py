"""Every command in every life cycle, role and authority: what the command table forbids is refused.

The checks come in the document's order, and a refused command writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.bench import GROUP_ID, Bench, Specimen, Stage, component
from tests.card.commands import KEYS, allows_holder, allows_life_cycle, allows_role
from tests.card.wire import Command, status
from tests.refusals.samples import SAMPLES, Sample

from twincard.card.issuer import Personalisation
from twincard.card.report import LifeCycle, PolicyFlags, Role
from twincard.iso.ins import Ins
from twincard.iso.status import Sw
from twincard.simulator.laboratory import Snapshot

WRITERS = {
    0x24,  # IMPORT KEY: its data go straight to the buffer for ciphertext, which is persistent.
    0x50,  # INITIALIZE UPDATE: ends the session of the PIN, whatever becomes of it.
}
INITIALISATION, OPERATIONAL, TERMINATED = LifeCycle


@dataclass(frozen=True)
class State:
    """A card as a command finds it."""

    life_cycle: LifeCycle
    role: Role
    user: bool = False
    issuer: bool = False
    blocked: bool = False
    transport: bool = False
    """The PIN is a transport PIN."""

    def __str__(self) -> str:
        holders = [
            name for name in ("user", "transport", "issuer", "blocked") if getattr(self, name)
        ]
        return "-".join([self.life_cycle.name, self.role.name, *(holders or ["nobody"])]).lower()

    def refusal_of(self, ins: Ins, *, chained: bool = False) -> Sw | None:
        """The status word that the command table asks for; None when the command is admitted."""
        if not allows_life_cycle(ins, self.life_cycle):
            return Sw.WRONG_STATE
        if chained and not ins.value.chain:
            return Sw.NO_CHAINING
        if not allows_role(ins, self.role):
            return Sw.WRONG_STATE
        user = self.user and (not self.transport or ins.value.transport_pin)
        if not allows_holder(ins, self.life_cycle, user=user, issuer=self.issuer):
            return Sw.AUTHORITY_MISSING
        return None


STATES = [
    State(INITIALISATION, Role.NONE),
    State(INITIALISATION, Role.NONE, issuer=True),
    *(
        state
        for role in (Role.ORIGINAL, Role.BACKUP)
        for state in (
            State(INITIALISATION, role),
            State(INITIALISATION, role, issuer=True),
            State(OPERATIONAL, role),
            State(OPERATIONAL, role, user=True),
            State(OPERATIONAL, role, issuer=True),
            State(OPERATIONAL, role, user=True, issuer=True),
            State(OPERATIONAL, role, blocked=True),
            State(OPERATIONAL, role, user=True, transport=True),
            State(OPERATIONAL, role, user=True, issuer=True, transport=True),
            State(TERMINATED, role),
        )
    ),
]


class Subject:
    """A card that is put to a state before each command."""

    def __init__(self, bench: Bench, state: State) -> None:
        blank = state.life_cycle is INITIALISATION or state.transport
        bench.at(Stage.BLANK if blank else Stage.ISSUED)
        self.state = state
        self.specimen = bench.backup if state.role is Role.BACKUP else bench.original
        self._snapshot = self._reach()

    def _reach(self) -> Snapshot:
        specimen, state = self.specimen, self.state
        if state.life_cycle is INITIALISATION or state.transport:
            card = specimen.as_issuer()
            if state.role is not Role.NONE:
                secrets = specimen.pin, specimen.puk
                card.issuer.personalise(
                    Personalisation(
                        state.role, *secrets, transport_pin=state.transport, policy=PolicyFlags.NONE
                    )
                )
            card.group.begin(3, GROUP_ID)
            card.group.set_component(component(1))
            if state.transport:
                card.issuer.activate()
        elif state.life_cycle is TERMINATED:
            specimen.unlocked().terminate()
        elif state.blocked:
            _block(specimen)
        return specimen.lab.snapshot()

    def answer(self, command: Command) -> int:
        """The status word of the command in this state."""
        specimen, state = self.specimen, self.state
        specimen.lab.restore(self._snapshot)
        card = specimen.as_issuer() if state.issuer else specimen.card()
        if state.user:
            card.pin.verify(specimen.pin)
        specimen.lab.writes()
        return status(specimen.lab, command)

    def refuses(self, command: Command, sw: int) -> None:
        """The command is answered with `sw` and has written nothing."""
        assert f"{self.answer(command):04X}" == f"{sw:04X}"
        assert self.specimen.lab.writes() == 0 or command.ins in WRITERS

    def close(self) -> None:
        """Forget the state."""
        self.specimen.lab.drop(self._snapshot)


def _block(specimen: Specimen) -> None:
    card = specimen.card()
    for _ in range(3):
        card.connection.transmit(Command(0x00, 0x20, 0, 1, b"no PIN").short())
    assert card.report().pin_tries_left == 0


MANAGE_CHANNEL = (0x00, 0x70)
"""The runtime's own."""


def command(ins: Ins, sample: Sample, **changes: int | bytes) -> Command:
    """The sample's APDU, changed."""
    values = {"p1": sample.p1, "p2": sample.p2, "data": sample.data, "answer": sample.answer}
    return Command(ins.cla, ins.code, **(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("ins", Ins, ids=lambda ins: ins.title)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_command_table_holds(bench: Bench, state: State, ins: Ins) -> None:
    sample, subject = SAMPLES[ins], Subject(bench, state)
    refusal = state.refusal_of(ins)
    for p1, p2 in sample.wrong_parameters:
        subject.refuses(command(ins, sample, p1=p1, p2=p2), refusal or Sw.WRONG_P1P2)
    for data in sample.wrong_data:
        subject.refuses(command(ins, sample, data=data), refusal or sample.wrong_length)
    if refusal:
        subject.refuses(command(ins, sample), refusal)
    refusal_of_part = state.refusal_of(ins, chained=True)
    part = Command(ins.cla | 0x10, ins.code, sample.p1, sample.p2, sample.data)
    if refusal_of_part:
        subject.refuses(part, refusal_of_part)
    else:
        assert subject.answer(part) == Sw.DONE
    subject.close()


@pytest.mark.parametrize("state", STATES, ids=str)
def test_reading_the_public_key_needs_no_role_and_no_authority(bench: Bench, state: State) -> None:
    read = Command(0x00, 0x46, 0x81, 0x00, answer=256)
    operational = state.life_cycle is OPERATIONAL
    Subject(bench, state).refuses(read, Sw.NOT_FOUND if operational else Sw.WRONG_STATE)


@pytest.mark.parametrize("state", [STATES[0], STATES[5], STATES[9]], ids=str)
def test_other_instructions_and_classes_are_refused(bench: Bench, state: State) -> None:
    subject = Subject(bench, state)
    for cla in (0x00, 0x80, 0x10, 0x90):
        for code in range(0x100):
            if (cla & 0x80, code) not in KEYS and (cla, code) != MANAGE_CHANNEL:
                subject.refuses(Command(cla, code), Sw.UNKNOWN_INS)
    for cla in range(0x100):
        secured = cla & 0x0C
        report = Command(cla, 0xCA, 0x00, 0xE0, answer=256)
        if cla & 0x40 or (cla & 0x03 and not cla & 0x20):
            # The card is selected on channel 0 alone.
            subject.refuses(report, Sw.NO_LOGICAL_CHANNELS)
        elif cla & 0x20:
            subject.refuses(report, Sw.UNKNOWN_CLA)
        elif secured == 0x04:
            # There is no secure channel; the session of the PIN, if there is one, ends.
            assert subject.answer(report) == Sw.AUTHORITY_MISSING
        elif secured:
            subject.refuses(report, Sw.NO_SECURE_MESSAGING)
        elif cla & 0x80:
            subject.refuses(report, Sw.UNKNOWN_INS)
        elif cla & 0x10:
            subject.refuses(report, Sw.NO_CHAINING)
        else:
            assert subject.answer(report) == Sw.DONE
