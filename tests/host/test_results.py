"""Results in JSON: how their members are written, and that the schema says so."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticSerializationError

from twincard.cli.shell.schema import RESULTS, results_of
from twincard.flows.recover.outcomes import RecoveredFile, RecoverEvent, RecoverOutcome
from twincard.ground.language import _, speaking
from twincard.results.failure import ErrorInfo, ExitCode, Failed
from twincard.results.group import ComponentFile, NewGroup
from twincard.results.in_json import event_to_json, to_json
from twincard.results.marks import Kcv
from twincard.results.schema import definitions_of
from twincard.results.simulated import NewCard


class Colour(Enum):
    """An enumeration whose values are sentences."""

    DARK_RED = "as wine is"


class Grain(StrEnum):
    """An enumeration whose values are words."""

    RYE = "rye1"


@dataclass(frozen=True)
class Sample:
    """Of each kind of member one,
    over two lines.
    """

    colour: Colour
    second_colour: Colour | None
    grain: Grain | None
    short: Kcv
    any_length: bytes
    path: Path
    pair: tuple[bool, bool]
    usual: str | None = None


SAMPLE = Sample(
    Colour.DARK_RED, None, Grain.RYE, b"\x00\xab\xff", b"", Path("a\udcff/\u0085"), (True, False)
)


def test_members_are_written_in_their_order_in_the_words_of_the_page() -> None:
    assert to_json(SAMPLE, escaped=True).split("\n") == [
        "{",
        '  "version": 1,',
        '  "colour": "dark_red",',
        '  "second_colour": null,',
        '  "grain": "rye1",',
        '  "short": "00abff",',
        '  "any_length": "",',
        '  "path": "a\\udcff/\\u0085",',
        '  "pair": [',
        "    true,",
        "    false",
        "  ],",
        '  "usual": null',
        "}",
    ]


def test_the_schema_says_the_same() -> None:
    assert definitions_of([Sample]) == {
        "Sample": {
            "description": "Of each kind of member one, over two lines.",
            "type": "object",
            "properties": {
                "colour": {"enum": ["dark_red"]},
                "second_colour": {"enum": ["dark_red", None]},
                "grain": {"enum": ["rye1", None]},
                "short": {"type": "string", "pattern": "^[0-9a-f]{6}$"},
                "any_length": {"type": "string", "pattern": "^[0-9a-f]*$"},
                "path": {"type": "string"},
                "pair": {"type": "array", "items": {"type": "boolean"}},
                "usual": {"type": ["string", "null"]},
            },
            "required": [member.name for member in fields(Sample)],
        }
    }


def test_a_member_that_may_be_absent_is_left_out_where_it_is_null() -> None:
    code = ExitCode.WRONG_SECRET
    error = ErrorInfo(code.value, "wrong_secret", "No.", None)
    assert set(json.loads(to_json(Failed(error)))["error"]) == {"code", "name", "message"}
    wrong = ErrorInfo(code.value, "wrong_secret", "No.", 2)
    assert json.loads(to_json(Failed(wrong)))["error"]["tries_left"] == 2
    assert json.loads(to_json(NewCard("sim:a", Path("k"))))["chip"] is None


@pytest.mark.parametrize(
    "result",
    [
        NewGroup(({"number": 1},), None),  # type: ignore[arg-type]
        NewGroup((ComponentFile("1", b"abc", None),), None),  # type: ignore[arg-type]
        NewGroup((ComponentFile(1, "abc", None),), None),  # type: ignore[arg-type]
    ],
)
def test_members_of_other_types_are_not_written(result: object) -> None:
    with pytest.raises((PydanticSerializationError, TypeError)):
        to_json(result)


def test_a_sentence_is_written_in_the_language_of_who_reads_it() -> None:
    """Not in that of the thread in which an error was raised or a flow told something."""
    failed = Failed(ErrorInfo(1, "interrupted", _("Interrupted."), None))
    event = RecoverEvent(
        (), RecoveredFile(Path("a"), RecoverOutcome.FAILED, reason=_("Interrupted."))
    )
    with speaking(["ja"]):
        assert json.loads(to_json(failed))["error"]["message"] == "中断しました。"
        assert json.loads(event_to_json(event))["file"]["reason"] == "中断しました。"


def test_each_type_of_a_result_has_a_name_of_its_own() -> None:
    """By which the schema calls it."""
    kinds: set[Any] = {kind for name in RESULTS for kind in results_of(name)}
    assert all(kind.__dataclass_params__.frozen for kind in kinds)
    assert {kind.__name__ for kind in kinds} <= set(definitions_of(kinds))
