"""A session with a card's issuer security domain, which lists, loads and deletes applets.

All but SELECT and GET DATA goes through SCP03 with commands encrypted. Wrong keys are never tried:
the card proves its keys first (INITIALIZE UPDATE), and if ours do not match, nothing more is sent,
since cards count wrong tries and some lock themselves for good after a few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from twincard.globalplatform.cap import CapError, CapFile
from twincard.globalplatform.registry import (
    Kind,
    Production,
    RegistryEntry,
    parse_entries,
    parse_production,
    parse_protocols,
)
from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, SHORT_DATA, Command
from twincard.iso.ins import Ins
from twincard.iso.scp03 import (
    CHALLENGE_BYTES,
    InitializeUpdateResponse,
    OtherProtocolError,
    initialize_update,
    wrap_key,
)
from twincard.iso.secure_channel import MAC_BYTES, Protection
from twincard.iso.status import (
    CardError,
    NotFoundError,
    Sw,
    UnexpectedAnswerError,
    error_for,
)
from twincard.keys.derivation import KCV_BYTES
from twincard.keys.management_keys import INITIAL_VERSION
from twincard.keys.scp03_keys import Scp03Keys, ecb_kcv
from twincard.transport.connection import Connection

_USUAL_DOMAINS = (bytes.fromhex("A000000151000000"), bytes.fromhex("A000000003000000"), b"")
"""AIDs of issuer security domains: GlobalPlatform's, that of older cards, the card's default."""
_CLASS = 0x80
_SCP03 = 3
_S16 = 0x01
_ANSWER_MACS, _ANSWERS_ENCRYPTED = 0x20, 0x40
_WARNINGS = (0x62, 0x63)
_S16_BYTES = 16
_LEAST_DATA = 48
"""The least command data length that is believed of a card."""
_MORE_DATA = 0x6310
_DOMAIN_LOCKED = 0x6283
_BLOCK = 16
_MOST_LOAD_BLOCKS = 256
_MOST_PAGES = 64
_LAST_BLOCK = 0x80
_WITH_RELATED = 0x80
_FOR_LOAD, _FOR_INSTALL_AND_SELECT = 0x02, 0x0C
_NO_PRIVILEGES = b"\x00"
_ALL_KEYS = 0x81
_AES = 0x88
_NOT_UNDERSTOOD = (Sw.AUTHORITY_MISSING, Sw.CHECK_FAILED)


class _Ins(IntEnum):
    """GlobalPlatform's instructions for a security domain, in its class 80."""

    GET_DATA = 0xCA
    PUT_KEY = 0xD8
    DELETE = 0xE4
    INSTALL = 0xE6
    LOAD = 0xE8
    GET_STATUS = 0xF2


class WrongManagementKeysError(Exception):
    """The security domain has other keys than these; nothing was tried with them."""

    def __init__(self, version: int) -> None:
        super().__init__(
            _(
                "These are not the management keys of this card (it has key version "
                "{version}). Find the right keys before trying again: after several wrong "
                "tries, the card locks itself for good."
            ).format(version=version)
        )


class ManagementError(Exception):
    """The card's security domain cannot be used as this needs it; one plain sentence."""


@dataclass(frozen=True)
class Domain:
    """The security domain that was selected, its keys and its secure channel."""

    aid: bytes
    key_version: int
    parameter: int
    diversification: bytes


@dataclass(frozen=True)
class Installation:
    """What INSTALL [for install and make selectable] makes: an instance of an applet.

    `data` is what its install method is given; it holds the transport key.
    """

    package_aid: bytes
    applet_aid: bytes
    instance_aid: bytes
    data: bytes = field(repr=False)


