"""Cards as commands use them: opened, unlocked, and named in errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from twincard.card.report import CardReport, LifeCycle, Role
from twincard.card.session import Card
from twincard.cli.terminal import prompts
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.insertion import expect_card, whole_name
from twincard.flows.errors import NoKeyError, ProtocolError
from twincard.flows.identity import protect
from twincard.flows.usable import check_own_pin
from twincard.ground.language import _
from twincard.identity.issuer_signing_key import read_issuer_public_key
from twincard.iso.status import CardError
from twincard.keys.secret import Secret
from twincard.simulator.folder import list_cards, transport_key_file
from twincard.simulator.shared_program import one_program
from twincard.transport import Connection, TransportError, connect

SIMULATED = "sim:"
"""What stands before the name of a simulated card."""


@dataclass(frozen=True)
class Holder:
    """A card to unlock: its name in this command ("Original"), its reader and its PIN.

    The card must have been issued in `role`, unless that is None. The issuer with the public key
    `issuer` (a point) must have certified it; None accepts any issuer, and none.
    """

    name: str
    reader: str
    pin: Secret
    role: Role | None = None
    issuer: bytes | None = field(default=None, repr=False)
    own_pin: bool = False
    """Whether the PIN must be the user's own; a transport PIN is then refused."""
    before: CardReport | None = field(default=None, repr=False)
    """Of the card that was there when the PIN was asked for; no other card gets it."""


@contextmanager
def connected(reader: str) -> Iterator[Connection]:
    """A connection to the card in a reader, of whatever kind, for the duration of a block."""
    expect_card(reader)
    connection = connect(reader)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def opened(reader: str) -> Iterator[Card]:
    """A session with the card in a reader; the session and every authority end with the block."""
    with connected(reader) as connection, Card(connection) as card:
        yield card


@contextmanager
def protected(
    reader: str, issuer: bytes | None, before: CardReport | None = None
) -> Iterator[Card]:
    """The same with an issued card, through a secure channel where it has one.

    `issuer` and `before` are as for a Holder.
    """
    with opened(reader) as card:
        with same_card(card, before, reader):
            protect_usable(card, issuer)
        yield card


@contextmanager
def opened_pair(first: tuple[str, str], second: tuple[str, str]) -> Iterator[tuple[Card, Card]]:
    """Sessions with two cards, each given by its name in this command and its reader."""
    with one_program(), ExitStack() as stack:
        cards = []
        for name, reader in (first, second):
            with naming(name, reader):
                cards.append(stack.enter_context(opened(reader)))
        yield cards[0], cards[1]


@contextmanager
def unlocked_pair(first: Holder, second: Holder) -> Iterator[tuple[Card, Card]]:
    """The same through secure channels, with both PINs verified."""
    with opened_pair((first.name, first.reader), (second.name, second.reader)) as cards:
        unlock_all([(first, cards[0]), (second, cards[1])])
        yield cards


def unlock_all(locked: Sequence[tuple[Holder, Card]]) -> None:
    """Verify the PINs of several cards, in this order, through secure channels.

    All cards are checked before any gets a PIN, so that swapped readers cost no try. The first
    refusal stops, so that one wrong PIN for all cards costs one try only.
    """
    for holder, card in locked:
        with naming(holder.name, holder.reader):
            with same_card(card, holder.before, holder.reader):
                protect_usable(card, holder.issuer, holder.role)
            if holder.own_pin:
                check_own_pin(card.kept_report())
    for holder, card in locked:
        with naming(holder.name, holder.reader):
            card.pin.verify(holder.pin)


@contextmanager
def naming(name: str, reader: str) -> Iterator[None]:
    """Add to errors of a card or its reader which of two cards it was."""
    try:
        yield
    except (CardError, ProtocolError, TransportError) as error:
        error.add_note(f"{name} {reader}")
        raise


