"""An event of each kind, and what the command line says of it."""

from __future__ import annotations

from pathlib import Path

from twincard.card.report import Role
from twincard.flows.check.drill import CheckEvent, CheckOutcome, FileCheck
from twincard.flows.duplicate.duplication import DuplicationEvent, DuplicationStep
from twincard.flows.events import BytesEvent, FlowEvent
from twincard.flows.issue.profile import IssueEvent, IssueStep
from twincard.flows.load.applet import LoadEvent, LoadStep, SentEvent
from twincard.flows.recover.outcomes import (
    FoundCount,
    FoundKind,
    PlanEvent,
    RecoveredFile,
    RecoverEvent,
    RecoverOutcome,
)

NAMES = {
    "BytesEvent": "file.bytes",
    "CheckEvent": "check.file",
    "DuplicationEvent": "duplicate.step",
    "IssueEvent": "issue.step",
    "LoadEvent": "load.step",
    "PlanEvent": "recover.plan",
    "RecoverEvent": "recover.file",
    "SentEvent": "load.sent",
}
CARDS = (bytes(16),)
FILE = Path("letter.p7m")
SENTENCES: list[tuple[FlowEvent, str]] = [
    (IssueEvent(CARDS, Role.BACKUP, IssueStep.GROUP), "backup: begin the key group"),
    (DuplicationEvent(CARDS, DuplicationStep.TICKET), "the backup requests the key"),
    (
        DuplicationEvent(CARDS, DuplicationStep.COMPONENT, 2),
        "setting component 2 on both cards",
    ),
    (LoadEvent((), LoadStep.LOAD), "loading the package"),
    (
        RecoverEvent(CARDS, RecoveredFile(FILE, RecoverOutcome.MOVED, note="Its owner changed.")),
        "letter.p7m: moved to the new card\nletter.p7m: Its owner changed.",
    ),
    (
        RecoverEvent(CARDS, RecoveredFile(FILE, RecoverOutcome.MOVED)),
        "letter.p7m: moved to the new card",
    ),
    (RecoverEvent(CARDS, RecoveredFile(FILE, RecoverOutcome.NOT_ENCRYPTED)), ""),
    (
        RecoverEvent(CARDS, RecoveredFile(FILE, RecoverOutcome.FAILED, "It is spoiled.")),
        "Error: letter.p7m: It is spoiled.",
    ),
    (
        PlanEvent(CARDS, (FoundCount(FoundKind.FOR_OLD, 3), FoundCount(FoundKind.LINK, 1))),
        "Found: 3 encrypted to the old card, 1 not followed (symbolic links).",
    ),
    (CheckEvent(CARDS, FileCheck(FILE, CheckOutcome.OPENS)), "letter.p7m: opens"),
    (CheckEvent(CARDS, FileCheck(FILE, CheckOutcome.NOT_ENCRYPTED)), ""),
    (
        CheckEvent(CARDS, FileCheck(FILE, CheckOutcome.FAILS, "It is spoiled.")),
        "letter.p7m: It is spoiled.",
    ),
]
COUNTS: list[FlowEvent] = [BytesEvent(CARDS, FILE, 7), SentEvent((), 7, 10)]
