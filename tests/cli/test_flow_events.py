"""Every event of a flow is told on the command line: in a sentence, or on a bar."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flows.test_events import NAMES

from twincard.card.report import Role
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.output import Printer
from twincard.flows.check.drill import CheckEvent, FileCheck, FileOutcome
from twincard.flows.duplicate.duplication import DuplicationEvent, DuplicationStep
from twincard.flows.events import BytesEvent, FlowEvent
from twincard.flows.issue.profile import IssueEvent, IssueStep
from twincard.flows.load.applet import LoadEvent, LoadStep, SentEvent
from twincard.flows.recover.recovery import Outcome, RecoveredFile, RecoverEvent

CARDS = (bytes(16),)
FILE = Path("letter.p7m")
SENTENCES: list[tuple[FlowEvent, str]] = [
    (IssueEvent(CARDS, Role.BACKUP, IssueStep.GROUP), "backup: begin the key group"),
    (DuplicationEvent(CARDS, DuplicationStep.TICKET), "the backup asks for the key"),
    (
        DuplicationEvent(CARDS, DuplicationStep.COMPONENT, 2),
        "component 2: set on both cards",
    ),
    (LoadEvent((), LoadStep.LOAD), "the package is loaded"),
    (
        RecoverEvent(CARDS, RecoveredFile(FILE, Outcome.MOVED)),
        "letter.p7m: moved to the new card",
    ),
    (RecoverEvent(CARDS, RecoveredFile(FILE, Outcome.NOT_ENCRYPTED)), ""),
    (
        RecoverEvent(CARDS, RecoveredFile(FILE, Outcome.FAILED, "It is spoiled.")),
        "Error: letter.p7m: It is spoiled.",
    ),
    (CheckEvent(CARDS, FileCheck(FILE, FileOutcome.OPENS)), "letter.p7m: opens"),
    (CheckEvent(CARDS, FileCheck(FILE, FileOutcome.NOT_ENCRYPTED)), ""),
    (
        CheckEvent(CARDS, FileCheck(FILE, FileOutcome.FAILS, "It is spoiled.")),
        "letter.p7m: It is spoiled.",
    ),
]
COUNTS: list[FlowEvent] = [BytesEvent(CARDS, FILE, 7), SentEvent((), 7, 10)]


@pytest.mark.parametrize(("event", "sentence"), SENTENCES)
def test_an_event_is_one_sentence(
    event: FlowEvent, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    listener(Printer(as_json=False))(event)
    assert capsys.readouterr().err.strip() == sentence


@pytest.mark.parametrize("event", COUNTS)
def test_bytes_go_to_the_bar(event: FlowEvent, capsys: pytest.CaptureFixture[str]) -> None:
    done: list[int] = []
    listener(Printer(as_json=False), done.append)(event)
    listener(Printer(as_json=False))(event)
    assert done == [7]
    assert capsys.readouterr().err == ""


def test_no_kind_of_event_is_left_out() -> None:
    told = {event.name for event, _sentence in SENTENCES} | {event.name for event in COUNTS}
    assert told == set(NAMES.values())
