"""Certificates find room on a card, with those above them, or the card says that they have none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from tests.bench import Bench, Specimen, Stage

from twincard.card.files import (
    CERTIFICATE_CHAIN,
    DECIPHER_CERTIFICATE,
    SIGNATURE_CERTIFICATE,
    Condition,
    EfAccess,
)
from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.certify.certificate import (
    CertificateOnCardError,
    NoRoomForCertificateError,
    certify_decipher_key,
    certify_signature_key,
    read_certificate,
    read_chain,
    request_certificate,
    store_certificate,
)
from twincard.flows.certify.certificate_files import (
    USUAL_BYTES,
    make_certificate_files,
    room_for,
)
from twincard.flows.errors import ProtocolError
from twincard.identity.x509 import Subject, Validity
from twincard.iso.status import AuthorityMissingError
from twincard.keys.key_type import KeyType

HANAKO = Subject("山田 花子", "hanako@example.jp")
TEN_YEARS = Validity.from_now(3650)
FILES = (DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE, CERTIFICATE_CHAIN)


class Authority:
    """One that certifies keys, and other authorities."""

    def __init__(self, name: str, above: Authority | None = None) -> None:
        self.name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (above or self).certify(name, self._key.public_key())

    def certify(self, name: str, key: object, padding: int = 0) -> x509.Certificate:
        """A certificate, with an extension of so many bytes that nobody knows."""
        builder = x509.CertificateBuilder(
            issuer_name=_name(self.name),
            subject_name=_name(name),
            public_key=key,  # type: ignore[arg-type]
            serial_number=x509.random_serial_number(),
            not_valid_before=datetime.now(UTC) - timedelta(days=1),
            not_valid_after=datetime.now(UTC) + timedelta(days=1),
        )
        if padding:
            unknown = x509.UnrecognizedExtension(
                x509.ObjectIdentifier("1.3.6.1.4.1.1"), bytes(padding)
            )
            builder = builder.add_extension(unknown, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def certify_card(self, card: Card, padding: int = 0) -> x509.Certificate:
        """For the decipher key of a card."""
        return self.certify("Hanako", card.usage.public_key().loaded(), padding)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def size_of(certificate: x509.Certificate) -> int:
    return len(certificate.public_bytes(Encoding.DER))


def issued(
    bench: Bench,
    key_bytes: int | None = None,
    chain_bytes: int | None = None,
    policy: PolicyFlags = PolicyFlags.NONE,
) -> Specimen:
    """An operational original with a key, and with files as issuing makes them."""
    specimen = bench.at(Stage.BLANK).original
    card = specimen.as_issuer()
    personal = Personalisation(Role.ORIGINAL, specimen.pin, specimen.puk, policy=policy)
    card.issuer.personalise(personal)
    make_certificate_files(card, key_bytes, chain_bytes)
    card.issuer.activate()
    specimen.unlocked().usage.generate(KeyType.P_256)
    return specimen


def test_every_file_has_room_for_an_authoritys_certificate(bench: Bench) -> None:
    card = issued(bench).unlocked()
    assert [room_for(card, fid) for fid in FILES] == [USUAL_BYTES] * 3
    assert USUAL_BYTES >= 2500
    large = Authority("Authority").certify_card(card, 2100)
    assert 2400 < size_of(large) < USUAL_BYTES
    store_certificate(card, large)
    assert read_certificate(card, DECIPHER_CERTIFICATE) == large


def test_sizes_are_as_they_were_asked_for(bench: Bench) -> None:
    card = issued(bench, 1500, 0).unlocked()
    assert [room_for(card, fid) for fid in FILES] == [1500, 1500, 0]


def test_what_was_asked_for_and_does_not_fit_is_no_success(bench: Bench) -> None:
    with pytest.raises(ProtocolError, match="9000 bytes"):
        issued(bench, 9000)


@pytest.mark.parametrize(
    ("taken", "rooms"), [(4000, [2096, 2096, 0]), (7000, [596, 596, 0]), (7500, [0, 0, 692])]
)
def test_a_small_card_has_smaller_files_and_the_keys_come_first(
    bench: Bench, taken: int, rooms: list[int]
) -> None:
    specimen = bench.at(Stage.BLANK).original
    card = specimen.as_issuer()
    card.files.create_ef(0xE000, taken, EfAccess(Condition.ALWAYS, Condition.NEVER))
    make_certificate_files(card)
    assert [room_for(card, fid) for fid in FILES] == rooms
    make_certificate_files(card)
    assert [room_for(card, fid) for fid in FILES] == rooms


def test_the_chain_is_kept_as_far_as_it_leads_somewhere(bench: Bench) -> None:
    card = issued(bench).unlocked()
    root, stranger = Authority("Root"), Authority("Stranger")
    middle = Authority("Middle", root)
    given = [root.certificate, stranger.certificate, middle.certificate]
    store_certificate(card, middle.certify_card(card), given)
    assert read_chain(card) == (middle.certificate, root.certificate)
    store_certificate(card, middle.certify_card(card))
    assert read_chain(card) == (middle.certificate, root.certificate)
    store_certificate(card, stranger.certify_card(card))
    assert read_chain(card) == ()


def test_two_keys_share_what_is_above_them(bench: Bench) -> None:
    card = issued(bench).unlocked()
    root = Authority("Root")
    first, second = Authority("First", root), Authority("Second", root)
    store_certificate(card, first.certify_card(card), [first.certificate, root.certificate])
    signing = card.signing.generate(KeyType.P_256)
    signer = second.certify("Hanako", signing.loaded())
    store_certificate(card, signer, [second.certificate])
    assert set(read_chain(card)) == {item.certificate for item in (first, second, root)}


@pytest.mark.parametrize("chain", [False, True])
def test_what_does_not_fit_changes_nothing(bench: Bench, *, chain: bool) -> None:
    card = issued(bench).unlocked()
    root = Authority("Root")
    first = root.certify_card(card)
    store_certificate(card, first, [root.certificate])
    large = Authority("Large")
    padded = large.certify_card(card, 0 if chain else USUAL_BYTES)
    above = large.certify("Large", card.usage.public_key().loaded(), USUAL_BYTES)
    with pytest.raises(NoRoomForCertificateError, match="room for 2560 bytes"):
        store_certificate(card, padded, [above] if chain else [])
    assert read_certificate(card, DECIPHER_CERTIFICATE) == first
    assert read_chain(card) == (root.certificate,)


def test_a_card_without_room_says_so_before_it_makes_anything(bench: Bench) -> None:
    card = issued(bench, 0, 0).unlocked()
    for make in (certify_decipher_key, certify_signature_key):
        with pytest.raises(NoRoomForCertificateError, match=r"no file C00[12]"):
            make(card, HANAKO, TEN_YEARS)
    assert card.report().signature_key is None
    made = certify_decipher_key(card, HANAKO, TEN_YEARS, store=False)
    assert not made.stored
    made.certificate.verify_directly_issued_by(made.root)
    assert read_certificate(card, DECIPHER_CERTIFICATE) is None
    with pytest.raises(NoRoomForCertificateError, match="C001"):
        store_certificate(card, made.certificate)


def test_a_repetition_gives_what_was_made_and_nothing_else(bench: Bench) -> None:
    card = issued(bench).unlocked()
    first = certify_decipher_key(card, HANAKO, TEN_YEARS)
    for subject, validity in (
        (Subject("Hanako", HANAKO.mail), TEN_YEARS),
        (Subject(HANAKO.name), TEN_YEARS),
        (HANAKO, Validity(TEN_YEARS.not_before, TEN_YEARS.not_after - timedelta(days=1))),
    ):
        with pytest.raises(CertificateOnCardError):
            certify_decipher_key(card, subject, validity)
    again = certify_decipher_key(card, HANAKO, Validity.from_now(3650))
    assert (again.certificate, again.made) == (first.certificate, False)
    assert certify_signature_key(card, HANAKO, TEN_YEARS).certificate == first.root


def test_a_certificate_from_elsewhere_is_not_taken_for_one_that_was_made_here(bench: Bench) -> None:
    card = issued(bench).unlocked()
    root = certify_signature_key(card, HANAKO, TEN_YEARS).certificate
    names = root.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    foreign = Authority(str(names[0].value)).certify("山田 花子", card.usage.public_key().loaded())
    store_certificate(card, foreign)
    with pytest.raises(CertificateOnCardError):
        certify_decipher_key(card, Subject("山田 花子"), Validity.from_now(2))


def test_certificates_are_made_on_a_card_that_wants_a_pin_each_time(bench: Bench) -> None:
    specimen = issued(bench, policy=PolicyFlags.PIN_EACH_TIME)
    made = certify_decipher_key(specimen.unlocked(), HANAKO, TEN_YEARS, pin=lambda: specimen.pin)
    assert read_certificate(specimen.card(), DECIPHER_CERTIFICATE) == made.certificate
    card = specimen.unlocked()
    request = request_certificate(card, HANAKO, pin=lambda: specimen.pin)
    assert request.is_signature_valid
    with pytest.raises(AuthorityMissingError):
        certify_decipher_key(specimen.unlocked(), HANAKO, TEN_YEARS, replace=True)
