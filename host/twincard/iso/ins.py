"""The command table: each command of the card interface, and who may send it when.

A new command is a row here and, under the same name, one in the applet's `CommandRules`, or
`TrustParts` beyond the base; a test holds the two, and the document, against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_ISO, _OWN = 0x00, 0x80


class Authority(Enum):
    """The authority that a command needs, in the words of the document."""

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

    cla: int
    code: int
    life: str
    roles: str
    authority: Authority
    data: Data
    chain: bool = False
    transport_pin: bool = False
    """A transport PIN authorises it like the user's own PIN."""
    secret: bool = False
    """Its data or its answer may be a PIN, a component, plaintext, or random bytes for one."""
    keeps_report: bool = False
    """The state report is the same afterwards, whatever the result."""


class Ins(Enum):
    """The commands by their names, in the order of the document."""

    SELECT = Rule(_ISO, 0xA4, "IOT", "OB", Authority.NONE, Data.BY_P1, keeps_report=True)
    GET_RESPONSE = Rule(_ISO, 0xC0, "IOT", "OB", Authority.NONE, Data.NONE, keeps_report=True)
    GET_DATA = Rule(_ISO, 0xCA, "IOT", "OB", Authority.NONE, Data.NONE, keeps_report=True)
    GET_CHALLENGE = Rule(
        _ISO, 0x84, "IO", "OB", Authority.NONE, Data.NONE, secret=True, keeps_report=True
    )
    EXTERNAL_AUTHENTICATE = Rule(_ISO, 0x82, "IO", "OB", Authority.NONE, Data.ALWAYS, secret=True)
    PERSONALISE = Rule(_OWN, 0x02, "I", "OB", Authority.ISSUER, Data.ALWAYS, secret=True)
    ACTIVATE = Rule(_ISO, 0x44, "I", "OB", Authority.ISSUER, Data.NONE)
    TERMINATE_CARD_USAGE = Rule(_ISO, 0xFE, "IO", "OB", Authority.USER_OR_ISSUER, Data.NONE)
    VERIFY = Rule(_ISO, 0x20, "O", "OB", Authority.NONE, Data.BY_P1, secret=True)
    CHANGE_REFERENCE_DATA = Rule(_ISO, 0x24, "O", "OB", Authority.NONE, Data.ALWAYS, secret=True)
    RESET_RETRY_COUNTER = Rule(_ISO, 0x2C, "O", "OB", Authority.NONE, Data.ALWAYS, secret=True)
    BEGIN_GROUP = Rule(
        _OWN, 0x10, "IO", "OB", Authority.PERSONALISER, Data.BY_P2, transport_pin=True
    )
    SET_COMPONENT = Rule(
        _OWN, 0x12, "IO", "OB", Authority.PERSONALISER, Data.ALWAYS, transport_pin=True, secret=True
    )
    CLEAR_GROUP = Rule(_OWN, 0x14, "IO", "OB", Authority.SETTERS, Data.NONE, transport_pin=True)
    GENERATE_ASYMMETRIC_KEY_PAIR = Rule(
        _ISO, 0x46, "O", "O", Authority.USER, Data.BY_P1, transport_pin=True
    )
    GET_TICKET = Rule(_OWN, 0x20, "O", "OB", Authority.USER, Data.ALWAYS, transport_pin=True)
    EXPORT_KEY = Rule(_OWN, 0x22, "O", "O", Authority.USER, Data.ALWAYS, transport_pin=True)
    IMPORT_KEY = Rule(
        _OWN, 0x24, "O", "OB", Authority.USER, Data.ALWAYS, chain=True, transport_pin=True
    )
    CONFIRM_EXPORT = Rule(_OWN, 0x26, "O", "O", Authority.USER, Data.ALWAYS, transport_pin=True)
    CANCEL_TICKET = Rule(_OWN, 0x28, "O", "OB", Authority.USER, Data.NONE, transport_pin=True)
    ABANDON_EXPORT = Rule(
        _OWN, 0x2A, "O", "O", Authority.USER_AND_ISSUER, Data.NONE, transport_pin=True
    )
    MANAGE_SECURITY_ENVIRONMENT = Rule(
        _ISO, 0x22, "O", "OB", Authority.NONE, Data.ALWAYS, chain=True, keeps_report=True
    )
    PERFORM_SECURITY_OPERATION = Rule(
        _ISO,
        0x2A,
        "O",
        "OB",
        Authority.USER,
        Data.ALWAYS,
        chain=True,
        secret=True,
        keeps_report=True,
    )
    TRANSCODE = Rule(
        _OWN, 0x30, "O", "OB", Authority.USER, Data.ALWAYS, chain=True, keeps_report=True
    )
    CHECK = Rule(_OWN, 0x32, "O", "OB", Authority.USER, Data.ALWAYS, chain=True, keeps_report=True)
    WRAP = Rule(_OWN, 0x34, "O", "OB", Authority.USER, Data.ALWAYS, secret=True, keeps_report=True)
    UNWRAP = Rule(
        _OWN, 0x36, "O", "OB", Authority.USER, Data.ALWAYS, secret=True, keeps_report=True
    )
    KEEP = Rule(_OWN, 0x38, "O", "OB", Authority.USER, Data.ALWAYS, chain=True)
    PUT_CONTACT = Rule(_OWN, 0x40, "IO", "OB", Authority.USER_OR_ISSUER, Data.ALWAYS, chain=True)
    DELETE_CONTACT = Rule(_OWN, 0x42, "IO", "OB", Authority.USER_OR_ISSUER, Data.NONE)
    GET_CONTACT = Rule(_OWN, 0x44, "IO", "OB", Authority.NONE, Data.NONE, keeps_report=True)
    READ_BINARY = Rule(_ISO, 0xB0, "IO", "OB", Authority.FILE, Data.NONE, keeps_report=True)
    UPDATE_BINARY = Rule(_ISO, 0xD6, "IO", "OB", Authority.FILE, Data.ALWAYS, keeps_report=True)
    CREATE_FILE = Rule(_ISO, 0xE0, "IO", "OB", Authority.DF, Data.ALWAYS)
    DELETE_FILE = Rule(_ISO, 0xE4, "IO", "OB", Authority.FILE_OR_DF, Data.OPTIONAL)

    # Beyond the base.
    INITIALIZE_UPDATE = Rule(_OWN, 0x50, "IO", "OB", Authority.NONE, Data.ALWAYS)
    EXTERNAL_AUTHENTICATE_SCP03 = Rule(
        _OWN, 0x82, "IO", "OB", Authority.NONE, Data.ALWAYS, secret=True
    )
    INTERNAL_AUTHENTICATE = Rule(_OWN, 0x88, "IO", "OB", Authority.NONE, Data.ALWAYS)
    PUT_KEY = Rule(_OWN, 0xD8, "IO", "OB", Authority.ISSUER, Data.ALWAYS)
    CERTIFY = Rule(_OWN, 0x04, "I", "OB", Authority.ISSUER, Data.ALWAYS, chain=True)
    READ_LOG = Rule(_OWN, 0x46, "IOT", "OB", Authority.NONE, Data.ALWAYS, keeps_report=True)

    @property
    def cla(self) -> int:
        """The class byte: 00 for ISO's commands, 80 for ours and GlobalPlatform's."""
        return self.value.cla

    @property
    def code(self) -> int:
        """The instruction byte, which two classes may share."""
        return self.value.code

    @classmethod
    def sent(cls, cla: int, code: int) -> Ins | None:
        """The command that went with these bytes; None for one that is not in the table."""
        return _BY_BYTES.get((cla, code))

    @property
    def title(self) -> str:
        """The command's name as the document writes it."""
        return self.name.replace("_", " ").replace(" SCP03", " (SCP03)")


_BY_BYTES = {(ins.cla, ins.code): ins for ins in Ins}
