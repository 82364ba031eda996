"""The command table of docs/card-interface.md, for tests: who may send which command, and when.

`tests/docs/test_command_table.py` holds it against the document and against the applet's own table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from twincard.card.report import LifeCycle, Role


class Authority(Enum):
    """What a command asks for, in the words of the document."""

    NONE = "–"  # noqa: RUF001 -- as the document prints it
    USER = "P"
    ISSUER = "I"
    PERSONALISER = "I→P"
    USER_OR_ISSUER = "P or I"
    USER_AND_ISSUER = "P and I"
    SETTERS = "its setters"
    FILE = "the file's"
    DF = "the DF's"
    FILE_OR_DF = "the file's or the DF's"


class Data(Enum):
    """Whether data come with a command, in the words of the document."""

    NONE = "none"
    ALWAYS = "data"
    OPTIONAL = "or none"
    BY_P1 = "by P1"
    BY_P2 = "by P2"


@dataclass(frozen=True)
class Rule:
    """One row: life cycles as letters of IOT, roles as letters of OB."""

    name: str
    cla: int
    ins: int
    life: str
    roles: str
    authority: Authority
    data: Data
    chain: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """Class and instruction, by which the card knows the command."""
        return self.cla, self.ins

    def allows_life_cycle(self, life_cycle: LifeCycle) -> bool:
        """Whether the command exists in this part of the card's life."""
        return _LETTERS[life_cycle] in self.life

    def allows_role(self, role: Role) -> bool:
        """Whether cards of this role have the command; both roles: also a card without one."""
        return self.roles == "OB" or {Role.ORIGINAL: "O", Role.BACKUP: "B"}.get(role) == self.roles

    def allows_holder(self, life_cycle: LifeCycle, *, user: bool, issuer: bool) -> bool:
        """Whether these authorities pass the table; some commands then judge for themselves."""
        personaliser = issuer if life_cycle is LifeCycle.INITIALISATION else user
        return {
            Authority.USER: user,
            Authority.ISSUER: issuer,
            Authority.PERSONALISER: personaliser,
            Authority.USER_OR_ISSUER: user or issuer,
            Authority.SETTERS: user or issuer,
            Authority.USER_AND_ISSUER: user and issuer,
        }.get(self.authority, True)


TRANSPORT_PIN_SERVES = {
    "GENERATE ASYMMETRIC KEY PAIR",
    "BEGIN GROUP",
    "SET COMPONENT",
    "CLEAR GROUP",
    "GET TICKET",
    "EXPORT KEY",
    "IMPORT KEY",
    "CONFIRM EXPORT",
    "CANCEL TICKET",
    "ABANDON EXPORT",
}
"""Rows that a transport PIN authorises as the user's own does; and VERIFY CERTIFICATE."""

_LETTERS = {
    LifeCycle.INITIALISATION: "I",
    LifeCycle.OPERATIONAL: "O",
    LifeCycle.TERMINATED: "T",
}

