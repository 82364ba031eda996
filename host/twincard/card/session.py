"""A session with the applet on one card."""

from __future__ import annotations

from typing import Self

from twincard.card.contacts import Contacts
from twincard.card.device import Device
from twincard.card.duplication import Duplication
from twincard.card.files import Files
from twincard.card.group import Group
from twincard.card.issuer import Issuer
from twincard.card.log import Log
from twincard.card.pin import PIN_TRIES, Pin
from twincard.card.report import CardReport, Features
from twincard.card.report_parsing import parse_report
from twincard.card.signing import Signing
from twincard.card.usage import Usage
from twincard.ground.language import _
from twincard.iso.atr import offers_t1
from twincard.iso.chaining import Response
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.scp11 import open_scp11b
from twincard.iso.status import CardError, Sw, UnexpectedAnswerError, error_for
from twincard.iso.tlv import TlvError, decode, decode_one
from twincard.transport.connection import Connection

APPLET_AID = bytes.fromhex("F05457494E4341524401")
OPENSC_AID = bytes.fromhex("F276A288BCFBA69D34F31001")
"""The applet's other AID, for which OpenSC has a driver."""
_APPLET_SELECT_FAILED = 0x6999
_READ_PUBLIC_KEY = 0x81
# The answers of various cards to the AID of an applet they do not have; 6999 is a Java Card's with
# no applet selected, 6982 our applet's under its other AID, whose secure channel ends.
_NO_SUCH_APPLET = (
    Sw.AUTHORITY_MISSING,
    Sw.FILE_NOT_FOUND,
    Sw.NOT_ON_THIS_CHIP,
    Sw.UNKNOWN_INS,
    Sw.UNKNOWN_CLA,
    _APPLET_SELECT_FAILED,
)


class NoAppletError(CardError):
    """The card has no twincard applet."""

    def __init__(self, sw: int) -> None:
        super().__init__(sw, _("select the applet"))
        self.args = (_("There is no twincard applet on this card."),)


