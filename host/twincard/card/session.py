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
"""The applet's other name, by which OpenSC takes it for one that it has a driver for."""
_APPLET_SELECT_FAILED = 0x6999
_READ_PUBLIC_KEY = 0x81
# What cards of all kinds answer to the name of an applet that they do not have; 6999 is a Java
# Card's without any selected, 6982 that of our applet by its other name, whose secure channel ends.
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
        """The connection that the session was made with."""
        return self._channel.connection

    @property
    def serves_opensc(self) -> bool:
        """Whether the applet has the name by which OpenSC finds it."""
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
        """By the applet's own name; None where the card has none of this name."""
        response = self._select_by(APPLET_AID)
        if response.sw in _NO_SUCH_APPLET:
            return None
        if response.sw != Sw.DONE:
            raise error_for(response.sw, _("select the applet"))
        return _features(response.data)

    def _select_for_opensc(self) -> Features:
        """By the other name, which the applet of somebody else may have as well."""
        response = self._select_by(OPENSC_AID)
        if response.sw in _NO_SUCH_APPLET:
            raise NoAppletError(response.sw)
        if response.sw != Sw.DONE:
            raise error_for(response.sw, _("select the applet"))
        try:
            features = self.report().features
        except (CardError, UnexpectedAnswerError) as error:
            raise NoAppletError(Sw.FILE_NOT_FOUND) from error
        # This stands for the answer to SELECT: what a card can do is asked twice, in two answers.
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
        """Cut the power, give it again, and select the applet."""
        self._kept = None  # if it fails, too
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
        """The last report, where nothing sent since then can have changed it; else a new one.

        One that came in the clear is not kept for a secure channel: there it is asked for anew.
        """
        return self.report() if self._kept is None else self._kept

    def _doubt(self) -> None:
        self._kept = None
        self.usage.doubt_environment()

    def _note(self, command: Command, sw: int | None) -> None:
        ins = Ins.sent(command.cla, command.ins)
        if sw is None:
            keeps = False  # whoever was there may be gone
        elif ins is Ins.VERIFY:
            # The right PIN sets its tries to what they are already, as a rule.
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
        """Let the card go; a secure channel ends."""
        self._channel.leave_secure()
        self.connection.close()

    def __repr__(self) -> str:
        """Where the card is, and its id once a report has told it; the card is not asked."""
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
