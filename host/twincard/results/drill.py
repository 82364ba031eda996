"""The result of the yearly drill."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.card.report import Role
from twincard.flows.check.drill import FileCheck
from twincard.results.failure import ErrorInfo
from twincard.results.marks import Id, Sha256


@dataclass(frozen=True)
class Checked:
    """The result of the drill; `passed` is false if any check failed.

    `key_matches` and `key_opens` are None if the public key was not given. `opensc_files`: the
    files that OpenSC reads are correct; None on a card without them.
    """

    card_id: Id
    role: Role
    public_key_sha256: Sha256
    key_matches: bool | None
    key_opens: bool | None
    files: tuple[FileCheck, ...]
    opensc_files: bool | None
    passed: bool


@dataclass(frozen=True)
class CheckStopped:
    """The drill ended early; `files` are those that were tried."""

    files: tuple[FileCheck, ...]
    error: ErrorInfo
