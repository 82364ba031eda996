"""Who takes the secure channel out of what a card says of itself gets no secret in the clear."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Specimen

from twincard.card.report import Features
from twincard.card.session import OPENSC_AID, Card
from twincard.keys.secret import Secret
from twincard.protocols.authority import take_authority
from twincard.protocols.issue import Blank, Profile, issue_pair
from twincard.transport.base import Connection
from twincard.transport.laboratory import BASE_APPLET, Laboratory

_SELECT = b"\x00\xa4\x04\x00"
_REPORT = b"\x00\xca\x00\xe0"
_ACCEPTED: tuple[bytes, int] = (b"", 0x9000)


class Denier:
    """A wire that denies SCP03 in one answer, and says yes to whatever the issuer proves."""

    def __init__(self, connection: Connection, denied_in: bytes) -> None:
        self._connection = connection
        self._denied_in = denied_in
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
            features = int.from_bytes(data[at : at + 2]) & ~Features.SCP03
            data = data[:at] + features.to_bytes(2) + data[at + 2 :]
        return data, sw


def blank(specimen: Specimen, wire: Denier) -> Blank:
    return Blank(Card(wire), specimen.transport_key, specimen.pin, specimen.puk)


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
        take_authority(card, report, Secret(key))
        assert card.is_secure is (applet is None)
