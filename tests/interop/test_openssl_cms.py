"""`openssl cms` reads what we write, and we read what it writes."""

from __future__ import annotations

import datetime
import io
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.cms.software_key import SoftwareKey, decrypted, ec_key, key_of, rsa_key
from tests.interop.matrix.opening import NamedKey

from twincard.cms import (
    IssuerAndSerial,
    NotForThisKeyError,
    Recipient,
    RsaAlgorithm,
    RsaRecipient,
    UnsupportedError,
    encrypt,
    read_recipients,
    transcode,
)
from twincard.keys.key_type import KeyAlgorithm

PLAINTEXT = b"\x00line\r\nanother line\n" * 20_000  # several chunks, and no text
OAEP = ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256")
EC_SHA256 = ("-keyopt", "ecdh_kdf_md:sha256")
OPTIONS = {KeyAlgorithm.RSA: OAEP, KeyAlgorithm.EC: EC_SHA256}


@dataclass(frozen=True)
class Person:
    """A key, and the files of it that openssl wants."""

    key: SoftwareKey
    certificate: Path
    private_key: Path

    @property
    def recipient(self) -> Recipient:
        return Recipient.from_bytes(self.certificate.read_bytes())


def person(key: SoftwareKey, folder: Path, *, named: bool = True) -> Person:
    """With a certificate that has a subject key identifier, or has none."""
    folder.mkdir()
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "Zoë 山田"),
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "JP"),
        ]
    )
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    if named:
        identifier = x509.SubjectKeyIdentifier(key.public.key_id)
        builder = builder.add_extension(identifier, critical=False)
    certificate = folder / "certificate.pem"
    certificate.write_bytes(builder.sign(key.private, hashes.SHA256()).public_bytes(Encoding.PEM))
    private_key = folder / "private.pem"
    private_key.write_bytes(
        key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return Person(key, certificate, private_key)


People = dict[KeyAlgorithm, Person]


@pytest.fixture
def people(tmp_path: Path) -> People:
    return {kind: person(key_of(kind), tmp_path / kind.name) for kind in KeyAlgorithm}


def openssl_encrypt(recipients: dict[Path, tuple[str, ...]], *options: str) -> bytes:
    """The plaintext for these certificates, each with its own options."""
    command = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", *options]
    for certificate, key_options in recipients.items():
        command += ["-recip", str(certificate), *key_options]
    return subprocess.run(command, input=PLAINTEXT, capture_output=True, check=True).stdout


def openssl_decrypt(message: bytes, someone: Person, *, with_certificate: bool = True) -> bytes:
    command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER"]
    command += ["-inkey", str(someone.private_key)]
    if with_certificate:
        command += ["-recip", str(someone.certificate)]
    return subprocess.run(command, input=message, capture_output=True, check=True).stdout


def our_message(*recipients: Recipient, mail: bool = False) -> bytes:
    sink = io.BytesIO()
    encrypt(io.BytesIO(PLAINTEXT), sink, recipients, mail=mail)
    return sink.getvalue()


@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_openssl_reads_what_we_write(people: People, kind: KeyAlgorithm, mail: bool) -> None:
    both = (people[KeyAlgorithm.RSA].recipient, people[KeyAlgorithm.EC].recipient)
    assert openssl_decrypt(our_message(*both, mail=mail), people[kind]) == PLAINTEXT


@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_openssl_reads_what_we_write_to_a_certificate_without_key_identifier(
    tmp_path: Path, kind: KeyAlgorithm, mail: bool
) -> None:
    someone = person(key_of(kind), tmp_path / "unnamed", named=False)
    assert isinstance(someone.recipient.identifier, IssuerAndSerial)
    assert openssl_decrypt(our_message(someone.recipient, mail=mail), someone) == PLAINTEXT


def test_openssl_reads_with_the_private_key_alone(people: People) -> None:
    rsa_person = people[KeyAlgorithm.RSA]
    message = our_message(rsa_person.key.recipient)
    assert openssl_decrypt(message, rsa_person, with_certificate=False) == PLAINTEXT


@pytest.mark.parametrize("framing", ["-stream", "-noindef"])
@pytest.mark.parametrize("naming", ["-keyid", "-binary"], ids=["by key", "by issuer"])
@pytest.mark.parametrize(
    "cipher",
    ["aes-256-gcm", "aes-192-gcm", "aes-128-gcm", "aes-256-cbc", "aes-192-cbc", "aes-128-cbc"],
)
@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_we_read_what_openssl_writes(
    people: People, kind: KeyAlgorithm, cipher: str, naming: str, framing: str
) -> None:
    recipients = {people[kind].certificate: OPTIONS[kind]}
    message = openssl_encrypt(recipients, f"-{cipher}", naming, framing)
    assert decrypted(message, key_of(kind)) == PLAINTEXT


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "aes-256-cbc"])
def test_we_read_rsa_pkcs1_v15_of_openssl(people: People, cipher: str) -> None:
    message = openssl_encrypt({people[KeyAlgorithm.RSA].certificate: ()}, f"-{cipher}")
    (info,) = read_recipients(io.BytesIO(message))
    assert isinstance(info, RsaRecipient)
    assert info.algorithm is RsaAlgorithm.PKCS1_V15
    assert decrypted(message, rsa_key()) == PLAINTEXT


