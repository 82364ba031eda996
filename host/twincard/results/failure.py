"""Exit codes and errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Annotated

from twincard.results.marks import MAY_BE_ABSENT, OneOf


class ExitCode(IntEnum):
    """The exit code of a command."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    NO_CARD = 3
    CARD_IN_USE = 4
    WRONG_SECRET = 5
    BLOCKED = 6
    REFUSED = 7
    FILE = 8
    CHECK_FAILED = 9
    UNREACHABLE = 10
    UNSETTLED = 11
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True)
class ErrorInfo:
    """Why a command failed; `tries_left` is present only after a wrong PIN or PUK."""

    code: int
    name: Annotated[str, OneOf.names(ExitCode)]
    message: str
    tries_left: int | None = field(default=None, metadata=MAY_BE_ABSENT)


@dataclass(frozen=True)
class Failed:
    """The output of a command that failed."""

    error: ErrorInfo
