"""Flows tell what they do in one stream of typed events, with names that stay."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import pytest
from tests.bench import Bench, Specimen, Stage, components
from tests.chips.issuing import issue_as_able
from tests.flows.event_samples import COUNTS, NAMES, SENTENCES

import twincard.flows
from twincard.card.report import Role
from twincard.cms.framing.output import FileOutput
from twincard.cms.recipients.infos import Recipient
from twincard.flows.check.drill import check_files
from twincard.flows.duplicate.duplication import DuplicationEvent, duplicate_key
from twincard.flows.events import BytesEvent, FlowEvent
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.issue.pair import Blank, IssueEvent, Profile
from twincard.flows.recover.outcomes import RecoveredFile, RecoverEvent, RecoverOutcome
from twincard.flows.recover.recovery import recover_files
from twincard.keys.key_type import KeyType
from twincard.results.in_json import event_to_json


def kinds_of_events() -> Iterator[type[FlowEvent]]:
    """Every class of events in the package."""
    for info in pkgutil.walk_packages(twincard.flows.__path__, "twincard.flows."):
        for item in vars(importlib.import_module(info.name)).values():
            is_own = isinstance(item, type) and item.__module__ == info.name
            if is_own and issubclass(item, FlowEvent) and item is not FlowEvent:
                yield item


def test_each_kind_of_event_has_a_stable_name_and_is_frozen() -> None:
    kinds = list(kinds_of_events())
    assert {kind.__name__: kind.name for kind in kinds} == NAMES
    assert len(set(NAMES.values())) == len(NAMES)
    for kind in kinds:
        assert is_dataclass(kind)
        assert fields(kind)[0].name == "card_ids"
    event = BytesEvent((), Path("letter"), 1)
    with pytest.raises(FrozenInstanceError):
        event.done = 2  # type: ignore[misc]


def blank(specimen: Specimen) -> Blank:
    return Blank(specimen.card(), specimen.transport_key, specimen.pin, specimen.puk)


def test_one_listener_hears_every_flow_and_which_cards_it_concerns(
    bench: Bench, tmp_path: Path
) -> None:
    bench.at(Stage.BLANK)
    original, backup = blank(bench.original), blank(bench.backup)
    ids = {
        Role.ORIGINAL: original.card.report().card_id,
        Role.BACKUP: backup.card.report().card_id,
    }
    events: list[FlowEvent] = []
    issue_as_able(original, backup, Profile(), components()[:1], on_event=events.append)
    issued = [event for event in events if isinstance(event, IssueEvent)]
    assert issued == events
    assert {(event.role, event.card_ids) for event in issued} == {
        (role, (ids[role],)) for role in ids
    }

    events.clear()
    cards = bench.original.unlocked(), bench.backup.unlocked()
    duplicate_key(*cards, components()[1:], KeyType.P_256, on_event=events.append)
    steps = [event for event in events if isinstance(event, DuplicationEvent)]
    assert steps == events
    assert [event.component for event in steps[:3]] == [2, 3, None]
    for event in steps:
        assert event.card_ids == tuple(ids[role] for role in event.step.roles)
    assert {len(event.card_ids) for event in steps} == {1, 2}

    events.clear()
    source, sealed = tmp_path / "letter", tmp_path / "letter.p7m"
    source.write_bytes(b"content")
    recipient = Recipient.of(cards[0].usage.public_key())
    encrypt_file(source, FileOutput(sealed), [recipient], on_event=events.append)
    assert events == [BytesEvent((), source, len(b"content"))]

    events.clear()
    plain = FileOutput(tmp_path / "plain")
    decrypt_file(cards[1], sealed, plain, on_event=events.append)
    assert events[-1] == BytesEvent((ids[Role.BACKUP],), sealed, sealed.stat().st_size)
    check_files(cards[1], [sealed], on_event=events.append)
    assert (events[-1].name, events[-1].card_ids) == ("check.file", (ids[Role.BACKUP],))


def test_what_became_of_a_file_is_told_after_its_bytes(bench: Bench, tmp_path: Path) -> None:
    bench.at(Stage.DUPLICATED)
    source, sealed = tmp_path / "letter", tmp_path / "letter.p7m"
    source.write_bytes(b"content")
    recipient = Recipient.of(bench.original.card().usage.public_key())
    encrypt_file(source, FileOutput(sealed), [recipient])
    old, new = bench.backup.unlocked(), bench.original2.unlocked()
    events: list[FlowEvent] = []
    summary = recover_files(old, new, [sealed, source], on_event=events.append)
    first, *names = [event.name for event in events]
    assert first == "recover.plan"
    assert names == ["file.bytes"] * (len(names) - 2) + ["recover.file"] * 2
    assert len(names) > 2
    assert {event.card_ids for event in events} == {(old.report().card_id, new.report().card_id)}
    files = [event.file for event in events if isinstance(event, RecoverEvent)]
    assert [file.outcome for file in files] == list(summary.counts)


@pytest.mark.parametrize("event", [*COUNTS, *(event for event, _sentence in SENTENCES)])
def test_an_event_is_one_line_of_json_with_its_name_and_all_that_it_tells(
    event: FlowEvent,
) -> None:
    line = event_to_json(event)
    told = json.loads(line)
    assert "\n" not in line
    assert (told.pop("version"), told.pop("event")) == (1, event.name)
    assert list(told) == [field.name for field in fields(event)]
    assert told["card_ids"] == [card.hex() for card in event.card_ids]


@pytest.mark.parametrize("name", ["a\x85b", "a\u2028b", "a\x9b31mb", "a\udcffb", "手紙"])
def test_a_name_of_a_file_breaks_no_line_of_json(name: str) -> None:
    line = event_to_json(
        RecoverEvent((bytes(16),), RecoveredFile(Path(name), RecoverOutcome.MOVED))
    )
    assert line.isascii()
    assert line.splitlines() == [line]
    assert json.loads(line)["file"]["path"] == name


def test_json_has_the_words_of_the_results() -> None:
    lines = {event.name: json.loads(event_to_json(event)) for event, _sentence in SENTENCES}
    assert (lines["issue.step"]["role"], lines["issue.step"]["step"]) == ("backup", "group")
    assert lines["duplicate.step"]["component"] == 2
    file = {"path": "letter.p7m", "outcome": "failed", "reason": "It is spoiled.", "note": None}
    assert lines["recover.file"]["file"] == file
