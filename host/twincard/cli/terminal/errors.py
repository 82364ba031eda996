"""Errors as exit codes and plain sentences; no other module maps exceptions.

The codes are explained in docs/cli.md; the names are those of JSON errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twincard.cms.errors import FilesError, told
from twincard.ground.language import N_, _, listed
from twincard.iso.status import PinBlockedError, PukBlockedError, WrongPinError, WrongPukError
from twincard.results.failure import ExitCode

if TYPE_CHECKING:
    from typer import TyperException


class InputError(Exception):
    """The input cannot be used; the sentence says what to give instead."""


class UnsettledError(Exception):
    """The command was interrupted, and the card may have finished; the sentence says what to do."""

    def __init__(self, sentence: str, code: ExitCode) -> None:
        super().__init__(sentence)
        self.code = code


class ToldError(Exception):
    """The command failed, and has printed the error itself, after what it had done."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__(code.name)
        self.code = code


@dataclass(frozen=True)
class Failure:
    """An error, for people and for programs."""

    code: ExitCode
    sentence: str
    tries_left: int | None = None
    """After a wrong PIN or PUK."""


CODES: Mapping[str, ExitCode] = {
    "twincard.cli.terminal.errors.InputError": ExitCode.USAGE,
    "twincard.card.pin.PinFormatError": ExitCode.USAGE,
    "twincard.keys.component.ComponentError": ExitCode.USAGE,
    "twincard.keys.shares.ShareError": ExitCode.USAGE,
    "twincard.keys.pin_letter.PinLetterError": ExitCode.USAGE,
    "twincard.chips.profile.ChipError": ExitCode.USAGE,
    "twincard.identity.x509.WrongSignatureError": ExitCode.REFUSED,
    "twincard.identity.x509.CertificateError": ExitCode.USAGE,
    "twincard.keys.transport_key.TransportKeyError": ExitCode.USAGE,
    "twincard.identity.issuer_signing_key.IssuerKeyError": ExitCode.USAGE,
    "twincard.globalplatform.cap.CapError": ExitCode.USAGE,
    "twincard.keys.management_keys.ManagementKeysError": ExitCode.USAGE,
    "twincard.keys.public.UnusablePublicKeyError": ExitCode.USAGE,
    "twincard.transport.connection.CardInUseError": ExitCode.CARD_IN_USE,
    "twincard.transport.connection.CardFileError": ExitCode.FILE,
    "twincard.transport.connection.TransportError": ExitCode.NO_CARD,
    "twincard.iso.status.WrongPinError": ExitCode.WRONG_SECRET,
    "twincard.iso.status.IssuerRefusedError": ExitCode.WRONG_SECRET,
    "twincard.globalplatform.manager.WrongManagementKeysError": ExitCode.WRONG_SECRET,
    "twincard.iso.status.PinBlockedError": ExitCode.BLOCKED,
    "twincard.iso.status.CardError": ExitCode.REFUSED,
    "twincard.iso.status.UnexpectedAnswerError": ExitCode.REFUSED,
    "twincard.flows.errors.ProtocolError": ExitCode.REFUSED,
    "twincard.globalplatform.manager.ManagementError": ExitCode.REFUSED,
    "twincard.identity.device_certificate.IdentityError": ExitCode.REFUSED,
    "twincard.mail.errors.DraftError": ExitCode.USAGE,
    "twincard.mail.submission.RefusedByServerError": ExitCode.REFUSED,
    "twincard.mail.submission.WrongPasswordError": ExitCode.WRONG_SECRET,
    "twincard.mail.submission.UnreachableServerError": ExitCode.UNREACHABLE,
    "twincard.mail.submission.UnsettledSendError": ExitCode.UNSETTLED,
    "twincard.addressbook.names.ContactNameError": ExitCode.USAGE,
    "twincard.addressbook.book.NoContactError": ExitCode.USAGE,
    "twincard.addressbook.book.AddressBookError": ExitCode.FILE,
    "twincard.cms.errors.FilesError": ExitCode.FILE,
    "builtins.OSError": ExitCode.FILE,
    "twincard.demo.narrator.CheckFailedError": ExitCode.CHECK_FAILED,
    "twincard.cli.terminal.signals.HungUp": ExitCode.HUNG_UP,
    "twincard.cli.terminal.signals.Terminated": ExitCode.TERMINATED,
    "builtins.KeyboardInterrupt": ExitCode.INTERRUPTED,
}
"""By class name, also of parent classes, so that a command need not import all error classes."""

