"""Failures as they happen, in a file that outlives a run which ends before its summary."""

from __future__ import annotations

from pathlib import Path

import pytest


class FailureLog:
    """Appends each failure, and each error of pytest itself, to a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See pytest's hooks."""
        if report.failed:
            self._append(f"FAILED {report.nodeid} ({report.when})", report.longreprtext)

    def pytest_internalerror(self, excrepr: object) -> None:
        """See pytest's hooks."""
        self._append("pytest itself failed", str(excrepr))

    def _append(self, title: str, text: str) -> None:
        with self._path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{title}\n{text}\n\n")
