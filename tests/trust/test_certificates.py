"""Who is certified, by whom and until when; and whose certificate a card takes for another's."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.bench import ISSUER, Bench, Specimen, Stage, certify
from tests.card.wire import Command, exchange
from tests.faults.power import Place, Story, interrupt
from tests.interop.independent import objects
from tests.trust.authority import BACKUP, ORIGINAL, Issuer, SigningKey, encode, sealed
from tests.trust.test_device import (
    CERTIFICATE,
    ISSUER_PUBLIC_KEY,
    identity,
    keys,
    personalise,
)

from twincard.card.issuer import Personalisation
from twincard.card.report import LifeCycle, Mode, PolicyFlags, Role
from twincard.card.session import Card
from twincard.iso.status import Sw, WrongStateError

STRANGER = Issuer.of("another issuer")
BASE_MODE_FORBIDDEN = PolicyFlags(0x10)
CERTIFIED = 2


@dataclass
class Candidate:
    """A personalised card before activation, with the issuer's authority."""

    specimen: Specimen
    card: Card

    @classmethod
    def on(cls, bench: Bench, policy: PolicyFlags = PolicyFlags.NONE) -> Candidate:
        """An original."""
        specimen = bench.at(Stage.BLANK).original
        card = specimen.as_issuer()
        values = Personalisation(specimen.role, specimen.pin, specimen.puk, 1, policy=policy)
        card.issuer.personalise(values)
        return cls(specimen, card)

    def certificate(self, issuer: Issuer = ISSUER) -> bytes:
        """The right one of this issuer."""
        return issuer.certificate(self.specimen.card_id, ORIGINAL, keys(self.specimen)[0])

    def certify(self, certificate: bytes, issuer: Issuer = ISSUER) -> int:
        """CERTIFY: the status word."""
        return self.send(encode(0x86, issuer.key.point) + certificate)

    def send(self, data: bytes) -> int:
        """CERTIFY with any data."""
        return exchange(self.specimen.lab, Command(0x80, 0x04, data=data))[1]

    def refuses(self, data: bytes, sw: int) -> None:
        """The data are refused, and the card is as it was."""
        before = read(self.specimen, ISSUER_PUBLIC_KEY), read(self.specimen, CERTIFICATE)
        assert f"{self.send(data):04X}" == f"{sw:04X}"
        assert (read(self.specimen, ISSUER_PUBLIC_KEY), read(self.specimen, CERTIFICATE)) == before


def read(specimen: Specimen, command: Command) -> bytes:
    """What GET DATA answers; nothing where it is not there."""
    return exchange(specimen.lab, command)[0]


def verify(specimen: Specimen, certificate: bytes) -> int:
    """VERIFY CERTIFICATE: the status word."""
    return exchange(specimen.lab, Command(0x00, 0x2A, 0x00, 0xBE, certificate))[1]


def certified(bench: Bench) -> Specimen:
    """An original whose certificate is the bench's issuer's, with its PIN verified."""
    specimen = bench.at(Stage.ISSUED, mode=Mode.HOST_BLIND).original
    specimen.unlocked()
    return specimen


def of_a_backup(issuer: Issuer = ISSUER, role: int = BACKUP) -> bytes:
    """A certificate of a card that is not on the bench."""
    return issuer.certificate(bytes(range(16)), role, SigningKey.of("a backup").point)


def test_a_certified_card_gives_its_certificate_and_its_issuers_key(bench: Bench) -> None:
    candidate = Candidate.on(bench)
    certificate = candidate.certificate()
    assert candidate.certify(certificate) == Sw.DONE
    assert identity(candidate.specimen) == CERTIFIED
    assert read(candidate.specimen, CERTIFICATE) == certificate
    assert len(certificate) == 181
    ((tag, value),) = objects(read(candidate.specimen, ISSUER_PUBLIC_KEY))
    assert (tag, value) == (0xE6, encode(0x86, ISSUER.key.point))


def test_certify_needs_personalise(bench: Bench) -> None:
    specimen = bench.at(Stage.BLANK).original
    card = specimen.as_issuer()
    certificate = ISSUER.certificate(specimen.card_id, ORIGINAL, SigningKey.of("any").point)
    assert Candidate(specimen, card).certify(certificate) == Sw.WRONG_STATE


