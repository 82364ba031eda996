"""Every event of a flow is told on the command line: in a sentence, or on a bar."""

from __future__ import annotations

import pytest
from tests.flows.event_samples import COUNTS, NAMES, SENTENCES

from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.output import Printer
from twincard.flows.events import FlowEvent


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
