"""The session with one card: typed commands, state report, errors."""

from __future__ import annotations

from twincard.card.report import CardReport, KeyType, Mode, PolicyFlags, Role
from twincard.card.secure_channel import ChannelError
from twincard.card.session import Card, NoAppletError
from twincard.card.status import (
    AlreadyExistsError,
    AuthorityMissingError,
    CardError,
    IntegrityError,
    IssuerRefusedError,
    MemoryFullError,
    NotFoundError,
    NotSupportedError,
    PinBlockedError,
    Sw,
    UnexpectedAnswerError,
    WrongDataError,
    WrongPinError,
    WrongStateError,
)

__all__ = [
    "AlreadyExistsError",
    "AuthorityMissingError",
    "Card",
    "CardError",
    "CardReport",
    "ChannelError",
    "IntegrityError",
    "IssuerRefusedError",
    "KeyType",
    "MemoryFullError",
    "Mode",
    "NoAppletError",
    "NotFoundError",
    "NotSupportedError",
    "PinBlockedError",
    "PolicyFlags",
    "Role",
    "Sw",
    "UnexpectedAnswerError",
    "WrongDataError",
    "WrongPinError",
    "WrongStateError",
]