def test_another_cards_id_role_or_key_is_refused(bench: Bench) -> None:
    candidate = Candidate.on(bench)
    card_id, key = candidate.specimen.card_id, keys(candidate.specimen)[0]
    channel_key = keys(candidate.specimen)[1]
    wrong = [
        ISSUER.certificate(bytes(16), ORIGINAL, key),
        ISSUER.certificate(card_id, BACKUP, key),
        ISSUER.certificate(card_id, 0, key),
        ISSUER.certificate(card_id, ORIGINAL, SigningKey.of("another").point),
        ISSUER.certificate(card_id, ORIGINAL, channel_key),
    ]
    for certificate in wrong:
        candidate.refuses(encode(0x86, ISSUER.key.point) + certificate, Sw.WRONG_DATA)
    assert identity(candidate.specimen) == 1


def test_a_certificate_that_its_issuer_did_not_sign_is_refused(bench: Bench) -> None:
    candidate = Candidate.on(bench)
    body = ISSUER.body(candidate.specimen.card_id, ORIGINAL, keys(candidate.specimen)[0])
    candidate.refuses(encode(0x86, ISSUER.key.point) + sealed(body, STRANGER.key), Sw.CHECK_FAILED)
    foreign = candidate.certificate(STRANGER)
    candidate.refuses(encode(0x86, ISSUER.key.point) + foreign, Sw.WRONG_DATA)


@pytest.mark.parametrize("mode", [Mode.BASE, Mode.HOST_BLIND], ids=["first", "again"])
def test_every_altered_byte_is_refused(bench: Bench, mode: Mode) -> None:
    candidate = Candidate.on(bench)
    if mode is Mode.HOST_BLIND:
        assert candidate.certify(candidate.certificate()) == Sw.DONE
    data = encode(0x86, ISSUER.key.point) + candidate.certificate()
    for place in range(len(data)):
        altered = data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1 :]
        signed = place >= len(data) - 64
        candidate.refuses(altered, Sw.CHECK_FAILED if signed else Sw.WRONG_DATA)
    for data_ in (data[:-1], data + b"\x00", data[:67], b""):
        candidate.refuses(data_, Sw.WRONG_DATA)
    assert candidate.send(data) == Sw.DONE


@pytest.mark.parametrize(
    "signature", [bytes(64), b"\xff" * 64, bytes(31) + b"\x01" + bytes(32)], ids=["0", "FF", "s=0"]
)
def test_numbers_that_no_signature_has_are_refused(bench: Bench, signature: bytes) -> None:
    candidate = Candidate.on(bench)
    certificate = candidate.certificate()[:-64] + signature
    candidate.refuses(encode(0x86, ISSUER.key.point) + certificate, Sw.CHECK_FAILED)


def test_signatures_with_short_numbers_are_right(bench: Bench) -> None:
    """DER has no leading zeros: the card must take them away, and put them back."""
    candidate = Candidate.on(bench)
    short: set[int] = set()
    while len(short) < 2:
        certificate = candidate.certificate()
        halves = certificate[-64:-32], certificate[-32:]
        found = {place for place, half in enumerate(halves) if half[0] == 0}
        if found - short:
            assert candidate.certify(certificate) == Sw.DONE
            assert read(candidate.specimen, CERTIFICATE) == certificate
        short |= found


def test_the_issuer_replaces_the_certificate_until_activate_and_nobody_afterwards(
    bench: Bench,
) -> None:
    candidate = Candidate.on(bench)
    assert candidate.certify(candidate.certificate()) == Sw.DONE
    assert candidate.certify(candidate.certificate(STRANGER), STRANGER) == Sw.DONE
    last = read(candidate.specimen, CERTIFICATE)
    candidate.card.issuer.activate()
    before = read(candidate.specimen, ISSUER_PUBLIC_KEY)
    candidate.card.pin.verify(candidate.specimen.pin)
    assert candidate.certify(candidate.certificate()) == Sw.WRONG_STATE
    assert read(candidate.specimen, ISSUER_PUBLIC_KEY) == before
    assert read(candidate.specimen, CERTIFICATE) == last


def test_only_the_issuer_certifies(bench: Bench) -> None:
    candidate = Candidate.on(bench)
    candidate.specimen.card()
    assert candidate.certify(candidate.certificate()) == Sw.AUTHORITY_MISSING


def test_a_repeated_personalisation_drops_the_certificate(bench: Bench) -> None:
    candidate = Candidate.on(bench)
    certificate = candidate.certificate()
    assert candidate.certify(certificate) == Sw.DONE
    personalise(candidate.specimen, candidate.card)
    assert identity(candidate.specimen) == 1
    assert exchange(candidate.specimen.lab, CERTIFICATE)[1] == Sw.NOT_FOUND
    assert exchange(candidate.specimen.lab, ISSUER_PUBLIC_KEY)[1] == Sw.NOT_FOUND
    assert candidate.certify(certificate) == Sw.WRONG_DATA


