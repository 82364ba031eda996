"""Lists that are printed as JSON while they grow."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from twincard.cli.terminal.errors import Failure
from twincard.cli.terminal.output import Listing, print_failure
from twincard.results.failure import ExitCode
from twincard.results.files import FileResult, FileResults

FILES = [FileResult(Path(name), None, "failed") for name in ("one", "two")]


class Interrupted(io.StringIO):
    """Standard output; Ctrl-C comes after some writes."""

    encoding = "utf-8"
    left = 0

    def write(self, text: str) -> int:
        count = super().write(text)
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return count


@pytest.mark.parametrize("writes", [1, 2])
def test_a_list_is_whole_after_whatever_write_it_ends(
    writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdout = Interrupted()
    stdout.left = writes
    monkeypatch.setattr(sys, "stdout", stdout)
    listing = Listing("files", FileResults(()))
    for file in FILES[: writes - 1]:
        listing.add(file)
    with pytest.raises(KeyboardInterrupt):
        listing.add(FILES[writes - 1])
    print_failure(Failure(ExitCode.INTERRUPTED, "Interrupted."), as_json=True)
    told = json.loads(stdout.getvalue())
    assert [one["file"] for one in told["files"]] == ["one", "two"][:writes]
    assert told["error"]["message"] == "Interrupted."
