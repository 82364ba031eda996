"""The signature key: made on the card, wholly or not at all; only signatures leave it."""

from __future__ import annotations

import hashlib

import pytest
from asn1crypto import algos, core
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange, status
from tests.faults.keys import Sealed, news
from tests.faults.power import LONG, Place, Story, interrupt

from twincard.card.issuer import Personalisation
from twincard.card.report import ExportState, Mode, PolicyFlags, Role
from twincard.card.session import Card
from twincard.iso.status import (
    AuthorityMissingError,
    CardError,
    NotFoundError,
    NotSupportedError,
    Sw,
    WrongStateError,
)
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory

HASHES = {32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}
MESSAGE = b"signed on the card"
PIN = Secret("123456")


def verify(key: PublicKey, digest: bytes, signature: bytes) -> None:
    """Raises InvalidSignature."""
    hashed = Prehashed(HASHES[len(digest)])
    public = key.loaded()
    if isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, digest, ec.ECDSA(hashed))
    else:
        public.verify(signature, digest, padding.PKCS1v15(), hashed)


@pytest.mark.parametrize("key_type", KeyType)
def test_signatures_are_right_over_hashes_of_every_length(bench: Bench, key_type: KeyType) -> None:
    card = bench.at(Stage.ISSUED).original.unlocked()
    key = card.signing.generate(key_type)
    for name in ("sha256", "sha384", "sha512"):
        digest = hashlib.new(name, MESSAGE).digest()
        verify(key, digest, card.signing.sign(digest))


@pytest.mark.parametrize("key_type", KeyType)
def test_the_report_tells_of_the_signature_key(bench: Bench, key_type: KeyType) -> None:
    card = bench.at(Stage.ISSUED).original.unlocked()
    assert card.report().signature_key is None
    with pytest.raises(NotFoundError):
        card.signing.public_key()
    key = card.signing.generate(key_type)
    report = card.report()
    assert report.signature_key is not None
    assert (report.signature_key.type, report.signature_key.digest) == (key_type, key.digest)
    assert card.signing.public_key() == key
    assert report.key is None


