"""PIN and PUK (ISO 7816-4, 7.5.6 to 7.5.10)."""

from __future__ import annotations

from twincard.ground.language import N_, _
from twincard.iso.channel import Channel
from twincard.iso.command import Command
from twincard.iso.ins import Ins
from twincard.iso.status import (
    PinBlockedError,
    PukBlockedError,
    Sw,
    WrongPinError,
    WrongPukError,
    error_for,
    tries_left,
)
from twincard.keys.secret import Secret, check_secret

SHORTEST = 6
LONGEST = 16
PIN_TRIES = 3
PUK_TRIES = 10
UNBLOCK = N_("unblock the PIN")
"""The `action` for which the PUK is used, not yet translated."""
_USER_PIN = 0x01
_FORGET = 0xFF


class PinFormatError(ValueError):
    """Not a PIN or PUK that a card can have; the message is one plain sentence."""


def pin_bytes(pin: Secret) -> bytes:
    """The PIN or PUK as the card takes it; raises PinFormatError.

    6 to 16 bytes, the last not zero: cards strip zero bytes at the end, since other hosts pad.
    """
    check_secret(pin, "a PIN or PUK")
    value = pin.reveal()
    if not SHORTEST <= len(value) <= LONGEST:
        raise PinFormatError(
            _("A PIN or PUK must have {shortest} to {longest} bytes.").format(
                shortest=SHORTEST, longest=LONGEST
            )
        )
    if value.endswith(b"\x00"):
        raise PinFormatError(_("A PIN or PUK must not end with a zero byte."))
    return value


class Pin:
    """The user's PIN on one card, which the PUK unblocks."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def verify(self, pin: Secret) -> None:
        """Verify the PIN; it stays verified until reset, SELECT or `forget`.

        Raises WrongPinError with the tries left, PinBlockedError, PinFormatError.
        """
        command = Command.of(Ins.VERIFY, 0x00, _USER_PIN, pin_bytes(pin))
        self._channel.send(command, _("verify the PIN"))

    def is_verified(self) -> bool:
        """Whether the PIN is verified now; asking costs no try."""
        sw = self._channel.exchange(Command.of(Ins.VERIFY, 0x00, _USER_PIN)).sw
        if sw == Sw.DONE:
            return True
        if sw == Sw.BLOCKED or tries_left(sw) is not None:
            return False
        raise error_for(sw, _("report whether the PIN is verified"))

    def forget(self) -> None:
        """Reset the verification."""
        self._channel.send(
            Command.of(Ins.VERIFY, _FORGET, _USER_PIN), _("reset the PIN verification")
        )

    def change(self, old: Secret, new: Secret) -> None:
        """Replace the PIN; the new one is not verified then.

        Raises WrongPinError (it counts as for `verify`), PinBlockedError, PinFormatError.
        """
        command = Command.of(
            Ins.CHANGE_REFERENCE_DATA, 0x00, _USER_PIN, _padded(old) + _padded(new)
        )
        self._channel.send(command, _("change the PIN"))

    def unblock(self, puk: Secret, new: Secret) -> None:
        """Set a new PIN with the PUK.

        Raises WrongPukError with the PUK's tries left, PukBlockedError when none is left.
        """
        command = Command.of(Ins.RESET_RETRY_COUNTER, 0x00, _USER_PIN, _padded(puk) + _padded(new))
        try:
            self._channel.send(command, _(UNBLOCK))
        except WrongPinError as error:
            raise WrongPukError(error.sw, error.action) from None
        except PinBlockedError as error:
            raise PukBlockedError(error.sw, error.action) from None


def _padded(pin: Secret) -> bytes:
    return pin_bytes(pin).ljust(LONGEST, b"\x00")
