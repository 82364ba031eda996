"""Who changes what a card says of itself hears no secret in the clear, and is not believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.trust.authority import Issuer

from twincard.card.report import Features, LifeCycle, Mode
from twincard.card.session import OPENSC_AID, Card
from twincard.flows.authority import NoIssuerChannelError, take_authority
from twincard.flows.duplicate.abandon import abandon
from twincard.flows.errors import ProtocolError
from twincard.flows.issue.pair import Blank, IssuedPair, Modes, Profile, issue_pair
from twincard.iso.status import IssuerRefusedError
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import BASE_APPLET, Laboratory
from twincard.transport.connection import Connection

_SELECT = b"\x00\xa4\x04\x00"
_REPORT = b"\x00\xca\x00\xe0"
_ISSUER_PUBLIC_KEY = b"\x00\xca\x00\xe6"
LIE = Issuer.of("another issuer").key.point
_ACCEPTED: tuple[bytes, int] = (b"", 0x9000)


class Denier:
    """A wire that denies a feature in some answers, and says yes to whatever the issuer proves."""

    def __init__(
        self,
        connection: Connection,
        denied_in: bytes | tuple[bytes, ...],
        denied: Features = Features.SCP03,
    ) -> None:
        self._connection = connection
        self._denied_in = denied_in
        self.denied = denied
        self.heard = b""
        self.atr = connection.atr
        self.reset: Callable[[], None] = connection.reset
        self.close: Callable[[], None] = connection.close

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        self.heard += apdu
        if apdu[:2] in (b"\x00\x82", b"\x80\x02"):
            return _ACCEPTED
        data, sw = self._connection.transmit(apdu)
        if apdu.startswith(self._denied_in):
            at = data.index(b"\x81\x02") + 2
            features = int.from_bytes(data[at : at + 2]) & ~self.denied
            data = data[:at] + features.to_bytes(2) + data[at + 2 :]
        return data, sw


class Liar:
    """A wire that tells another transport key, where it comes in the clear."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.atr = connection.atr
        self.reset: Callable[[], None] = connection.reset
        self.close: Callable[[], None] = connection.close

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        data, sw = self._connection.transmit(apdu)
        return (b"\xe6\x43\x86\x41" + LIE if apdu.startswith(_ISSUER_PUBLIC_KEY) else data), sw


def blank(specimen: Specimen, wire: Connection) -> Blank:
    return Blank(Card(wire), specimen.transport_key, specimen.pin, specimen.puk)


def issue(
    pair: tuple[Specimen, Specimen], wires: Sequence[Connection], modes: Modes = Modes.HOST_BLIND
) -> IssuedPair:
    first, second = (blank(*each) for each in zip(pair, wires, strict=True))
    return issue_pair(first, second, Profile(modes=modes))


@pytest.mark.parametrize("denied_in", [_SELECT, _REPORT])
def test_a_channel_denied_in_one_answer_is_opened_all_the_same(
    bench: Bench, denied_in: bytes
) -> None:
    specimens = bench.original, bench.backup
    wires = [Denier(specimen.lab, denied_in) for specimen in specimens]
    first, second = (blank(*each) for each in zip(specimens, wires, strict=True))
    issue_pair(first, second, Profile())
    for specimen, wire in zip(specimens, wires, strict=True):
        assert specimen.card().report().certified
        assert specimen.pin.reveal() not in wire.heard
        assert specimen.puk.reveal() not in wire.heard


@pytest.mark.parametrize("applet", [None, BASE_APPLET])
def test_a_card_for_opensc_tells_it_once_and_is_asked_again(applet: str | None) -> None:
    key = bytes(range(32))
    with Laboratory.start(applet) as lab:
        lab.install(b"\x80\x20" + key, OPENSC_AID)
        card = Card(lab if applet else Denier(lab, _REPORT))
        report = card.report()
        assert Features.SCP03 not in card.features | report.features
        if applet:
            with pytest.raises(NoIssuerChannelError):
                take_authority(card, report, Secret(key))
        take_authority(card, report, Secret(key), plain=applet is not None)
        assert card.is_secure is (applet is None)


def test_what_a_card_for_opensc_can_do_is_asked_in_two_answers() -> None:
    with Laboratory.start() as lab:
        lab.install(b"\x80\x20" + bytes(32), OPENSC_AID)
        wire = Denier(lab, _REPORT)
        card = Card(wire)
        assert Features.SCP03 not in card.features
        wire.denied = Features(0)
        assert Features.SCP03 in card.kept_report().features


def test_who_certified_a_card_is_not_taken_from_the_wire(bench: Bench) -> None:
    pair = bench.original, bench.backup
    issued = issue(pair, [each.lab for each in pair])
    again = issue(pair, [Liar(each.lab) for each in pair])
    assert again == issued
    assert again.issuer_public_key not in (None, LIE)


def test_a_card_that_was_issued_must_have_its_issuers_channel(bench: Bench) -> None:
    pair = bench.original, bench.backup
    issue(pair, [each.lab for each in pair])
    wires = [Denier(each.lab, (_SELECT, _REPORT)) for each in pair]
    with pytest.raises(ProtocolError, match="no secure channel"):
        issue(pair, wires)


def test_another_issuers_card_is_not_taken_for_the_one_that_was_issued(bench: Bench) -> None:
    pair = bench.original, bench.backup
    issue(pair, [each.lab for each in pair])
    stranger = Blank(bench.backup.card(), Secret(bytes(32)), bench.backup.pin, bench.backup.puk)
    with pytest.raises(IssuerRefusedError):
        issue_pair(blank(bench.original, bench.original.lab), stranger, Profile())


def test_host_blind_mode_denied_on_the_way_is_noticed(bench: Bench) -> None:
    pair = bench.original, bench.backup
    wires = [Denier(each.lab, (_SELECT, _REPORT), Features.HOST_BLIND) for each in pair]
    with pytest.raises(ProtocolError, match="first reported that it has none"):
        issue(pair, wires, Modes.EITHER)
    for specimen in pair:
        assert specimen.card().report().life_cycle is LifeCycle.INITIALISATION


@pytest.mark.parametrize("denied_in", [_SELECT, _REPORT, (_SELECT, _REPORT)])
def test_who_abandons_an_export_tells_nobody_the_pin(
    bench: Bench, denied_in: bytes | tuple[bytes, ...]
) -> None:
    bench.at(Stage.KEYED)
    ticket = bench.backup.unlocked().duplication.ticket(bench.original.card_id, Mode.BASE)
    original = bench.original
    original.unlocked().duplication.export_key(ticket)
    wire = Denier(original.lab, denied_in)
    if isinstance(denied_in, tuple):
        with pytest.raises(NoIssuerChannelError):
            abandon(Card(wire), original.transport_key, original.pin)
    else:
        abandon(Card(wire), original.transport_key, original.pin)
    assert original.pin.reveal() not in wire.heard
