"""What the table of needs names are tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.chips.needs import NEEDS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("beginning", NEEDS)
def test_a_test_begins_so(beginning: str) -> None:
    path, _colons, name = beginning.partition("::")
    function = re.escape(name.partition("[")[0])
    found = re.compile(rf"^def {function or 'test_'}", re.MULTILINE)
    assert found.search((ROOT / path).read_text(encoding="utf-8"))
