"""Host-blind duplication by one call: repeated anywhere, and noticed when the wire changes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Specimen, Stage, certify, components
from tests.flows.unplugged import Cable, Unplugged
from tests.trust.authority import Issuer

from twincard.card.duplication import ExportedKey, Receipt, Ticket
from twincard.card.issuer import Personalisation
from twincard.card.report import ExportState, ImportState, Mode, PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.duplicate.abandon import Cancelled, cancel
from twincard.flows.duplicate.duplication import DuplicationEvent, DuplicationStep, duplicate_key
from twincard.flows.identity import UntrustedCardError, identify, introduce
from twincard.iso.status import UnexpectedAnswerError
from twincard.keys.key_type import KeyType
from twincard.transport import CardGoneError
from twincard.transport.connection import Connection

GET_TICKET = b"\x80\x20"
GET_DATA = b"\x00\xca"
CERTIFICATE = b"\x7f\x21"
FORBIDDEN = PolicyFlags.BASE_MODE_FORBIDDEN


def assert_duplicated(bench: Bench) -> None:
    original, backup = bench.original.card().report(), bench.backup.card().report()
    assert original.export is not None
    assert backup.import_ is not None
    assert (original.export.state, original.export.slots_used) == (ExportState.DONE, 1)
    assert (backup.import_.state, backup.import_.mode) == (ImportState.IMPORTED, Mode.HOST_BLIND)


def test_certified_cards_check_each_other_before_a_ticket_is_drawn(bench: Bench) -> None:
    bench.at(Stage.ISSUED, mode=Mode.HOST_BLIND, policy=FORBIDDEN)
    events: list[DuplicationEvent] = []
    done = duplicate_key(
        bench.original.unlocked(),
        bench.backup.unlocked(),
        components(),
        KeyType.P_256,
        on_event=events.append,
    )
    assert done.mode is Mode.HOST_BLIND
    steps = [event.step for event in events]
    at = steps.index(DuplicationStep.CERTIFICATES)
    assert steps[at + 1] is DuplicationStep.TICKET
    again = duplicate_key(bench.original.unlocked(), bench.backup.unlocked())
    assert (again.copied, again.mode) == (False, None)
    assert_duplicated(bench)


@pytest.mark.parametrize("answered", [False, True], ids=["lost command", "lost answer"])
def test_it_is_repeated_after_an_interruption_at_any_exchange_in_any_channel(
    bench: Bench, answered: bool
) -> None:
    at = 0
    finished = False
    while not finished:
        at += 1
        bench.at(Stage.KEYED, mode=Mode.HOST_BLIND, policy=FORBIDDEN)
        cable = Cable(at, answered=answered)
        readers = (bench.original, bench.backup)
        try:
            cards = [protected(item, Unplugged(item.lab, cable)) for item in readers]
            duplicate_key(cards[0], cards[1])
            finished = True
        except CardGoneError:
            for item in readers:
                item.lab.reset()
        duplicate_key(bench.original.unlocked(), bench.backup.unlocked())
        assert_duplicated(bench)
    assert at > 20


def protected(specimen: Specimen, connection: Connection) -> Card:
    """A session in a secure channel, with the PIN verified in it."""
    card = Card(connection)
    keys = identify(card, card.report())
    assert keys is not None
    card.open_channel(keys.channel_key)
    card.pin.verify(specimen.pin)
    return card


def test_a_cancelled_ticket_gives_the_slot_back_and_the_next_is_host_blind(bench: Bench) -> None:
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    introduce(original, backup)
    original_id = original.report().card_id
    original.duplication.export_key(backup.duplication.ticket(original_id, Mode.HOST_BLIND))
    assert cancel(original, backup) is Cancelled.SLOT_FREE
    assert duplicate_key(original, backup).mode is Mode.HOST_BLIND
    assert_duplicated(bench)


def test_a_ticket_of_base_mode_that_is_open_is_finished_in_base_mode(bench: Bench) -> None:
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    backup.duplication.ticket(original.report().card_id, Mode.BASE)
    assert duplicate_key(original, backup).mode is Mode.BASE


class Wire:
    """Changes commands and answers on the way."""

    def __init__(
        self,
        connection: Connection,
        command: Callable[[bytes], bytes] = lambda apdu: apdu,
        answer: Callable[[bytes, bytes], bytes] = lambda _, data: data,
    ) -> None:
        self._connection = connection
        self._command = command
        self._answer = answer

    @property
    def atr(self) -> bytes:
        return self._connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        data, sw = self._connection.transmit(self._command(apdu))
        return self._answer(apdu, data), sw

    def reset(self) -> None:
        self._connection.reset()

    def close(self) -> None:
        self._connection.close()


def test_a_wire_that_asks_for_base_mode_is_noticed_before_the_key_is_exported(
    bench: Bench,
) -> None:
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)

    def downgrade(apdu: bytes) -> bytes:
        return apdu[:3] + b"\x00" + apdu[4:] if apdu[:2] == GET_TICKET else apdu

    backup = Card(Wire(bench.backup.lab, downgrade))
    backup.pin.verify(bench.backup.pin)
    original = bench.original.unlocked()
    with pytest.raises(UnexpectedAnswerError, match="not for the card or mode"):
        duplicate_key(original, backup)
    export = original.report().export
    assert export is not None
    assert export.state is ExportState.NONE


def test_a_certificate_altered_on_the_way_is_told_in_one_sentence(bench: Bench) -> None:
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)

    def flip(apdu: bytes, data: bytes) -> bytes:
        if apdu[:2] == GET_DATA and apdu[2:4] == CERTIFICATE:
            return data[:-1] + bytes([data[-1] ^ 1])
        return data

    backup = Card(Wire(bench.backup.lab, answer=flip))
    backup.pin.verify(bench.backup.pin)
    with pytest.raises(UntrustedCardError, match="not from its issuer"):
        duplicate_key(bench.original.unlocked(), backup)


def test_cards_of_different_issuers_do_not_exchange_a_key(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    stranger = bench.backup2.as_issuer()
    pin, puk = bench.backup2.pin, bench.backup2.puk
    stranger.issuer.personalise(Personalisation(Role.BACKUP, pin, puk, 0, policy=PolicyFlags.NONE))
    bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
    original = bench.original.unlocked()
    group = original.report().group
    assert group is not None
    stranger.group.begin(group.size, group.group_id)
    for item in components():
        stranger.group.set_component(item)
    certify(stranger, Role.BACKUP, Issuer.of("another issuer"))
    stranger.issuer.activate()
    stranger.pin.verify(pin)
    with pytest.raises(UntrustedCardError, match="different issuers"):
        duplicate_key(original, stranger)


BLIND = {0x82: 65, 0x83: 64}


def template(tag: int, values: dict[int, bytes]) -> bytes:
    body = b"".join(
        bytes([name]) + (b"\x81" if len(value) > 127 else b"") + bytes([len(value)]) + value
        for name, value in values.items()
    )
    return bytes([tag]) + (b"\x81" if len(body) > 127 else b"") + bytes([len(body)]) + body


@pytest.mark.parametrize(
    ("kind", "tag", "base", "more"),
    [
        (Ticket, 0xE1, {0x80: b"\x01\x01\x01" + bytes(48), 0x81: bytes(16)}, BLIND),
        (ExportedKey, 0xE2, {0x80: bytes(20)}, BLIND),
        (Receipt, 0xE3, {0x80: b"\x01", 0x81: bytes(16)}, {0x83: 64}),
    ],
)
def test_a_host_blind_template_has_its_own_form_and_no_other(
    kind: type[Ticket] | type[ExportedKey] | type[Receipt],
    tag: int,
    base: dict[int, bytes],
    more: dict[int, int],
) -> None:
    values = base | {name: bytes(size) for name, size in more.items()}
    assert kind.parse(template(tag, values)).mode is Mode.HOST_BLIND
    for name, value in values.items():
        if (kind, name) != (ExportedKey, 0x80):
            with pytest.raises(UnexpectedAnswerError):
                kind.parse(template(tag, values | {name: value + b"\x00"}))
        if name != 0x80:
            fewer = {other: values[other] for other in values if other != name}
            if fewer != base or kind is Ticket:
                with pytest.raises(UnexpectedAnswerError):
                    kind.parse(template(tag, fewer))
    if kind is Ticket:  # T says itself that it is host-blind
        with pytest.raises(UnexpectedAnswerError, match="mode"):
            kind.parse(template(tag, base))
