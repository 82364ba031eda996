"""Who may send which command, and when, by the command table of the host.

`tests/docs/test_command_table.py` holds it against the document and against the applet's own table.
"""

from __future__ import annotations

from twincard.card.report import LifeCycle, Role
from twincard.iso.ins import Authority, Ins

_LETTERS = {
    LifeCycle.INITIALISATION: "I",
    LifeCycle.OPERATIONAL: "O",
    LifeCycle.TERMINATED: "T",
}

KEYS = frozenset((ins.cla, ins.code) for ins in Ins)
"""Class and instruction of every command, by which the card knows it."""


def allows_life_cycle(ins: Ins, life_cycle: LifeCycle) -> bool:
    """Whether the command exists in this part of the card's life."""
    return _LETTERS[life_cycle] in ins.value.life


def allows_role(ins: Ins, role: Role) -> bool:
    """Whether cards of this role have the command; both roles: also a card without one."""
    roles = ins.value.roles
    return roles == "OB" or {Role.ORIGINAL: "O", Role.BACKUP: "B"}.get(role) == roles


def allows_holder(ins: Ins, life_cycle: LifeCycle, *, user: bool, issuer: bool) -> bool:
    """Whether these authorities pass the table; some commands then judge for themselves."""
    personaliser = issuer if life_cycle is LifeCycle.INITIALISATION else user
    return {
        Authority.USER: user,
        Authority.ISSUER: issuer,
        Authority.PERSONALISER: personaliser,
        Authority.USER_OR_ISSUER: user or issuer,
        Authority.SETTERS: user or issuer,
        Authority.USER_AND_ISSUER: user and issuer,
    }.get(ins.value.authority, True)