class Card:
    """One card with the twincard applet, through one connection, in one thread.

    The commands are methods of its parts: `pin`, `issuer`, `device`, `group`, `duplication`,
    `usage`, `signing`, `contacts`, `files` and `log`. Each sends one APDU (more where data are
    long) and raises a CardError when the card refuses. As a context manager the card closes its
    connection.
    """

    def __init__(self, connection: Connection) -> None:
        """Select the applet; raises NoAppletError where there is none."""
        self._channel = Channel(connection)
        self.pin = Pin(self._channel)
        self.issuer = Issuer(self._channel)
        self.device = Device(self._channel)
        self.group = Group(self._channel)
        self.duplication = Duplication(self._channel)
        self.usage = Usage(self._channel)
        self._channel.on_secure = self._doubt
        self._channel.on_sent = self._note
        self._kept: CardReport | None = None
        self._card_id: bytes | None = None
        self.signing = Signing(self._channel)
        self.contacts = Contacts(self._channel)
        self.files = Files(self._channel)
        self.log = Log(self._channel)
        self._serves_opensc = False
        self.features = self.select()

    @property
    def connection(self) -> Connection:
        """The connection of the session."""
        return self._channel.connection

    @property
    def serves_opensc(self) -> bool:
        """Whether the applet has the AID that OpenSC looks for."""
        return self._serves_opensc

    def select(self) -> Features:
        """Select the applet again: PIN, issuer's authority and environment are forgotten.

        A secure channel ends.
        """
        self._channel.leave_secure()
        self._kept = None
        self.usage.forget_environment()
        features = None if self._serves_opensc else self._select_own()
        self._serves_opensc = features is None
        if features is None:
            features = self._select_for_opensc()
        extended = Features.EXTENDED_LENGTH in features and offers_t1(self.connection.atr)
        self._channel.use_extended_length(extended)
        return features

    def _select_own(self) -> Features | None:
        """Select by the applet's own AID; None where the card has no such applet."""
        response = self._select_by(APPLET_AID)
        if response.sw in _NO_SUCH_APPLET:
            return None
        if response.sw != Sw.DONE:
            raise error_for(response.sw, _("select the applet"))
        return _features(response.data)

    def _select_for_opensc(self) -> Features:
        """Select by the other AID, which a foreign applet may have as well."""
        response = self._select_by(OPENSC_AID)
        if response.sw in _NO_SUCH_APPLET:
            raise NoAppletError(response.sw)
        if response.sw != Sw.DONE:
            raise error_for(response.sw, _("select the applet"))
        try:
            features = self.report().features
        except (CardError, UnexpectedAnswerError) as error:
            raise NoAppletError(Sw.FILE_NOT_FOUND) from error
        # This replaces the answer to SELECT; the features must be read again later, from another
        # answer.
        self._kept = None
        return features

    def _select_by(self, aid: bytes) -> Response:
        return self._channel.exchange(Command.of(Ins.SELECT, 0x04, 0x00, aid, SHORT_ANSWER))

    @property
    def is_secure(self) -> bool:
        """Whether commands go through a secure channel."""
        return self._channel.is_secure

    def open_channel(self, channel_key: bytes) -> None:
        """Send all that follows through a secure channel with the card of this key (SCP11b).

        `channel_key` is the point that the card's device key has signed. Only the card proves who
        it is. Ends the session of the PIN and the issuer's authority. Raises ChannelError when the
        card does not prove it, CardError.
        """
        self._channel.secure(lambda: open_scp11b(self._channel, channel_key))

    def reset(self) -> None:
        """Cut and restore the power, and select the applet."""
        self._kept = None  # also if the reset fails
        self.connection.reset()
        self.select()

    def report(self) -> CardReport:
        """The state of the card (GET DATA E0); needs no authority."""
        command = Command.of(Ins.GET_DATA, 0x00, 0xE0, answer=SHORT_ANSWER)
        self._kept = None
        self._kept = parse_report(self._channel.send(command, _("report its state")))
        self._card_id = self._kept.card_id
        return self._kept

    def kept_report(self) -> CardReport:
        """The last report if nothing sent since can have changed it, else a new one.

        A report read in the clear is not used inside a secure channel; there a new one is read.
        """
        return self.report() if self._kept is None else self._kept

    def _doubt(self) -> None:
        self._kept = None
        self.usage.doubt_environment()

    def _note(self, command: Command, sw: int | None) -> None:
        ins = Ins.sent(command.cla, command.ins)
        if sw is None:
            keeps = False  # the card may have been replaced
        elif ins is Ins.VERIFY:
            # The right PIN usually leaves the count of tries as it was.
            kept = self._kept
            keeps = sw == Sw.DONE and kept is not None and kept.pin_tries_left == PIN_TRIES
        elif ins is Ins.GENERATE_ASYMMETRIC_KEY_PAIR:
            keeps = command.p1 == _READ_PUBLIC_KEY
        else:
            keeps = ins is not None and ins.value.keeps_report
        if not keeps:
            self._kept = None

    def terminate(self) -> None:
        """Wipe all secrets and end the card's life, for good (TERMINATE CARD USAGE).

        With the PIN or the issuer's authority; raises AuthorityMissingError.
        """
        self._channel.send(Command.of(Ins.TERMINATE_CARD_USAGE), _("be terminated"))

    def close(self) -> None:
        """Close the connection and any secure channel."""
        self._channel.leave_secure()
        self.connection.close()

    def __repr__(self) -> str:
        """The reader, and the card id if a report was read; sends nothing to the card."""
        connection = self.connection
        place = getattr(connection, "reader", None) or type(connection).__name__
        known = "" if self._card_id is None else f", card id {self._card_id.hex()}"
        return f"<{type(self).__name__} in {place}{known}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _features(answer: bytes) -> Features:
    try:
        information = {item.tag: item.value for item in decode(decode_one(answer, 0x6F))}
        values = {item.tag: item.value for item in decode(information[0xA5])}
        return Features(int.from_bytes(values[0x81], "big"))
    except (TlvError, KeyError) as error:
        message = _("Cannot read the card's answer to SELECT: {error}.").format(error=error)
        raise UnexpectedAnswerError(message) from None