@pytest.mark.parametrize("wrap", ["aes128-wrap", "aes192-wrap", "aes256-wrap"])
@pytest.mark.parametrize("kdf_hash", ["sha1", "sha256", "sha384", "sha512"])
def test_we_read_every_key_agreement_of_openssl(people: People, kdf_hash: str, wrap: str) -> None:
    options = ("-keyopt", f"ecdh_kdf_md:{kdf_hash}")
    message = openssl_encrypt(
        {people[KeyAlgorithm.EC].certificate: options}, "-aes-256-gcm", "-wrap", wrap
    )
    assert decrypted(message, ec_key()) == PLAINTEXT


def test_we_read_cofactor_key_agreement_of_openssl(people: People) -> None:
    options = ("-keyopt", "ecdh_cofactor_mode:1", "-keyopt", "ecdh_kdf_md:sha256")
    message = openssl_encrypt({people[KeyAlgorithm.EC].certificate: options}, "-aes-256-gcm")
    assert decrypted(message, ec_key()) == PLAINTEXT


def test_a_recipient_info_that_no_card_opens_is_named_in_the_error(people: People) -> None:
    options = (*OAEP, "-keyopt", "rsa_mgf1_md:sha1")
    message = openssl_encrypt(
        {people[KeyAlgorithm.RSA].certificate: options}, "-aes-256-gcm", "-keyid"
    )
    with pytest.raises(UnsupportedError, match="use two different hashes"):
        decrypted(message, rsa_key())


def test_so_it_is_where_only_the_certificate_is_named(people: People) -> None:
    someone = people[KeyAlgorithm.RSA]
    options = (*OAEP, "-keyopt", "rsa_mgf1_md:sha1")
    message = openssl_encrypt({someone.certificate: options}, "-aes-256-gcm")
    (info,) = read_recipients(io.BytesIO(message))
    assert info.identifier is not None
    owner = NamedKey(someone.key.private, named=frozenset((info.identifier,)))
    with pytest.raises(UnsupportedError, match="use two different hashes"):
        decrypted(message, owner)
    with pytest.raises(NotForThisKeyError):
        decrypted(message, NamedKey(rsa_key("bob").private))


def test_each_of_several_recipients_of_openssl_reads(people: People) -> None:
    recipients = {people[kind].certificate: OPTIONS[kind] for kind in KeyAlgorithm}
    message = openssl_encrypt(recipients, "-aes-256-gcm", "-stream")
    assert [decrypted(message, key_of(kind)) for kind in KeyAlgorithm] == [PLAINTEXT] * 2


@pytest.mark.parametrize("framing", ["-stream", "-noindef"])
@pytest.mark.parametrize("cipher", ["aes-256-gcm", "aes-256-cbc"])
@pytest.mark.parametrize("to", KeyAlgorithm)
@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_openssl_reads_its_own_message_after_we_gave_it_to_another_key(
    tmp_path: Path, people: People, kind: KeyAlgorithm, to: KeyAlgorithm, cipher: str, framing: str
) -> None:
    message = openssl_encrypt({people[kind].certificate: OPTIONS[kind]}, f"-{cipher}", framing)
    target = person(key_of(to, "new"), tmp_path / "new")
    sink = io.BytesIO()
    transcode(io.BytesIO(message), sink, key_of(kind).giving_to(target.recipient))
    assert openssl_decrypt(sink.getvalue(), target) == PLAINTEXT