ADVICE: Mapping[str, str] = {
    "twincard.card.pin.PinFormatError": N_(
        "Choose another one; a digit or an unaccented letter is one byte, any other "
        "character is two to four."
    ),
    "twincard.card.session.NoAppletError": N_("Load it with `twincard card load`."),
    "twincard.iso.status.IssuerRefusedError": N_(
        "Give the transport key of this card with --transport-key-file."
    ),
    "twincard.iso.status.AuthorityMissingError": N_("Run the command again with the PIN."),
    "twincard.iso.status.NotSupportedError": N_(
        "A key of the other type may work. `twincard chips` shows which chips can do this."
    ),
    "twincard.flows.authority.NoIssuerChannelError": N_(
        "Give the public key of the card's issuer with --issuer-public-key. If you "
        "know that the card has no secure channel, and nobody can listen on the "
        "connection, use --plain."
    ),
    "twincard.flows.errors.ComponentMissingError": N_(
        "Give each with --component NUMBER=FILE, or type it at a terminal."
    ),
    "twincard.flows.issue.pair.OtherIssuerError": N_("Give that key with --certify-with."),
    "twincard.cms.errors.NotAuthenticatedError": N_("Use --unauthenticated to decrypt it anyway."),
    "twincard.transport.connection.CardFileError": N_(
        "Check the folder of simulated cards: its free space, permissions and files."
    ),
    "twincard.transport.connection.ReaderInUseError": N_(
        "This is usually ssh-agent (stop it with `ssh-add -e LIBRARY`), GnuPG "
        "(`gpgconf --kill scdaemon`), or a browser or mail program (close it). Then "
        "try again."
    ),
    "twincard.transport.connection.ServiceEndedError": N_(
        "Start it (on Linux: `systemctl start pcscd.socket`) and run the command again."
    ),
    "twincard.transport.connection.CardOpenHereError": N_("Close that connection first."),
    "twincard.transport.connection.CardInUseError": N_(
        "Close that program, or wait for it, and try again."
    ),
    "twincard.transport.connection.CardGoneError": N_("Run the command again to resume."),
    "twincard.transport.connection.PowerCutError": N_("Run the command again to resume."),
    "builtins.KeyboardInterrupt": N_("To finish, run the command again."),
}
"""What to do next, where the sentence does not say it already."""


def describe(error: BaseException) -> Failure:
    """The exit code and sentence for whatever a command raised."""
    from typer import TyperException

    if isinstance(error, TyperException):
        return Failure(ExitCode.USAGE, _usage(error))
    if isinstance(error, UnsettledError):
        return Failure(error.code, str(error))
    for name in _names(error):
        if name in CODES:
            tries = error.tries_left if isinstance(error, WrongPinError) else None
            return Failure(CODES[name], _sentence(error), tries)
    # The text of the exception is left out, because it may contain a secret.
    return Failure(
        ExitCode.UNEXPECTED,
        _(
            "An unexpected error occurred ({name}). Please report it, with the output of "
            "the same command when TWINCARD_DEBUG=1 is set."
        ).format(name=type(error).__name__),
    )


def _names(error: BaseException) -> list[str]:
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]


def _usage(error: TyperException) -> str:
    from twincard.cli.shell.translated_help import usage_error

    text = usage_error(error.format_message())
    # Only usage errors know their command, and not all of them.
    context = getattr(error, "ctx", None)
    command = "twincard" if context is None else context.command_path
    told = _("{sentence}. See `{command} --help`.")
    sentence = told.format(sentence=text.rstrip("." + "。"), command=command)
    # "Did you mean list?" already ends with a mark.
    return sentence.replace("?.", "?").replace("?。", "?")


def _sentence(error: BaseException) -> str:
    text = _text(error)
    # The notes name the card, if there are two.
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
    return next((_(ADVICE[name]) for name in _names(error) if name in ADVICE), None)


def _pin_advice(error: WrongPinError | PinBlockedError) -> str:
    about_puk = isinstance(error, WrongPukError | PukBlockedError)
    if isinstance(error, WrongPinError) and error.tries_left:
        if about_puk:
            return _("Check the card and the PUK before you try again.")
        return _("Check the card and the PIN before you try again.")
    if about_puk:
        return _(
            "Once the PIN is blocked too, this card can do no more: use the other card of the "
            "pair, and move your files to a new card with `twincard recover`."
        )
    return _("`twincard card unblock` sets a new PIN with the PUK.")
