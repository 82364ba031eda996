"""Certificates made with a card are what others' programs take: OpenSSL's and Thunderbird's NSS."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.bench import Bench, Specimen, Stage
from tests.faults.power import Story, interrupt

from twincard.card.files import (
    DECIPHER_CERTIFICATE,
    SIGNATURE_CERTIFICATE,
    Condition,
    EfAccess,
)
from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.card.session import Card
from twincard.cms.framing.output import FileOutput
from twincard.flows.certify.certificate import (
    certify_decipher_key,
    certify_signature_key,
    read_certificate,
    request_certificate,
    store_certificate,
)
from twincard.flows.errors import ProtocolError
from twincard.flows.files.decrypt import decrypt_file
from twincard.identity.signing_key import SigningKey, for_builder
from twincard.identity.x509 import (
    CertificateError,
    Subject,
    Validity,
    WrongSignatureError,
    make_decipher_certificate,
    make_request,
    make_root,
    may_sign_others,
    subject_of,
)
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey

HANAKO = Subject("山田 花子", "hanako@example.jp")
TEN_YEARS = Validity.from_now(3650)
TYPES = [(decipher, signature) for decipher in KeyType for signature in KeyType]
CONTENT = b"For Hanako.\n"


@dataclass(frozen=True)
class Certified:
    """A card with its two certificates, also as files."""

    specimen: Specimen
    leaf: x509.Certificate
    root: x509.Certificate
    folder: Path

    @property
    def is_rsa(self) -> bool:
        """Whether the decipher key is."""
        return isinstance(self.leaf.public_key(), rsa.RSAPublicKey)

    def run(self, *command: str) -> str:
        """What a program prints; it must succeed."""
        done = subprocess.run(command, cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def opened(self, name: str) -> bytes:
        """The content of a mail, which the card decrypts."""
        card = self.specimen.unlocked()
        sink = FileOutput(self.folder / "opened", overwrite=True)
        decrypt_file(card, self.folder / name, sink, pin=lambda: self.specimen.pin, mail=True)
        return (self.folder / "opened").read_bytes()


def with_files(bench: Bench, key: KeyType = KeyType.P_256) -> Specimen:
    """An operational original with a key, and room for certificates as issuing makes it."""
    specimen = bench.at(Stage.BLANK).original
    card = specimen.as_issuer()
    card.issuer.personalise(
        Personalisation(Role.ORIGINAL, specimen.pin, specimen.puk, policy=PolicyFlags.NONE)
    )
    access = EfAccess(Condition.ALWAYS, Condition.USER_PIN, Condition.ISSUER)
    for fid, size in ((DECIPHER_CERTIFICATE, 2048), (SIGNATURE_CERTIFICATE, 1024)):
        card.files.select()
        card.files.create_ef(fid, size, access)
    card.issuer.activate()
    specimen.unlocked().usage.generate(key)
    return specimen


@pytest.fixture(params=TYPES, ids=lambda pair: "-".join(item.name for item in pair))
def certified(bench: Bench, request: pytest.FixtureRequest, tmp_path: Path) -> Certified:
    """For every type of decipher key and of signature key."""
    decipher, signature = request.param
    specimen = with_files(bench, decipher)
    card = specimen.unlocked()
    made = certify_decipher_key(card, HANAKO, TEN_YEARS, signature)
    assert made.stored
    root = read_certificate(card, SIGNATURE_CERTIFICATE)
    assert root is not None
    for name, certificate in (("leaf", made.certificate), ("root", root)):
        (tmp_path / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "content").write_bytes(CONTENT)
    return Certified(specimen, made.certificate, root, tmp_path)


def test_openssl_verifies_the_certificates_strictly(certified: Certified) -> None:
    verify = ["openssl", "verify", "-x509_strict", "-CAfile", "root.pem"]
    if certified.is_rsa:
        # OpenSSL wants keyEncipherment for it, which RFC 5480, 3, forbids to EC keys.
        verify += ["-purpose", "smimeencrypt"]
    assert certified.run(*verify, "leaf.pem") == "leaf.pem: OK\n"
    show = ("openssl", "x509", "-noout", "-nameopt", "RFC2253,utf8,-esc_msb", "-subject", "-issuer")
    told = certified.run(*show, "-in", "leaf.pem")
    assert told == "subject=CN=山田 花子\nissuer=CN=山田 花子,OU=signature key\n"


def test_openssl_encrypts_mail_to_the_certificate_and_the_card_opens_it(
    certified: Certified,
) -> None:
    encrypt = ("openssl", "cms", "-encrypt", "-aes-256-cbc", "-binary", "-outform", "DER")
    certified.run(*encrypt, "-in", "content", "-out", "mail", "leaf.pem")
    assert certified.opened("mail") == CONTENT


def test_thunderbird_s_library_takes_the_certificates(certified: Certified) -> None:
    certified.run("certutil", "-N", "-d", "sql:.", "--empty-password")
    add = ("certutil", "-A", "-d", "sql:.", "-a")
    certified.run(*add, "-n", "root", "-t", ",C,", "-i", "root.pem")
    certified.run(*add, "-n", "hanako", "-t", ",,", "-i", "leaf.pem")
    valid = certified.run("certutil", "-V", "-d", "sql:.", "-n", "hanako", "-u", "R")
    assert "certificate is valid" in valid
    listed = certified.run("certutil", "-L", "-d", "sql:.", "-n", "hanako")
    assert "hanako@example.jp" in listed
    if not certified.is_rsa:
        return  # NSS does not encrypt to EC keys
    encrypt = ("cmsutil", "-E", "-d", "sql:.", "-r", "hanako@example.jp")
    certified.run(*encrypt, "-i", "content", "-o", "mail")
    assert certified.opened("mail") == CONTENT


def test_openssl_takes_the_request(certified: Certified) -> None:
    request = request_certificate(certified.specimen.unlocked(), HANAKO)
    (certified.folder / "request.pem").write_bytes(request.public_bytes(Encoding.PEM))
    certified.run("openssl", "req", "-verify", "-noout", "-in", "request.pem")
    assert request.public_key() == certified.root.public_key()


def test_the_decipher_certificate_is_for_enciphering_and_nothing_else(
    certified: Certified,
) -> None:
    extensions = certified.leaf.extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    is_rsa = certified.is_rsa
    assert usage.critical
    assert (usage.value.key_encipherment, usage.value.key_agreement) == (is_rsa, not is_rsa)
    assert not usage.value.digital_signature
    assert not usage.value.key_cert_sign
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca) == (True, False)
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.RFC822Name) == ["hanako@example.jp"]


def test_certificates_name_keys_as_files_do(certified: Certified) -> None:
    leaf, root = certified.leaf.extensions, certified.root.extensions
    subject = leaf.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    key = certified.specimen.card().report().key
    assert key is not None
    assert subject == key.digest[:20]
    authority = leaf.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert authority == root.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def test_the_root_signs_certificates_for_keys_and_no_further_authority(
    certified: Certified,
) -> None:
    extensions = certified.root.extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.digital_signature) == (True, True)
    assert (usage.key_encipherment, usage.key_agreement) == (False, False)


def test_serial_numbers_are_long_and_never_the_same(bench: Bench) -> None:
    card = with_files(bench).unlocked()
    serials = {
        certify_signature_key(card, HANAKO, TEN_YEARS, replace=True).certificate.serial_number
        for _ in range(5)
    }
    assert len(serials) == 5
    assert all(serial.bit_length() == 127 for serial in serials)


def test_a_certificate_may_last_beyond_2049(bench: Bench) -> None:
    card = with_files(bench).unlocked()
    end = datetime(2071, 2, 28, 23, 59, 59, tzinfo=UTC)
    made = certify_signature_key(card, HANAKO, Validity(TEN_YEARS.not_before, end))
    assert made.certificate.not_valid_after_utc == end
    names = made.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == ["山田 花子"]


def test_a_name_has_64_characters_in_any_script(bench: Bench) -> None:
    card = with_files(bench).unlocked()
    subject = Subject("山" * 64, "hanako@example.jp")
    made = certify_decipher_key(card, subject, TEN_YEARS).certificate
    names = subject_of(made).get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == [subject.name]
    assert subject_of(request_certificate(card, subject)) == subject_of(made)
    again = certify_decipher_key(card, subject, TEN_YEARS)
    assert (again.certificate, again.made) == (made, False)
    with pytest.raises(CertificateError, match="1 to 64"):
        Subject("山" * 65)


@pytest.mark.parametrize("mail", ["hanako", "a@b@c", "Hanako <h@example.jp>", "a<b>@c", "花@b"])
def test_what_is_no_address_alone_stands_in_no_certificate(mail: str) -> None:
    with pytest.raises(CertificateError, match="with one @"):
        Subject("Hanako", mail)


def test_a_certificate_of_an_earlier_key_is_replaced_without_asking(bench: Bench) -> None:
    card = with_files(bench).unlocked()
    first = certify_decipher_key(card, HANAKO, TEN_YEARS)
    card.usage.generate(KeyType.P_256)
    second = certify_decipher_key(card, HANAKO, TEN_YEARS)
    assert read_certificate(card, DECIPHER_CERTIFICATE) == second.certificate != first.certificate


def test_a_signature_key_that_may_not_sign_others_signs_no_certificate(bench: Bench) -> None:
    card = with_files(bench).unlocked()
    card.signing.generate(KeyType.P_256)
    key = SigningKey(card.signing.public_key(), card.signing.sign)
    root = make_root(HANAKO, TEN_YEARS, key)
    store_certificate(card, make_decipher_certificate(HANAKO, TEN_YEARS, key.public, root, key))
    with pytest.raises(ProtocolError, match="not a CA certificate"):
        certify_decipher_key(card, HANAKO, TEN_YEARS)


def test_what_no_signature_confirms_is_not_handed_out(bench: Bench) -> None:
    card = with_files(bench).unlocked()
    card.signing.generate(KeyType.P_256)
    public = card.signing.public_key()

    def other(digest: bytes) -> bytes:
        return card.signing.sign(bytes(reversed(digest)))

    wrong = SigningKey(public, other)
    root = make_root(HANAKO, TEN_YEARS, SigningKey(public, card.signing.sign))
    with pytest.raises(WrongSignatureError):
        make_root(HANAKO, TEN_YEARS, wrong)
    with pytest.raises(WrongSignatureError):
        make_decipher_certificate(HANAKO, TEN_YEARS, card.usage.public_key(), root, wrong)
    with pytest.raises(WrongSignatureError):
        make_request(HANAKO, wrong)


@pytest.mark.parametrize("content", [b"\0", b"\x30\x82\xff\xff", b"\x30\x82\x00\x04abcd", b"text"])
def test_what_is_no_certificate_is_none(bench: Bench, content: bytes) -> None:
    card = with_files(bench).unlocked()
    card.files.select(DECIPHER_CERTIFICATE)
    card.files.update(content)
    assert read_certificate(card, DECIPHER_CERTIFICATE) is None


def test_a_certificate_of_a_version_that_there_is_not_is_none(bench: Bench) -> None:
    card = with_files(bench).unlocked()
    made = certify_signature_key(card, HANAKO, TEN_YEARS).certificate.public_bytes(Encoding.DER)
    version, unknown = bytes.fromhex("A003020102"), bytes.fromhex("A003020109")
    card.files.select(SIGNATURE_CERTIFICATE)
    card.files.update(made.replace(version, unknown, 1))
    assert card.files.read(len(made)) != made
    assert read_certificate(card, SIGNATURE_CERTIFICATE) is None


class Storing(Story):
    """A certificate takes the place of another."""

    def __init__(self, specimen: Specimen) -> None:
        card = specimen.unlocked()
        self.old = certify_decipher_key(card, HANAKO, TEN_YEARS).certificate
        self.new = certify_decipher_key(card, HANAKO, TEN_YEARS, replace=True).certificate
        store_certificate(card, self.old)
        super().__init__(specimen)
        (self.subject,) = self.scene.subjects

    def open(self) -> None:
        self.session: Card = self.subject.unlocked()

    def act(self) -> None:
        store_certificate(self.session, self.new)

    def check(self) -> None:
        found = read_certificate(self.subject.card(), DECIPHER_CERTIFICATE)
        assert found in (self.old, None, self.new)

    def repeat(self) -> None:
        store_certificate(self.subject.unlocked(), self.new)

    def conclude(self) -> None:
        assert read_certificate(self.subject.card(), DECIPHER_CERTIFICATE) == self.new


def test_a_certificate_is_replaced_or_gone_but_never_a_mixture(bench: Bench) -> None:
    story = Storing(with_files(bench))
    assert interrupt(story, story.subject, step=3) > 5


@pytest.mark.parametrize("key_type", KeyType)
def test_a_key_on_a_card_gives_a_program_signatures_only(bench: Bench, key_type: KeyType) -> None:
    card = with_files(bench).unlocked()
    card.signing.generate(key_type)
    key = for_builder(SigningKey(card.signing.public_key(), card.signing.sign))
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    with pytest.raises(NotImplementedError):
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(NotImplementedError):
        key.private_numbers()


def test_a_certificate_whose_extensions_cannot_be_read_signs_no_other() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key = SigningKey(
        PublicKey.from_point(point),
        lambda digest: private.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()))),
    )
    root = make_root(HANAKO, TEN_YEARS, key)
    assert may_sign_others(root)
    content = root.public_bytes(Encoding.DER)
    constraints, usage = bytes.fromhex("0603551d13"), bytes.fromhex("0603551d0f")
    # One name twice.
    for name, other in ((constraints, usage), (usage, constraints)):
        altered = content.replace(name, other)
        assert altered != content
        assert not may_sign_others(x509.load_der_x509_certificate(altered))
    # A value of another type.
    truth = bytes.fromhex("30060101ff020100")
    assert truth in content
    altered = content.replace(truth, bytes.fromhex("04060101ff020100"))
    assert not may_sign_others(x509.load_der_x509_certificate(altered))
