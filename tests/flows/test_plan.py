"""The plan of a duplication: every pair of states leads on, or is refused in one sentence."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from tests.bench import Bench, Stage

from twincard.card.report import (
    CardReport,
    ExportReport,
    ExportState,
    ImportReport,
    ImportState,
    SlotUse,
    UsedSlot,
)
from twincard.flows.duplicate.plan import Plan, plan_duplication
from twincard.flows.errors import ProtocolError

NONCES = (bytes(16), bytes([1]) * 16)
STRANGER = b"\xee" * 16
FRESH = Plan(copy=True, confirm=True)


@pytest.fixture
def reports(bench: Bench) -> tuple[CardReport, CardReport]:
    bench.at(Stage.KEYED)
    return bench.original.card().report(), bench.backup.card().report()


def exports(backup: CardReport) -> list[ExportReport]:
    pending = [
        ExportReport(ExportState.PENDING, 0, card_id, nonce)
        for card_id, nonce in product((backup.card_id, STRANGER), NONCES)
    ]
    return [ExportReport(ExportState.NONE, 0), ExportReport(ExportState.DONE, 1), *pending]


def imports(original: CardReport) -> list[ImportReport]:
    states = (ImportState.TICKETED, ImportState.IMPORTED, ImportState.VOID)
    others = [
        ImportReport(state, card_id, nonce)
        for state, card_id, nonce in product(states, (original.card_id, STRANGER), NONCES)
    ]
    return [ImportReport(ImportState.EMPTY), *others]


def test_every_pair_of_states_has_a_plan_or_a_sentence(
    reports: tuple[CardReport, CardReport],
) -> None:
    original, backup = reports
    plans = 0
    sentences = []
    for export, import_, forget in product(exports(backup), imports(original), (False, True)):
        ours, theirs = replace(original, export=export), replace(backup, import_=import_)
        if import_.state is ImportState.IMPORTED:
            theirs = replace(theirs, key=original.key)
        try:
            plan = plan_duplication(ours, theirs, forget_void=forget)
        except ProtocolError as error:
            sentences.append(str(error))
            continue
        plans += 1
        assert plan.copy or import_.state is ImportState.IMPORTED
        assert plan.void_delivered == (import_.state is ImportState.VOID)
        assert not plan.deliver_void or export.state is ExportState.PENDING
        assert not plan.copy or plan.confirm
    assert plans > 20
    assert len(sentences) > 20
    assert all(sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize(
    ("state", "plan"),
    [
        (ImportState.TICKETED, FRESH),
        (ImportState.IMPORTED, Plan(confirm=True)),
        (ImportState.VOID, replace(FRESH, deliver_void=True, void_delivered=True)),
    ],
)
def test_while_pending_the_same_ticket_goes_on(
    reports: tuple[CardReport, CardReport], state: ImportState, plan: Plan
) -> None:
    original, backup = reports
    ours = replace(original, export=ExportReport(ExportState.PENDING, 0, backup.card_id, NONCES[0]))
    theirs = replace(backup, import_=ImportReport(state, original.card_id, NONCES[0]))
    assert plan_duplication(ours, theirs) == plan
    lost = replace(backup, import_=ImportReport(state, original.card_id, NONCES[1]))
    with pytest.raises(ProtocolError, match="no longer has"):
        plan_duplication(ours, lost)


def test_a_key_is_made_only_where_there_is_none(reports: tuple[CardReport, CardReport]) -> None:
    original, backup = reports
    assert not plan_duplication(original, backup).generate
    assert plan_duplication(replace(original, key=None), backup).generate


def test_a_backup_that_had_its_slot_gets_no_other(reports: tuple[CardReport, CardReport]) -> None:
    original, backup = reports
    allowed = replace(original, backups_allowed=2)
    used = (UsedSlot(SlotUse.ABANDONED, backup.card_id),)
    with pytest.raises(ProtocolError, match="was abandoned"):
        plan_duplication(allowed, backup, used)
    other = (UsedSlot(SlotUse.ABANDONED, STRANGER),)
    assert plan_duplication(allowed, backup, other) == FRESH


def test_an_original_that_may_make_no_backup_says_so(
    reports: tuple[CardReport, CardReport],
) -> None:
    original, backup = reports
    with pytest.raises(ProtocolError, match="with no backups allowed"):
        plan_duplication(replace(original, backups_allowed=0), backup)
