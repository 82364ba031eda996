"""The state report has one byte for its length, and fits a secure answer, at its longest."""

from __future__ import annotations

from tests.bench import GROUP_ID, Bench, Stage, certify
from tests.trust.service import Supply, pair_of

from twincard.card.issuer import Personalisation
from twincard.card.report import CardReport, Mode, PolicyFlags
from twincard.card.session import Card
from twincard.flows.identity import protect
from twincard.iso import tlv
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.keys.component import Component
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret

PLACES = 8
ROOM = 280
"""Of an answer with padding and MAC, Ram.aux."""
OVERHEAD = 16 + 8


def longest(bench: Bench) -> None:
    """Two cards with all that a report can tell: a group of eight, both keys, an export pending."""
    bench.at(Stage.BLANK)
    for specimen in (bench.original, bench.backup):
        card = specimen.as_issuer()
        card.issuer.personalise(
            Personalisation(
                specimen.role,
                specimen.pin,
                specimen.puk,
                transport_pin=True,
                policy=PolicyFlags.NONE,
            )
        )
        card.group.begin(PLACES, GROUP_ID)
        for number in range(1, PLACES + 1):
            card.group.set_component(Component(number, PLACES, Secret(bytes([number]) * 32)))
        specimen.known[specimen.card_id] = certify(card, specimen.role)
        card.issuer.activate()
        card = specimen.card()
        card.pin.change(specimen.pin, specimen.pin)
        card.pin.verify(specimen.pin)
        card.signing.generate(KeyType.RSA_2048)


def check(card: Card) -> CardReport:
    """Both lengths, in the clear and through a secure channel."""
    answer = card.connection.transmit(Command(0x00, 0xCA, 0x00, 0xE0, answer=SHORT_ANSWER).short())[
        0
    ]
    body = tlv.decode_one(answer, 0xE0)
    assert len(body) <= 0xFF
    assert len(answer) + OVERHEAD <= ROOM
    plain = card.report()
    protect(card)
    assert card.report() == plain
    return plain


def test_an_original_that_waits_for_a_receipt(bench: Bench) -> None:
    longest(bench)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    original.usage.generate(KeyType.RSA_2048)
    ticket = backup.duplication.ticket(original.report().card_id, Mode.HOST_BLIND)
    original.device.verify_certificate(backup.device.certificate())
    original.duplication.export_key(ticket)
    report = check(original)
    assert report.export is not None
    assert report.export.nonce is not None
    check(backup)


def test_an_original_with_a_ticket_for_a_key_service(bench: Bench) -> None:
    longest(bench)
    original = bench.original.unlocked()
    original.usage.generate(KeyType.RSA_2048)
    supply = Supply(bench.original, pair_of(KeyType.P_256))
    supply.ticket(original)
    report = check(original)
    assert report.key_service is not None
    assert report.key_service.service_id is not None
