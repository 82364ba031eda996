"""Status words (ISO 7816-4, 5.6) and the exceptions they become."""

from __future__ import annotations

from enum import IntEnum

from twincard.ground.language import N_, _, plural


class Sw(IntEnum):
    """The status words of the card interface; `61xx` and `63Cx` end in a number, here 0."""

    DONE = 0x9000
    MORE_DATA = 0x6100
    END_OF_FILE = 0x6282
    AUTHENTICATION_FAILED = 0x6300
    TRIES_LEFT = 0x63C0
    MEMORY_FAILURE = 0x6581
    WRONG_LENGTH = 0x6700
    NO_LOGICAL_CHANNELS = 0x6881
    NO_SECURE_MESSAGING = 0x6882
    NO_CHAINING = 0x6884
    AUTHORITY_MISSING = 0x6982
    BLOCKED = 0x6983
    WRONG_STATE = 0x6985
    NO_CURRENT_FILE = 0x6986
    CHECK_FAILED = 0x6988
    WRONG_DATA = 0x6A80
    NOT_ON_THIS_CHIP = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    NO_MEMORY = 0x6A84
    WRONG_P1P2 = 0x6A86
    NOT_FOUND = 0x6A88
    EXISTS = 0x6A89
    WRONG_OFFSET = 0x6B00
    UNKNOWN_INS = 0x6D00
    UNKNOWN_CLA = 0x6E00


def tries_left(sw: int) -> int | None:
    """The number x of a status word 63Cx; None for any other."""
    return sw & 0x0F if sw & 0xFFF0 == Sw.TRIES_LEFT else None


class CardError(Exception):
    """The card refused a command. The message is one plain sentence, `sw` the status word."""

    sentence = N_("The card refused to {action} ({sw}).")

    def __init__(self, sw: int, action: str) -> None:
        """`action` is what was tried, in the language in use: in English "verify the PIN"."""
        super().__init__(_(self.sentence).format(action=action, sw=f"{sw:04X}"))
        self.sw = sw
        self.action = action


class WrongPinError(CardError):
    """A wrong PIN, or (`WrongPukError`) a wrong PUK; `tries_left` more may be tried."""

    def __init__(self, sw: int, action: str) -> None:
        super().__init__(sw, action)
        self.tries_left = sw & 0x0F
        self.args = (self._wrong().format(tries=self.tries_left),)

    def _wrong(self) -> str:
        return plural(
            "Wrong PIN; {tries} try left.", "Wrong PIN; {tries} tries left.", self.tries_left
        )


class WrongPukError(WrongPinError):
    """A wrong PUK."""

    def _wrong(self) -> str:
        return plural(
            "Wrong PUK; {tries} try left.", "Wrong PUK; {tries} tries left.", self.tries_left
        )


class PinBlockedError(CardError):
    """The PIN, or (`PukBlockedError`) the PUK, is blocked: 6983."""

    sentence = N_("The PIN is blocked.")


class PukBlockedError(PinBlockedError):
    """The PUK is blocked."""

    sentence = N_("The PUK is blocked.")


class AuthorityMissingError(CardError):
    """The PIN or the issuer's authority is needed first, or a target is not trusted: 6982."""

    sentence = N_("The card requires its PIN or its transport key to {action} ({sw}).")


class IssuerRefusedError(CardError):
    """EXTERNAL AUTHENTICATE failed: this is not the card's transport key (6300)."""

    sentence = N_("Wrong transport key: the card refused to {action} ({sw}).")


class WrongStateError(CardError):
    """Not in this life cycle, role or state: 6985."""

    sentence = N_("The card cannot {action} in its present state ({sw}).")


class IntegrityError(CardError):
    """A ticket, key block or receipt is of another key group or ticket, or altered: 6988."""

    sentence = N_(
        "The card refused to {action}: the two cards have different key groups, or the data "
        "were altered in transit ({sw})."
    )


class WrongDataError(CardError):
    """Malformed data, a KCV that does not match, a cryptogram that does not open: 6A80."""

    sentence = N_("The card rejected the data when asked to {action} ({sw}).")


class NotSupportedError(CardError):
    """The chip lacks this algorithm: 6A81."""

    sentence = N_("The chip of this card cannot {action} ({sw}).")


class NotFoundError(CardError):
    """No such key, key group, receipt, contact or file, or the group is incomplete."""

    sentence = N_(
        "The card cannot {action}: the key, key group, receipt, contact or file "
        "that this needs is missing or incomplete ({sw})."
    )


class AlreadyExistsError(CardError):
    """The file, or an equal component in another place, already exists: 6A89."""

    sentence = N_("The card refused to {action}: it already exists ({sw}).")


class MemoryFullError(CardError):
    """Not enough memory on the card: 6A84."""

    sentence = N_("The card does not have enough memory to {action} ({sw}).")


_ERRORS: dict[int, type[CardError]] = {
    Sw.AUTHENTICATION_FAILED: IssuerRefusedError,
    Sw.AUTHORITY_MISSING: AuthorityMissingError,
    Sw.BLOCKED: PinBlockedError,
    Sw.WRONG_STATE: WrongStateError,
    Sw.CHECK_FAILED: IntegrityError,
    Sw.WRONG_DATA: WrongDataError,
    Sw.NOT_ON_THIS_CHIP: NotSupportedError,
    Sw.FILE_NOT_FOUND: NotFoundError,
    Sw.NOT_FOUND: NotFoundError,
    Sw.EXISTS: AlreadyExistsError,
    Sw.NO_MEMORY: MemoryFullError,
}


def error_for(sw: int, action: str) -> CardError:
    """The exception that a status word other than 9000 becomes."""
    if tries_left(sw) is not None:
        return WrongPinError(sw, action)
    return _ERRORS.get(sw, CardError)(sw, action)


class UnexpectedAnswerError(Exception):
    """The card's answer does not follow the card interface; the message is one sentence."""
