"""How a card did in the yearly drill."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.card.report import Role
from twincard.flows.check.drill import FileCheck
from twincard.results.marks import Id, Sha256


@dataclass(frozen=True)
class Checked:
    """How a card did in the drill; `passed` is False as soon as one thing went wrong.

    `key_matches` and `key_opens` are None where the public key was not known, and so not tried.
    `opensc_files`: whether the files that OpenSC reads say what is so; None on a card without them.
    """

    card_id: Id
    role: Role
    public_key_sha256: Sha256
    key_matches: bool | None
    key_opens: bool | None
    files: tuple[FileCheck, ...]
    opensc_files: bool | None
    passed: bool