def protect_usable(card: Card, issuer: bytes | None, role: Role | None = None) -> None:
    """`protect` a card, then `check_usable` with the report from inside the channel."""
    with explaining(card, role):
        protect(card, issuer)


@contextmanager
def explaining(card: Card, role: Role | None = None) -> Iterator[None]:
    """The block opens the card's channel; then `check_usable` with the report from inside it.

    If the block fails, the report may give a better reason, such as a terminated card.
    """
    try:
        yield
    except (CardError, ProtocolError):
        check_usable(card, role)
        raise
    check_usable(card, role)


def check_usable(card: Card, role: Role | None = None) -> None:
    """Raises ProtocolError if the card is not issued, is terminated, or has another role.

    Needs no PIN.
    """
    report = card.kept_report()
    if report.life_cycle is LifeCycle.INITIALISATION:
        raise ProtocolError(_("This card is not issued yet. Issue it with `twincard issue`."))
    check_living(card)
    if role not in (None, report.role):
        if report.role is Role.ORIGINAL:
            raise ProtocolError(
                _(
                    "This card was issued as an original: are the readers swapped? "
                    "`twincard card info` shows what a card was issued as."
                )
            )
        raise ProtocolError(
            _(
                "This card was issued as a backup: are the readers swapped? "
                "`twincard card info` shows what a card was issued as."
            )
        )


def check_living(card: Card) -> None:
    """Raises ProtocolError if the card is terminated."""
    if card.kept_report().life_cycle is LifeCycle.TERMINATED:
        raise ProtocolError(
            _("This card is terminated, and its secrets are erased. Use another card.")
        )


@contextmanager
def same_card(card: Card, before: CardReport | None, reader: str) -> Iterator[None]:
    """The block opens a channel to the card of `before`, or to any if that is None.

    If it fails with another card, the error says that the card was swapped.
    """
    try:
        yield
    except (CardError, ProtocolError):
        _check_same(card, before, reader)
        raise
    _check_same(card, before, reader)


def _check_same(card: Card, before: CardReport | None, reader: str) -> None:
    if before is not None and card.kept_report().card_id != before.card_id:
        raise ProtocolError(
            _("The card in {reader} was swapped after the question. Run the command again.").format(
                reader=reader
            )
        )


def check_key(report: CardReport) -> None:
    """Raises NoKeyError for a card that has no key pair yet."""
    if report.key is None:
        raise NoKeyError


def check_reader(reader: str) -> None:
    """Raises CardNotFoundError if there is no card, before a prompt asks for a PIN.

    At a terminal, a prompt asks for a card that is missing from a PC/SC reader.
    """
    kind, _, name = reader.partition(":")
    if kind == "pcsc":
        expect_card(reader)
    elif not (kind == "sim" and name in list_cards()):
        connect(reader).close()


def check_two_cards(first: str, second: str) -> None:
    """The same for two readers; also raises InputError if both names mean one reader."""
    if whole_name(first) == whole_name(second):
        raise InputError(
            _("Two cards are needed, but {first} was given twice.").format(first=first)
        )
    for reader in (first, second):
        check_reader(reader)


def issuer_public_key(path: Path | None) -> bytes | None:
    """The point in the file of `--issuer-public-key`. Raises IssuerKeyError, OSError."""
    return None if path is None else read_issuer_public_key(path)


def transport_key(reader: str, path: Path | None, option: str = "--transport-key-file") -> Secret:
    """The card's transport key: from its file, from the file beside a simulated card, or typed.

    Raises InputError, TransportError, OSError.
    """
    if path is None and reader.startswith(SIMULATED):
        path = transport_key_file(reader.removeprefix(SIMULATED))
        if not path.exists():
            raise InputError(
                _(
                    "The transport key of {reader} was not found. Give its file with {option}."
                ).format(reader=reader, option=option)
            )
    return prompts.transport_key(path, _("Transport key of {reader}").format(reader=reader))