def test_where_base_mode_is_forbidden_a_card_without_certificate_stays_in_initialisation(
    bench: Bench,
) -> None:
    candidate = Candidate.on(bench, BASE_MODE_FORBIDDEN)
    with pytest.raises(WrongStateError):
        candidate.card.issuer.activate()
    certify(candidate.card, Role.ORIGINAL)
    candidate.card.issuer.activate()
    assert candidate.card.report().life_cycle is LifeCycle.OPERATIONAL


def test_a_card_takes_certificates_of_its_own_issuer(bench: Bench) -> None:
    specimen = certified(bench)
    assert verify(specimen, of_a_backup()) == Sw.DONE
    assert verify(specimen, of_a_backup(role=ORIGINAL)) == Sw.DONE


def test_another_issuers_certificate_makes_nobody_the_peer(bench: Bench) -> None:
    specimen = certified(bench)
    assert verify(specimen, of_a_backup(STRANGER)) == Sw.WRONG_DATA
    body = ISSUER.body(bytes(range(16)), BACKUP, SigningKey.of("a backup").point)
    assert verify(specimen, sealed(body, STRANGER.key)) == Sw.CHECK_FAILED
    assert verify(specimen, of_a_backup(role=3)) == Sw.WRONG_DATA
    assert verify(specimen, of_a_backup(role=0)) == Sw.WRONG_DATA


def test_every_altered_byte_of_another_cards_certificate_is_refused(bench: Bench) -> None:
    specimen = certified(bench)
    right = of_a_backup()
    for place in range(len(right)):
        altered = right[:place] + bytes([right[place] ^ 0x01]) + right[place + 1 :]
        assert verify(specimen, altered) in (Sw.WRONG_DATA, Sw.CHECK_FAILED), place
    for data in (right[:-1], right + b"\x00", b""):
        assert verify(specimen, data) == Sw.WRONG_DATA
    assert verify(specimen, right) == Sw.DONE


def test_without_a_certificate_of_its_own_a_card_takes_none(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked()
    assert verify(specimen, of_a_backup()) == Sw.NOT_FOUND


def test_a_certificate_needs_the_pin_and_may_come_in_parts(bench: Bench) -> None:
    specimen = certified(bench)
    right = of_a_backup()
    first = Command(0x10, 0x2A, 0x00, 0xBE, right[:100])
    assert exchange(specimen.lab, first)[1] == Sw.DONE
    assert verify(specimen, right[100:]) == Sw.DONE
    specimen.card()
    assert verify(specimen, right) == Sw.AUTHORITY_MISSING


class Certifying(Story):
    """CERTIFY, of a card that another issuer may have certified before."""

    def __init__(self, candidate: Candidate) -> None:
        super().__init__(candidate.specimen)
        self.subject = self.scene.subjects[0]
        self.data = encode(0x86, ISSUER.key.point) + candidate.certificate()
        self.before = self.present()

    def open(self) -> None:
        self.card = self.subject.authorised()

    def act(self) -> None:
        sw = self.subject.wire.transmit(Command(0x80, 0x04, data=self.data).short())[1]
        assert sw == Sw.DONE

    def check(self) -> None:
        """The transport key and certificate that were, those that come, or none; never of both."""
        self.subject.card()
        assert self.present() in (self.before, self.data, b"")

    def repeat(self) -> None:
        self.open()
        self.act()

    def conclude(self) -> None:
        assert self.present() == self.data
        self.subject.authorised().issuer.activate()

    def present(self) -> bytes:
        """The transport key and certificate as CERTIFY takes them; nothing where there are none."""
        specimen = self.subject.specimen
        key, certificate = read(specimen, ISSUER_PUBLIC_KEY), read(specimen, CERTIFICATE)
        assert bool(key) is bool(certificate) is (identity(specimen) == CERTIFIED)
        return objects(key)[0][1] + certificate if key else b""


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
def test_a_power_cut_in_certify_leaves_one_issuers_certificate_or_none(
    bench: Bench, again: bool
) -> None:
    candidate = Candidate.on(bench)
    if again:
        assert candidate.certify(candidate.certificate(STRANGER), STRANGER) == Sw.DONE
    story = Certifying(candidate)
    assert interrupt(story, story.subject, Place.WRITE) > 3
