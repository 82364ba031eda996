"""What goes wrong, as an exit code and one plain sentence: the only place that maps exceptions.

The codes are explained in docs/cli.md; the names are those of JSON errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from typer import TyperException

from twincard.card.pin import UNBLOCK, PinFormatError
from twincard.card.session import NoAppletError
from twincard.chips.profile import ChipError
from twincard.cli.shell.translated_help import usage_error
from twincard.cms.errors import FilesError, NotAuthenticatedError, told
from twincard.demo.narrator import CheckFailedError
from twincard.flows.authority import NoIssuerChannelError
from twincard.flows.errors import ComponentMissingError, ProtocolError
from twincard.flows.issue.pair import OtherIssuerError
from twincard.globalplatform.cap import CapError
from twincard.globalplatform.management_keys import ManagementKeysError
from twincard.globalplatform.manager import ManagementError, WrongManagementKeysError
from twincard.ground.language import _, listed
from twincard.identity.device_certificate import IdentityError
from twincard.identity.issuer_signing_key import IssuerKeyError
from twincard.identity.x509 import CertificateError, WrongSignatureError
from twincard.iso.status import (
    AuthorityMissingError,
    CardError,
    IssuerRefusedError,
    NotSupportedError,
    PinBlockedError,
    UnexpectedAnswerError,
    WrongPinError,
)
from twincard.keys.component import ComponentError
from twincard.keys.public import UnusablePublicKeyError
from twincard.keys.shares import ShareError
from twincard.keys.transport_key import TransportKeyError
from twincard.transport.connection import (
    CardFileError,
    CardGoneError,
    CardInUseError,
    PowerCutError,
    TransportError,
)


class ExitCode(IntEnum):
    """How a command ended."""

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
    INTERRUPTED = 130


class InputError(Exception):
    """What the user gave cannot be used; one plain sentence that says what to give instead."""


class UnsettledError(Exception):
    """Interrupted when the card may have done what it was asked; a sentence says what to do."""

    def __init__(self, sentence: str, code: ExitCode) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Failure:
    """An error as people and programs are told it."""

    code: ExitCode
    sentence: str
    tries_left: int | None = None
    """After a wrong PIN or PUK."""


_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    # The first that fits counts, so children stand before their parents.
    (InputError, ExitCode.USAGE),
    (PinFormatError, ExitCode.USAGE),
    (ComponentError, ExitCode.USAGE),
    (ShareError, ExitCode.USAGE),
    (ChipError, ExitCode.USAGE),
    (WrongSignatureError, ExitCode.REFUSED),
    (CertificateError, ExitCode.USAGE),
    (TransportKeyError, ExitCode.USAGE),
    (IssuerKeyError, ExitCode.USAGE),
    (CapError, ExitCode.USAGE),
    (ManagementKeysError, ExitCode.USAGE),
    (UnusablePublicKeyError, ExitCode.USAGE),
    (CardInUseError, ExitCode.CARD_IN_USE),
    (CardFileError, ExitCode.FILE),
    (TransportError, ExitCode.NO_CARD),
    (WrongPinError, ExitCode.WRONG_SECRET),
    (IssuerRefusedError, ExitCode.WRONG_SECRET),
    (WrongManagementKeysError, ExitCode.WRONG_SECRET),
    (PinBlockedError, ExitCode.BLOCKED),
    (CardError, ExitCode.REFUSED),
    (UnexpectedAnswerError, ExitCode.REFUSED),
    (ProtocolError, ExitCode.REFUSED),
    (ManagementError, ExitCode.REFUSED),
    (IdentityError, ExitCode.REFUSED),
    (FilesError, ExitCode.FILE),
    (OSError, ExitCode.FILE),
    (CheckFailedError, ExitCode.CHECK_FAILED),
    (KeyboardInterrupt, ExitCode.INTERRUPTED),
)


def describe(error: BaseException) -> Failure:
    """The exit code and sentence for whatever a command raised."""
    if isinstance(error, TyperException):
        return Failure(ExitCode.USAGE, _usage(error))
    if isinstance(error, UnsettledError):
        return Failure(error.code, str(error))
    for kind, code in _CODES:
        if isinstance(error, kind):
            tries = error.tries_left if isinstance(error, WrongPinError) else None
            return Failure(code, _sentence(error), tries)
    # No text of the exception: nobody has made sure that it holds no secret.
    return Failure(
        ExitCode.UNEXPECTED,
        _(
            "Something unexpected happened ({name}): please report it, with what the "
            "same command prints when TWINCARD_DEBUG=1 is set."
        ).format(name=type(error).__name__),
    )


def _usage(error: TyperException) -> str:
    text = usage_error(error.format_message())
    # Only errors in the arguments know their command, and not all of them.
    context = getattr(error, "ctx", None)
    command = "twincard" if context is None else context.command_path
    told = _("{sentence}. `{command} --help` shows what there is.")
    sentence = told.format(sentence=text.rstrip("." + "。"), command=command)
    # "Did you mean list?" has its mark already.
    return sentence.replace("?.", "?").replace("?。", "?")


def _sentence(error: BaseException) -> str:
    text = _text(error)
    # Notes say which of two cards it was.
    notes = listed(getattr(error, "__notes__", ()))
    if notes:
        text = _("{cards}: {sentence}").format(cards=notes, sentence=text)
    advice = _advice(error)
    return _("{sentence} {advice}").format(sentence=text, advice=advice) if advice else text


def _text(error: BaseException) -> str:
    if isinstance(error, OSError | FilesError):
        return told(error)
    if isinstance(error, KeyboardInterrupt):
        return _("Interrupted.")
    return str(error)


def _advice(error: BaseException) -> str | None:
    """What to do next, where the sentence does not say it already."""
    if isinstance(error, WrongPinError | PinBlockedError):
        return _pin_advice(error)
    if isinstance(error, NoAppletError):
        return _("`twincard card load` puts it there.")
    if isinstance(error, IssuerRefusedError):
        return _("Name the card's own key with --transport-key-file.")
    if isinstance(error, AuthorityMissingError):
        return _("Run the command again with the PIN.")
    if isinstance(error, NotSupportedError):
        return _("`twincard chips` tells which chips are; a key of the other type may do as well.")
    if isinstance(error, NoIssuerChannelError):
        return _(
            "Name who certified the card with --issuer-public-key; or, if you know that it has "
            "none, and nobody can listen on the way to it, give --plain."
        )
    if isinstance(error, ComponentMissingError):
        return _("Give each with --component NUMBER=FILE, or type it at a terminal.")
    if isinstance(error, OtherIssuerError):
        return _("Name that key with --certify-with.")
    if isinstance(error, NotAuthenticatedError):
        return _("With --mail it is decrypted all the same.")
    if isinstance(error, CardFileError):
        return _("See to the folder of simulated cards: its room, its rights, its files.")
    if isinstance(error, CardInUseError):
        return _("Close that program, or wait for it, and try again.")
    if isinstance(error, CardGoneError | PowerCutError):
        return _("Run the command again: it goes on where the cards are.")
    return None


def _pin_advice(error: WrongPinError | PinBlockedError) -> str:
    blocked = isinstance(error, PinBlockedError) or error.tries_left == 0
    if not blocked:
        return _("Make sure of card and secret before you try again.")
    if error.action == _(UNBLOCK):
        return _(
            "With no try of the PUK left, the PIN stays blocked: move the files to a new card."
        )
    return _("`twincard card unblock` sets a new PIN with the PUK.")