class CardManager:
    """The issuer security domain of the card in one connection, in one thread."""

    def __init__(self, connection: Connection, aid: bytes | None = None) -> None:
        """Select it: the one of this AID, or the one the card has.

        Raises ManagementError where there is none.
        """
        self._channel = Channel(connection)
        self._most_data = self._most_plain = SHORT_DATA
        self._names = _USUAL_DOMAINS if aid is None else (aid,)
        self._keys: Scp03Keys | None = None
        self._domain: Domain | None = None
        self.select()

    @property
    def aid(self) -> bytes:
        """The security domain's AID."""
        return self._aid

    def select(self) -> None:
        """Select the security domain again: its secure channel ends. Raises ManagementError."""
        self._channel.leave_secure()
        self._aid = self._select()

    def _select(self) -> bytes:
        for name in self._names:
            answer = self._channel.exchange(Command.of(Ins.SELECT, 0x04, 0x00, name, SHORT_ANSWER))
            # 6283 means a locked card: it is selected, but refuses further commands.
            if answer.sw in (Sw.DONE, _DOMAIN_LOCKED):
                return self._read_domain(answer.data) or name
        raise ManagementError(
            _(
                "No issuer security domain was found on this card. If you know its AID, "
                "give it with --isd."
            )
        )

    def _read_domain(self, answer: bytes) -> bytes:
        """The AID in the answer to SELECT; the most data that a command may have (11.9.3.1)."""
        try:
            items = {item.tag: item.value for item in tlv.decode(tlv.decode_one(answer, 0x6F))}
            properties = {item.tag: item.value for item in tlv.decode(items.get(0xA5, b""))}
        except tlv.TlvError:
            return b""
        most = int.from_bytes(properties.get(0x9F65, b""), "big")
        if most >= _LEAST_DATA:
            self._most_data = min(most, SHORT_DATA)
        return items.get(0x84, b"")

    @property
    def domain(self) -> Domain:
        """The state of the security domain after `authenticate`."""
        assert self._domain is not None  # noqa: S101 -- there is a channel
        return self._domain

    @property
    def answers_are_protected(self) -> bool:
        """Whether answers have MACs; the card reports it itself, before the first MAC."""
        return bool(self.domain.parameter & _ANSWER_MACS)

    @property
    def key_bytes(self) -> int:
        """How long the keys are that opened the channel."""
        assert self._keys is not None  # noqa: S101 -- there is a channel
        return len(self._keys.enc)

    def production(self) -> Production | None:
        """The card's maker, if available (GET DATA 9F7F); needs no keys."""
        return parse_production(self._data(0x9F7F))

    def protocols(self) -> list[tuple[int, int]]:
        """The secure channels it reports: numbers and parameters i; needs no keys."""
        return parse_protocols(self._data(0x0066))

    def _data(self, tag: int) -> bytes:
        command = Command(_CLASS, _Ins.GET_DATA, tag >> 8, tag & 0xFF, answer=SHORT_ANSWER)
        answer = self._channel.exchange(command)
        return answer.data if answer.sw == Sw.DONE else b""

    def authenticate(self, candidates: Sequence[Scp03Keys]) -> Scp03Keys:
        """Open the secure channel with the first of these keys that the card has; returns them.

        The card is asked once, for the version of the first, or the next where it has none of that.
        Raises WrongManagementKeysError, ManagementError, CardError, UnexpectedAnswerError.
        """
        s16 = any(number == _SCP03 and i & _S16 for number, i in self.protocols())
        response = self._initialize_update(candidates, _S16_BYTES if s16 else CHALLENGE_BYTES)
        self._domain = Domain(
            self._aid, response.version, response.parameter, response.diversification
        )
        fitting = [keys for keys in candidates if response.fits(keys)]
        if not fitting:
            raise WrongManagementKeysError(response.version)
        protection = Protection(
            answer_macs=bool(response.parameter & _ANSWER_MACS),
            answers_encrypted=response.parameter & 0x60 == _ANSWER_MACS | _ANSWERS_ENCRYPTED,
            mac_bytes=_S16_BYTES if s16 else MAC_BYTES,
            warnings=_WARNINGS,
        )
        self._keys = fitting[0]
        try:
            self._channel.secure(lambda: response.open(self._channel, fitting[0], protection))
        except CardError as error:
            raise ManagementError(
                _(
                    "The card refused to open a secure channel to its security domain ({sw:04X})."
                ).format(sw=error.sw)
            ) from None
        self._most_plain = _most_plain(self._most_data, protection.mac_bytes)
        return fitting[0]

    def _initialize_update(
        self, candidates: Sequence[Scp03Keys], challenge_bytes: int
    ) -> InitializeUpdateResponse:
        versions = list(dict.fromkeys(keys.version for keys in candidates))
        for version in versions:
            try:
                return initialize_update(self._channel, version, challenge_bytes)
            except NotFoundError:
                continue
            except CardError as error:
                raise ManagementError(
                    _(
                        "The card's security domain does not open a secure channel "
                        "({sw:04X}). It may be locked after wrong keys."
                    ).format(sw=error.sw)
                ) from None
            except OtherProtocolError as error:
                raise ManagementError(
                    _(
                        "The card's security domain uses SCP{number:02}, not SCP03. "
                        "docs/real-card.md explains how to load such a card."
                    ).format(number=error.protocol)
                ) from None
        told = ", ".join(map(str, versions))
        raise ManagementError(
            _("The card has no management keys of version {versions}.").format(versions=told)
        )

    def contents(self, kind: Kind) -> list[RegistryEntry]:
        """What is on the card (GET STATUS, 11.4). Raises CardError, UnexpectedAnswerError."""
        gathered = b""
        action = _("list its contents")
        for page in range(_MOST_PAGES):
            command = Command(
                _CLASS, _Ins.GET_STATUS, kind, 0x02 | (page > 0), b"\x4f\x00", SHORT_ANSWER
            )
            answer = self._channel.exchange(command)
            if answer.sw == Sw.NOT_FOUND and not page:
                return []
            if answer.sw not in (Sw.DONE, _MORE_DATA):
                raise _refusal(answer.sw, action)
            gathered += answer.data
            if answer.sw == Sw.DONE:
                return parse_entries(kind, gathered)
        raise UnexpectedAnswerError(_("The card's list of contents does not end."))

    def load_blocks(self, cap: CapFile) -> list[bytes]:
        """The load file in the pieces that LOAD takes (11.6.2.3); raises CapError."""
        block = _lengthed(0xC4, cap.load_file)
        size = self._most_plain
        pieces = [block[start : start + size] for start in range(0, len(block), size)]
        if len(pieces) > _MOST_LOAD_BLOCKS:
            raise CapError(
                _("The package is too large for this card: {size} bytes.").format(size=len(block))
            )
        return pieces

    def load(self, cap: CapFile, progress: Callable[[int], None] = lambda _size: None) -> None:
        """Load a package (INSTALL [for load], then LOAD).

        `progress` is called with the number of bytes sent. A load that breaks off leaves nothing on
        the card. Raises MemoryFullError, CardError, CapError.
        """
        pieces = self.load_blocks(cap)
        # No security domain is named: it stays with the one that loads it. No hash: which one a
        # card expects differs, and the channel's MACs protect the same bytes. No parameters and
        # no token.
        data = _counted(cap.package.aid) + 4 * _counted(b"")
        self._command(_Ins.INSTALL, _FOR_LOAD, 0x00, data, _("accept a new package"))
        sent = 0
        for number, piece in enumerate(pieces):
            last = _LAST_BLOCK if number == len(pieces) - 1 else 0x00
            self._command(_Ins.LOAD, last, number, piece, _("load the package"))
            sent += len(piece)
            progress(sent)

    def install(self, installation: Installation) -> None:
        """Make an instance of an applet, which can then be selected (11.5.2.3.2).

        Raises MemoryFullError, CardError.
        """
        data = b"".join(
            map(
                _counted,
                (
                    installation.package_aid,
                    installation.applet_aid,
                    installation.instance_aid,
                    _NO_PRIVILEGES,
                    tlv.encode(0xC9, installation.data),
                    b"",  # no token
                ),
            )
        )
        self._command(_Ins.INSTALL, _FOR_INSTALL_AND_SELECT, 0x00, data, _("install the applet"))

    def delete(self, aid: bytes) -> None:
        """Delete a package and every applet of it, with all that these hold (11.2).

        Raises NotFoundError, CardError.
        """
        data = tlv.encode(0x4F, aid)
        self._command(_Ins.DELETE, 0x00, _WITH_RELATED, data, _("delete the package"))

    def put_keys(self, new: Scp03Keys) -> None:
        """Replace the management keys, whole or not at all (PUT KEY; Amendment D, 7.2).

        The channel stays open. Raises CardError, UnexpectedAnswerError.
        """
        assert self._keys is not None  # noqa: S101 -- there is a channel
        data = bytes([new.version])
        for key in (new.enc, new.mac, new.dek):
            wrapped = bytes([len(key)]) + wrap_key(self._keys.dek, key)
            data += bytes([_AES]) + _counted(wrapped)
            data += bytes([KCV_BYTES]) + ecb_kcv(key)
        # The initial keys cannot be replaced by version: adding new keys removes them.
        version = self.domain.key_version
        old = 0x00 if version == INITIAL_VERSION else version
        answer = self._command(_Ins.PUT_KEY, old, _ALL_KEYS, data, _("accept new management keys"))
        # Some cards return only the version.
        if answer[:1] != bytes([new.version]) or answer[1:] not in (b"", new.check_values):
            raise UnexpectedAnswerError(
                _("The card accepted new management keys, but did not confirm them correctly.")
            )

    def _command(self, ins: _Ins, p1: int, p2: int, data: bytes, action: str) -> bytes:
        answer = self._channel.exchange(Command(_CLASS, ins, p1, p2, data, SHORT_ANSWER))
        if answer.sw != Sw.DONE:
            raise _refusal(answer.sw, action)
        return answer.data


def _refusal(sw: int, action: str) -> Exception:
    """The error for a status word; here 6982 does not mean the PIN."""
    if sw not in _NOT_UNDERSTOOD:
        return error_for(sw, action)
    return ManagementError(
        _(
            "The card ended the secure channel when asked to {action} ({sw:04X}). The first "
            "management key (enc) may be wrong."
        ).format(action=action, sw=sw)
    )


def _most_plain(most_data: int, mac_bytes: int) -> int:
    """The most bytes of a command that fit when padded, encrypted and with a MAC."""
    return (most_data - mac_bytes) // _BLOCK * _BLOCK - 1


def _counted(value: bytes) -> bytes:
    """Length and value."""
    return bytes([len(value)]) + value


def _lengthed(tag: int, value: bytes) -> bytes:
    """A data object of any length, the length in BER."""
    size = len(value)
    if size < 0x80:
        return bytes([tag, size]) + value
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + value