def test_other_recipients_still_read_with_openssl_after_a_transcode(
    tmp_path: Path, people: People
) -> None:
    recipients = {people[kind].certificate: OPTIONS[kind] for kind in KeyAlgorithm}
    message = openssl_encrypt(recipients, "-aes-256-gcm")
    target = person(ec_key("new"), tmp_path / "new")
    sink = io.BytesIO()
    transcode(io.BytesIO(message), sink, rsa_key().giving_to(target.recipient))
    for reader in (people[KeyAlgorithm.EC], target):
        assert openssl_decrypt(sink.getvalue(), reader) == PLAINTEXT
    with pytest.raises(subprocess.CalledProcessError):
        openssl_decrypt(sink.getvalue(), people[KeyAlgorithm.RSA])


def openssl_encrypt_by_default(someone: Person, *options: str) -> bytes:
    """As `openssl cms -encrypt` writes it unless it is told otherwise: S/MIME with triple DES."""
    command = ["openssl", "cms", "-encrypt", *options, "-recip", str(someone.certificate)]
    return subprocess.run(command, input=PLAINTEXT, capture_output=True, check=True).stdout


@pytest.mark.parametrize("form", ["", "SMIME", "PEM", "DER"])
@pytest.mark.parametrize("cipher", ["", "-des3", "-aes256", "-aes-256-gcm"])
@pytest.mark.parametrize("padding", ["", "oaep"])
def test_we_read_the_defaults_of_openssl(
    people: People, form: str, cipher: str, padding: str
) -> None:
    someone = people[KeyAlgorithm.RSA]
    options = ["-binary", *filter(None, [cipher]), *(["-outform", form] if form else [])]
    # Options of a key follow its certificate: SHA-1 is the default hash of OAEP.
    last = ["-keyopt", "rsa_padding_mode:oaep"] if padding else []
    command = ["openssl", "cms", "-encrypt", *options, "-recip", str(someone.certificate), *last]
    done = subprocess.run(command, input=PLAINTEXT, capture_output=True, check=True)
    assert decrypted(done.stdout, rsa_key()) == PLAINTEXT


def test_openssl_reads_its_own_mail_after_we_gave_it_to_another_key(
    tmp_path: Path, people: People
) -> None:
    target = person(ec_key("new"), tmp_path / "new")
    someone = people[KeyAlgorithm.RSA]
    mail = openssl_encrypt_by_default(someone, "-binary", "-aes256", "-subject", "for you")
    sink = io.BytesIO()
    transcode(io.BytesIO(mail), sink, rsa_key().giving_to(target.recipient))
    assert b"Subject: for you" in sink.getvalue()
    command = ["openssl", "cms", "-decrypt", "-binary", "-inkey", str(target.private_key)]
    command += ["-recip", str(target.certificate)]
    done = subprocess.run(command, input=sink.getvalue(), capture_output=True, check=True)
    assert done.stdout == PLAINTEXT


@pytest.mark.parametrize(("cipher", "name"), [("-rc2-128", "RC2"), ("-des", "DES")])
def test_what_is_too_weak_is_refused_by_its_name(people: People, cipher: str, name: str) -> None:
    options = ("-provider", "legacy", "-provider", "default", cipher)
    mail = openssl_encrypt_by_default(people[KeyAlgorithm.RSA], *options)
    with pytest.raises(UnsupportedError, match=f"encrypted with {name}"):
        decrypted(mail, rsa_key())


def test_a_key_wrapped_with_triple_des_says_why_it_is_not_opened(people: People) -> None:
    mail = openssl_encrypt_by_default(people[KeyAlgorithm.EC], "-des3", "-keyid")
    with pytest.raises(UnsupportedError, match="not AES key wrap"):
        decrypted(mail, ec_key())
