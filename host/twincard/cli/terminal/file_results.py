"""The files of a long run, told one by one, in text or as JSON.

What was done is told even if the run ends early. Nothing is kept in memory.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from twincard.cli.terminal.errors import Failure, ToldError, describe
from twincard.cli.terminal.output import Printer, json_in_parts, print_failure
from twincard.results.failure import ErrorInfo


class FileResults:
    """Where the results of single files go."""

    def __init__(self, out: Printer) -> None:
        self._out = out
        self._json = json_in_parts() if out.as_json else None
        self.begun = False

    def add(self, item: object) -> None:
        """One file is done: a result with a path."""
        self.begun = True
        if self._json is not None:
            self._json.add(item)

    def finish(self, result: object, text: str) -> None:
        """All are done: `result` has the other members, `text` is for people."""
        if self._json is not None:
            self._json.finish(result)
        elif text:
            self._out.result(result, text)

    @contextmanager
    def told_if_stopped(self, so_far: Callable[[ErrorInfo], tuple[object, str]]) -> Iterator[None]:
        """If the block fails after the first file, tell what was done, then the error.

        `so_far` gives what `finish` gets. Raises ToldError then.
        """
        try:
            yield
        except BaseException as error:
            if not self.begun:
                raise
            if os.environ.get("TWINCARD_DEBUG") == "1":
                traceback.print_exception(error)
            failure = describe(error)
            self.finish(*so_far(error_info(failure)))
            print_failure(failure, as_json=False)
            raise ToldError(failure.code) from error


def error_info(failure: Failure) -> ErrorInfo:
    """An error as a member of a result."""
    code = failure.code
    return ErrorInfo(code.value, code.name.lower(), failure.sentence, failure.tries_left)
