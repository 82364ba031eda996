"""The completion script of a shell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ShellName(Enum):
    """Shells with a completion script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


@dataclass(frozen=True)
class Completion:
    """A script that a shell reads at its start."""

    shell: ShellName
    script: str