RULES = (
    Rule("SELECT", 0x00, 0xA4, "IOT", "OB", Authority.NONE, Data.BY_P1),
    Rule("GET RESPONSE", 0x00, 0xC0, "IOT", "OB", Authority.NONE, Data.NONE),
    Rule("GET DATA", 0x00, 0xCA, "IOT", "OB", Authority.NONE, Data.NONE),
    Rule("GET CHALLENGE", 0x00, 0x84, "IO", "OB", Authority.NONE, Data.NONE),
    Rule("EXTERNAL AUTHENTICATE", 0x00, 0x82, "IO", "OB", Authority.NONE, Data.ALWAYS),
    Rule("PERSONALISE", 0x80, 0x02, "I", "OB", Authority.ISSUER, Data.ALWAYS),
    Rule("ACTIVATE", 0x00, 0x44, "I", "OB", Authority.ISSUER, Data.NONE),
    Rule("TERMINATE CARD USAGE", 0x00, 0xFE, "IO", "OB", Authority.USER_OR_ISSUER, Data.NONE),
    Rule("VERIFY", 0x00, 0x20, "O", "OB", Authority.NONE, Data.BY_P1),
    Rule("CHANGE REFERENCE DATA", 0x00, 0x24, "O", "OB", Authority.NONE, Data.ALWAYS),
    Rule("RESET RETRY COUNTER", 0x00, 0x2C, "O", "OB", Authority.NONE, Data.ALWAYS),
    Rule("BEGIN GROUP", 0x80, 0x10, "IO", "OB", Authority.PERSONALISER, Data.BY_P2),
    Rule("SET COMPONENT", 0x80, 0x12, "IO", "OB", Authority.PERSONALISER, Data.ALWAYS),
    Rule("CLEAR GROUP", 0x80, 0x14, "IO", "OB", Authority.SETTERS, Data.NONE),
    Rule("GENERATE ASYMMETRIC KEY PAIR", 0x00, 0x46, "O", "O", Authority.USER, Data.BY_P1),
    Rule("GET TICKET", 0x80, 0x20, "O", "OB", Authority.USER, Data.ALWAYS),
    Rule("EXPORT KEY", 0x80, 0x22, "O", "O", Authority.USER, Data.ALWAYS),
    Rule("IMPORT KEY", 0x80, 0x24, "O", "OB", Authority.USER, Data.ALWAYS, chain=True),
    Rule("CONFIRM EXPORT", 0x80, 0x26, "O", "O", Authority.USER, Data.ALWAYS),
    Rule("CANCEL TICKET", 0x80, 0x28, "O", "OB", Authority.USER, Data.NONE),
    Rule("ABANDON EXPORT", 0x80, 0x2A, "O", "O", Authority.USER_AND_ISSUER, Data.NONE),
    Rule(
        "MANAGE SECURITY ENVIRONMENT",
        0x00,
        0x22,
        "O",
        "OB",
        Authority.NONE,
        Data.ALWAYS,
        chain=True,
    ),
    Rule(
        "PERFORM SECURITY OPERATION", 0x00, 0x2A, "O", "OB", Authority.USER, Data.ALWAYS, chain=True
    ),
    Rule("TRANSCODE", 0x80, 0x30, "O", "OB", Authority.USER, Data.ALWAYS, chain=True),
    Rule("CHECK", 0x80, 0x32, "O", "OB", Authority.USER, Data.ALWAYS, chain=True),
    Rule("WRAP", 0x80, 0x34, "O", "OB", Authority.USER, Data.ALWAYS),
    Rule("UNWRAP", 0x80, 0x36, "O", "OB", Authority.USER, Data.ALWAYS),
    Rule("KEEP", 0x80, 0x38, "O", "OB", Authority.USER, Data.ALWAYS, chain=True),
    Rule("PUT CONTACT", 0x80, 0x40, "IO", "OB", Authority.USER_OR_ISSUER, Data.ALWAYS, chain=True),
    Rule("DELETE CONTACT", 0x80, 0x42, "IO", "OB", Authority.USER_OR_ISSUER, Data.NONE),
    Rule("GET CONTACT", 0x80, 0x44, "IO", "OB", Authority.NONE, Data.NONE),
    Rule("READ BINARY", 0x00, 0xB0, "IO", "OB", Authority.FILE, Data.NONE),
    Rule("UPDATE BINARY", 0x00, 0xD6, "IO", "OB", Authority.FILE, Data.ALWAYS),
    Rule("CREATE FILE", 0x00, 0xE0, "IO", "OB", Authority.DF, Data.ALWAYS),
    Rule("DELETE FILE", 0x00, 0xE4, "IO", "OB", Authority.FILE_OR_DF, Data.OPTIONAL),
    Rule("INITIALIZE UPDATE", 0x80, 0x50, "IO", "OB", Authority.NONE, Data.ALWAYS),
    Rule("EXTERNAL AUTHENTICATE (SCP03)", 0x80, 0x82, "IO", "OB", Authority.NONE, Data.ALWAYS),
    Rule("INTERNAL AUTHENTICATE", 0x80, 0x88, "IO", "OB", Authority.NONE, Data.ALWAYS),
    Rule("PUT KEY", 0x80, 0xD8, "IO", "OB", Authority.ISSUER, Data.ALWAYS),
    Rule("CERTIFY", 0x80, 0x04, "I", "OB", Authority.ISSUER, Data.ALWAYS, chain=True),
    Rule("READ LOG", 0x80, 0x46, "IOT", "OB", Authority.NONE, Data.ALWAYS),
)
