"""The session with one card: typed commands, state report, errors.

A Card has its commands in parts, each a class of this module: `card.pin` is a Pin, `card.usage` a
Usage, and so on. What a card refuses is a CardError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.card.contacts import Contacts
    from twincard.card.cryptogram import (
        AnyCryptogram,
        ArchiveCryptogram,
        Cryptogram,
        EcCryptogram,
        Hash,
        Kept,
        RsaCryptogram,
        Transcoded,
    )
    from twincard.card.device import Device
    from twincard.card.duplication import (
        Duplication,
        ExportedKey,
        Receipt,
        ReceiptKind,
        Ticket,
    )
    from twincard.card.files import (
        DECIPHER_CERTIFICATE,
        EXPIRY_DATE,
        MEMBER_NUMBER,
        SIGNATURE_CERTIFICATE,
        Condition,
        DfAccess,
        EfAccess,
        FileControl,
        Files,
        FileType,
    )
    from twincard.card.group import EqualComponentError, Group
    from twincard.card.issuer import Issuer, Personalisation
    from twincard.card.log import (
        Event,
        Log,
        LogAnswer,
        LogEntry,
    )
    from twincard.card.pin import Pin, PinFormatError
    from twincard.card.report import (
        CardReport,
        ComponentReport,
        ComponentWay,
        ExportReport,
        ExportState,
        Features,
        GroupReport,
        IdentityState,
        ImportReport,
        ImportState,
        KeyOrigin,
        KeyReport,
        KeyServiceReport,
        LifeCycle,
        Mode,
        PolicyFlags,
        Role,
        Scp03KeysReport,
        SetBy,
        SignatureKeyReport,
        SlotUse,
        UsedSlot,
    )
    from twincard.card.session import Card, NoAppletError
    from twincard.card.signing import Signing
    from twincard.card.usage import (
        OWN_KEY,
        Padding,
        Target,
        Usage,
    )
    from twincard.iso.scp03 import WrongScp03KeysError
    from twincard.iso.secure_channel import ChannelError
    from twincard.iso.status import (
        AlreadyExistsError,
        AuthorityMissingError,
        CardError,
        IntegrityError,
        IssuerRefusedError,
        MemoryFullError,
        NotFoundError,
        NotSupportedError,
        PinBlockedError,
        PukBlockedError,
        Sw,
        UnexpectedAnswerError,
        WrongDataError,
        WrongPinError,
        WrongPukError,
        WrongStateError,
    )
    from twincard.keys.key_type import KeyType
    from twincard.keys.scp03_keys import Scp03Keys

__all__ = [
    "DECIPHER_CERTIFICATE",
    "EXPIRY_DATE",
    "MEMBER_NUMBER",
    "OWN_KEY",
    "SIGNATURE_CERTIFICATE",
    "AlreadyExistsError",
    "AnyCryptogram",
    "ArchiveCryptogram",
    "AuthorityMissingError",
    "Card",
    "CardError",
    "CardReport",
    "ChannelError",
    "ComponentReport",
    "ComponentWay",
    "Condition",
    "Contacts",
    "Cryptogram",
    "Device",
    "DfAccess",
    "Duplication",
    "EcCryptogram",
    "EfAccess",
    "EqualComponentError",
    "Event",
    "ExportReport",
    "ExportState",
    "ExportedKey",
    "Features",
    "FileControl",
    "FileType",
    "Files",
    "Group",
    "GroupReport",
    "Hash",
    "IdentityState",
    "ImportReport",
    "ImportState",
    "IntegrityError",
    "Issuer",
    "IssuerRefusedError",
    "Kept",
    "KeyOrigin",
    "KeyReport",
    "KeyServiceReport",
    "KeyType",
    "LifeCycle",
    "Log",
    "LogAnswer",
    "LogEntry",
    "MemoryFullError",
    "Mode",
    "NoAppletError",
    "NotFoundError",
    "NotSupportedError",
    "Padding",
    "Personalisation",
    "Pin",
    "PinBlockedError",
    "PinFormatError",
    "PolicyFlags",
    "PukBlockedError",
    "Receipt",
    "ReceiptKind",
    "Role",
    "RsaCryptogram",
    "Scp03Keys",
    "Scp03KeysReport",
    "SetBy",
    "SignatureKeyReport",
    "Signing",
    "SlotUse",
    "Sw",
    "Target",
    "Ticket",
    "Transcoded",
    "UnexpectedAnswerError",
    "Usage",
    "UsedSlot",
    "WrongDataError",
    "WrongPinError",
    "WrongPukError",
    "WrongScp03KeysError",
    "WrongStateError",
]

__getattr__ = exports(__name__)