def test_original_and_backup_have_signature_keys_of_their_own(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    keys = [
        specimen.unlocked().signing.generate(KeyType.P_256)
        for specimen in (bench.original, bench.backup)
    ]
    reports = [specimen.card().report() for specimen in (bench.original, bench.backup)]
    assert keys[0] != keys[1]
    assert reports[0].key is not None
    assert reports[1].key is not None
    assert reports[0].key.digest == reports[1].key.digest


def test_two_signatures_over_one_hash_differ(bench: Bench) -> None:
    card = bench.at(Stage.ISSUED).original.unlocked()
    key = card.signing.generate(KeyType.P_256)
    digest = hashlib.sha256(MESSAGE).digest()
    signatures = {card.signing.sign(digest) for _ in range(8)}
    assert len(signatures) == 8
    for signature in signatures:
        verify(key, digest, signature)


def test_nothing_is_signed_or_made_without_the_pin(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked().signing.generate(KeyType.P_256)
    card = specimen.card()
    for forbidden in (
        lambda: card.signing.sign(bytes(32)),
        lambda: card.signing.generate(KeyType.P_256),
    ):
        with pytest.raises(AuthorityMissingError):
            forbidden()
    assert specimen.card().signing.public_key() == card.signing.public_key()


def test_a_card_without_a_signature_key_signs_nothing(bench: Bench) -> None:
    card = bench.at(Stage.KEYED).original.unlocked()
    with pytest.raises(NotFoundError):
        card.signing.sign(bytes(32))


@pytest.mark.parametrize("size", [0, 1, 20, 31, 33, 47, 63, 65, 255])
def test_only_hashes_are_signed(bench: Bench, size: int) -> None:
    card = bench.at(Stage.ISSUED).original.unlocked()
    card.signing.generate(KeyType.P_256)
    with pytest.raises(CardError) as refused:
        card.signing.sign(bytes(size))
    assert refused.value.sw == Sw.WRONG_LENGTH


def digest_info(name: str, digest: bytes) -> bytes:
    """The DigestInfo of a hash (RFC 8017, 9.2), as hosts put it together."""
    algorithm = algos.DigestAlgorithm({"algorithm": name, "parameters": core.Null()})
    info = algos.DigestInfo({"digest_algorithm": algorithm, "digest": digest})
    return bytes(info.dump())


def sign(specimen: Specimen, data: bytes) -> tuple[bytes, int]:
    return exchange(specimen.lab, Command(0x00, 0x2A, 0x9E, 0x9A, data, 256))


def test_an_rsa_key_takes_a_hash_in_its_digest_info(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    key = specimen.unlocked().signing.generate(KeyType.RSA_2048)
    for name in ("sha256", "sha384", "sha512"):
        digest = hashlib.new(name, MESSAGE).digest()
        signature, sw = sign(specimen, digest_info(name, digest))
        assert sw == Sw.DONE
        assert signature == sign(specimen, digest)[0]
        verify(key, digest, signature)


def name(specimen: Specimen, algorithm: int) -> None:
    """MSE: SET, as OpenSC sends it."""
    data = bytes([0x80, 1, algorithm, 0x81, 2, 0x4B, 0x02, 0x84, 1, 1])
    assert status(specimen.lab, Command(0x00, 0x22, 0x41, 0xB6, data)) == Sw.DONE


def verify_pss(key: PublicKey, digest: bytes, signature: bytes) -> None:
    """Raises InvalidSignature."""
    hashed = HASHES[len(digest)]
    public = key.loaded()
    assert isinstance(public, rsa.RSAPublicKey)
    padded = padding.PSS(padding.MGF1(hashed), hashed.digest_size)
    public.verify(signature, digest, padded, Prehashed(hashed))


@pytest.mark.parametrize("function", ["sha256", "sha384", "sha512"])
def test_an_rsa_key_signs_by_pss(bench: Bench, function: str) -> None:
    card = bench.at(Stage.ISSUED).original.unlocked()
    key = card.signing.generate(KeyType.RSA_2048)
    digest = hashlib.new(function, MESSAGE).digest()
    signatures = {card.signing.sign_pss(digest) for _ in range(8)}
    assert len(signatures) == 8
    for signature in signatures:
        verify_pss(key, digest, signature)
    # The other way of signing is as it was.
    verify(key, digest, card.signing.sign(digest))


def test_pss_is_not_the_other_padding(bench: Bench) -> None:
    card = bench.at(Stage.ISSUED).original.unlocked()
    key = card.signing.generate(KeyType.RSA_2048)
    with pytest.raises(InvalidSignature):
        verify(key, bytes(32), card.signing.sign_pss(bytes(32)))
    with pytest.raises(InvalidSignature):
        verify_pss(key, bytes(32), card.signing.sign(bytes(32)))


def test_the_algorithm_that_was_named_ends_with_select(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    card = specimen.unlocked()
    key = card.signing.generate(KeyType.RSA_2048)
    card.signing.sign_pss(bytes(32))
    card.select()
    card.pin.verify(specimen.pin)
    verify(key, bytes(32), sign(specimen, bytes(32))[0])


def test_a_named_algorithm_takes_what_is_its_own(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked().signing.generate(KeyType.RSA_2048)
    digest = hashlib.sha256(MESSAGE).digest()
    wrapped = digest_info("sha256", digest)
    for algorithm, bare, in_info in (
        (0x11, Sw.WRONG_LENGTH, Sw.DONE),
        (0x12, Sw.DONE, Sw.WRONG_LENGTH),
        (0x21, Sw.WRONG_STATE, Sw.WRONG_STATE),
    ):
        name(specimen, algorithm)
        assert [sign(specimen, data)[1] for data in (digest, wrapped)] == [bare, in_info]


def test_curves_sign_by_no_algorithm_of_rsa(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    key = specimen.unlocked().signing.generate(KeyType.P_256)
    for algorithm in (0x11, 0x12):
        name(specimen, algorithm)
        assert sign(specimen, bytes(32)) == (b"", Sw.WRONG_STATE)
    name(specimen, 0x21)
    verify(key, bytes(32), sign(specimen, bytes(32))[0])


def test_pss_needs_the_hash_function_on_the_chip() -> None:
    with Laboratory.start(chip="-sha384") as lab:
        lab.install(b"\x80\x20" + bytes(32))
        card = Card(lab)
        card.issuer.open_channel(card.report().card_id, Secret(bytes(32)))
        card.issuer.personalise(
            Personalisation(Role.ORIGINAL, PIN, PIN, 0, policy=PolicyFlags.NONE)
        )
        card.issuer.activate()
        card.select()
        card.pin.verify(PIN)
        key = card.signing.generate(KeyType.RSA_2048)
        verify_pss(key, bytes(32), card.signing.sign_pss(bytes(32)))
        for size in (48, 64):
            with pytest.raises(NotSupportedError):
                card.signing.sign_pss(bytes(size))
        verify(key, bytes(64), card.signing.sign(bytes(64)))


def test_every_bit_of_a_digest_info_counts(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked().signing.generate(KeyType.RSA_2048)
    for name, size in (("sha256", 32), ("sha384", 48), ("sha512", 64)):
        right = digest_info(name, bytes(size))
        for bit in range(8 * (len(right) - size)):
            wrong = int.from_bytes(right, "big") ^ 1 << (8 * len(right) - 1 - bit)
            assert sign(specimen, wrong.to_bytes(len(right), "big")) == (b"", Sw.WRONG_DATA)


@pytest.mark.parametrize("name", ["md5", "sha1", "sha224", "sha512_224", "sha512_256"])
def test_weak_and_unknown_hashes_are_not_signed_in_a_digest_info(bench: Bench, name: str) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked().signing.generate(KeyType.RSA_2048)
    digest = hashlib.new(name, MESSAGE).digest()
    wrapped = digest_info(name, digest)
    expected = Sw.WRONG_DATA if len(digest) == 32 else Sw.WRONG_LENGTH
    assert sign(specimen, wrapped) == (b"", expected)


def test_md5_with_sha1_is_not_signed(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked().signing.generate(KeyType.RSA_2048)
    assert sign(specimen, bytes(36)) == (b"", Sw.WRONG_LENGTH)


def test_curves_sign_no_digest_info(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked().signing.generate(KeyType.P_256)
    assert sign(specimen, digest_info("sha256", bytes(32))) == (b"", Sw.WRONG_LENGTH)


def test_the_decipher_key_signs_nothing(bench: Bench) -> None:
    specimen = bench.at(Stage.KEYED, key=KeyType.RSA_2048).original
    specimen.unlocked()
    for data in (bytes(32), digest_info("sha256", bytes(32))):
        assert sign(specimen, data) == (b"", Sw.NOT_FOUND)


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (Command(0x00, 0x46, 0x80, 0x02, bytes.fromhex("AC03800103"), 256), Sw.WRONG_DATA),
        (Command(0x00, 0x46, 0x80, 0x02, bytes.fromhex("AC03800200"), 256), Sw.WRONG_DATA),
        (Command(0x00, 0x46, 0x80, 0x02, bytes.fromhex("AC038001"), 256), Sw.WRONG_LENGTH),
        (Command(0x00, 0x46, 0x82, 0x02, bytes.fromhex("AC03800102"), 256), Sw.WRONG_P1P2),
        (Command(0x00, 0x46, 0x80, 0x03, bytes.fromhex("AC03800102"), 256), Sw.WRONG_P1P2),
        (Command(0x00, 0x46, 0x81, 0x01, answer=256), Sw.WRONG_P1P2),
        (Command(0x10, 0x46, 0x80, 0x02, bytes.fromhex("AC03800102")), Sw.NO_CHAINING),
        (Command(0x00, 0x2A, 0x9E, 0x9B, bytes(32), 256), Sw.WRONG_P1P2),
    ],
)
def test_a_malformed_command_is_refused(bench: Bench, command: Command, sw: Sw) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked()
    assert status(specimen.lab, command) == sw


def test_a_pending_export_does_not_keep_the_signature_key_from_being_made(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    ticket = bench.backup.unlocked().duplication.ticket(bench.original.card_id, Mode.BASE)
    card = bench.original.unlocked()
    exported = card.duplication.export_key(ticket)
    with pytest.raises(WrongStateError):
        card.usage.generate(KeyType.P_256)
    card.signing.generate(KeyType.P_256)
    report = card.report()
    assert report.export is not None
    assert report.export.state is ExportState.PENDING
    assert card.duplication.export_key(ticket) == exported


def test_each_key_is_replaced_without_the_other(bench: Bench) -> None:
    card = bench.at(Stage.KEYED).original.unlocked()
    signing = card.signing.generate(KeyType.P_256)
    sealed = Sealed.to(card.usage.public_key())
    for _ in range(3):
        signing = card.signing.generate(KeyType.P_256)
        assert sealed.opens_with(card)
        card.usage.generate(KeyType.P_256)
        sealed = Sealed.to(card.usage.public_key())
        assert card.signing.public_key() == signing
        assert _signs(card, signing)


def test_a_terminated_card_has_no_signature_key(bench: Bench) -> None:
    specimen = bench.at(Stage.KEYED).original
    card = specimen.unlocked()
    card.signing.generate(KeyType.P_256)
    card.terminate()
    assert specimen.card().report().signature_key is None
    with pytest.raises(WrongStateError):
        card.signing.public_key()


class Generating(Story):
    """A new signature key, beside a decipher key and perhaps in place of an older one."""

    def __init__(self, specimen: Specimen, key_type: KeyType) -> None:
        super().__init__(specimen)
        (self.subject,) = self.scene.subjects
        self.key_type = key_type
        card = self.subject.unlocked()
        self.start = card.report()
        self.image = self.subject.lab.image()
        self.sealed = Sealed.to(card.usage.public_key())

    def open(self) -> None:
        self.session = self.subject.unlocked()

    def act(self) -> None:
        self.session.signing.generate(self.key_type)

    def check(self) -> None:
        card = self.subject.unlocked()
        report = card.report()
        assert report.key == self.start.key
        assert report.export == self.start.export
        assert self.sealed.opens_with(card)
        if report.signature_key == self.start.signature_key:
            assert news(self.subject.lab.image(), self.image) == []
        if report.signature_key is not None:
            key = card.signing.public_key()
            assert key.digest == report.signature_key.digest
            assert _signs(card, key)

    def repeat(self) -> None:
        self.subject.unlocked().signing.generate(self.key_type)

    def conclude(self) -> None:
        self.check()
        assert self.subject.card().report().signature_key != self.start.signature_key


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        (None, KeyType.P_256, 1),
        (KeyType.P_256, KeyType.P_256, 1),
        (KeyType.RSA_2048, KeyType.P_256, 2),
        (None, KeyType.RSA_2048, 3),
        pytest.param(KeyType.P_256, KeyType.RSA_2048, 1, marks=LONG),
        pytest.param(KeyType.RSA_2048, KeyType.RSA_2048, 1, marks=LONG),
    ],
)
def test_a_signature_key_is_made_wholly_or_not_at_all(
    bench: Bench, old: KeyType | None, new: KeyType, step: int
) -> None:
    specimen = bench.at(Stage.KEYED).original
    if old is not None:
        specimen.unlocked().signing.generate(old)
    story = Generating(specimen, new)
    assert interrupt(story, story.subject, step=step, repeating=False) > 10


def test_a_signature_key_whose_answer_is_lost_is_there(bench: Bench) -> None:
    story = Generating(bench.at(Stage.KEYED).original, KeyType.P_256)
    assert interrupt(story, story.subject, Place.ANSWER) == 1


def _signs(card: Card, key: PublicKey) -> bool:
    digest = hashlib.sha256(MESSAGE).digest()
    verify(key, digest, card.signing.sign(digest))
    return True
