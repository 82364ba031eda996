"""What `openssl cms` encrypts to a card's certificate, the card opens."""

from __future__ import annotations

import datetime
import io
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from tests.bench import Bench, Stage
from tests.recovered import recovered

from twincard.cms import FileOutput, NotForThisKeyError, Recipient, SpooledOutput
from twincard.cms.recipients.opening import MAX_OTHERS
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey

CONTENT = b"a letter\n" * 5000
ENCRYPT = ("openssl", "cms", "-encrypt", "-binary", "-stream", "-outform", "DER")


def oaep(name: str) -> tuple[str, ...]:
    """OAEP with this hash, for its mask too."""
    hashes = ("-keyopt", f"rsa_oaep_md:{name}", "-keyopt", f"rsa_mgf1_md:{name}")
    return ("-keyopt", "rsa_padding_mode:oaep", *hashes)


OAEP = oaep("sha256")
PKCS1_V15 = ("-keyopt", "rsa_padding_mode:pkcs1")
WAYS = {
    "RSA OAEP, GCM": (KeyType.RSA_2048, OAEP, "-aes-256-gcm"),
    "RSA OAEP, CBC": (KeyType.RSA_2048, OAEP, "-aes-256-cbc"),
    "RSA OAEP SHA-1, CBC": (KeyType.RSA_2048, oaep("sha1"), "-aes-128-cbc"),
    "RSA OAEP SHA-384, GCM": (KeyType.RSA_2048, oaep("sha384"), "-aes-256-gcm"),
    "RSA OAEP SHA-512, GCM": (KeyType.RSA_2048, oaep("sha512"), "-aes-256-gcm"),
    "RSA v1.5, CBC": (KeyType.RSA_2048, PKCS1_V15, "-aes-128-cbc"),
    "EC SHA-256, GCM": (KeyType.P_256, ("-keyopt", "ecdh_kdf_md:sha256"), "-aes-256-gcm"),
    "EC SHA-1, CBC": (KeyType.P_256, ("-keyopt", "ecdh_kdf_md:sha1"), "-aes-192-cbc"),
    "EC SHA-384, GCM": (KeyType.P_256, ("-keyopt", "ecdh_kdf_md:sha384"), "-aes-128-gcm"),
}


def certificate(key: PublicKey, path: Path) -> Path:
    """For a card's key, by an authority of this test; names its key in a way of its own."""
    authority = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "山田 太郎")])
    builder = (
        x509.CertificateBuilder(name, name, key.loaded())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    signed = builder.sign(authority, hashes.SHA256())
    path.write_bytes(signed.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize("way", WAYS)
def test_the_card_opens_it_and_its_backup_moves_it(bench: Bench, tmp_path: Path, way: str) -> None:
    key_type, options, cipher = WAYS[way]
    bench.at(Stage.DUPLICATED, key=key_type)
    original, backup, new = (
        bench.original.unlocked(),
        bench.backup.unlocked(),
        bench.original2.unlocked(),
    )
    plain, folder = tmp_path / "letter.txt", tmp_path / "encrypted"
    plain.write_bytes(CONTENT)
    folder.mkdir()
    message = folder / "letter.p7m"
    recipient = certificate(original.usage.public_key(), tmp_path / "card.pem")
    subprocess.run(
        [*ENCRYPT, cipher, "-in", plain, "-out", message, "-recip", recipient, *options],
        check=True,
    )
    for card in (original, backup):
        decrypt_file(card, message, FileOutput(plain, overwrite=True), mail=True)
        assert plain.read_bytes() == CONTENT
    if key_type is KeyType.RSA_2048:
        new.usage.generate(key_type)
    assert [event.outcome for event in recovered(backup, new, [folder])] == [RecoverOutcome.MOVED]
    decrypt_file(new, message, FileOutput(plain, overwrite=True), mail=True)
    assert plain.read_bytes() == CONTENT


def test_a_key_that_its_certificate_names_is_found_among_strangers(
    bench: Bench, tmp_path: Path
) -> None:
    bench.at(Stage.KEYED)
    original = bench.original.unlocked()
    strangers = [
        Recipient.of(PublicKey.from_point(point(ec.generate_private_key(ec.SECP256R1()))))
        for _ in range(MAX_OTHERS)
    ]
    plain, message = tmp_path / "letter.txt", tmp_path / "letter.p7m"
    plain.write_bytes(CONTENT)
    unnamed = Recipient.from_bytes(
        certificate(original.usage.public_key(), tmp_path / "card.pem").read_bytes()
    )
    encrypt_file(plain, FileOutput(message), [*strangers[1:], unnamed])
    stream = io.BytesIO()
    decrypt_file(original, message, SpooledOutput(stream))
    assert stream.getvalue() == CONTENT
    encrypt_file(plain, FileOutput(message, overwrite=True), strangers)
    with pytest.raises(NotForThisKeyError):
        decrypt_file(original, message, SpooledOutput(io.BytesIO()))
    assert original.pin.is_verified()


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
