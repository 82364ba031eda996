"""Debian's OpenSC, unmodified and not configured, opens what is for a card, on either card."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.opensc.conftest import CERTIFICATE, PUK, CardInReader, run

from twincard.card.files import DECIPHER_CERTIFICATE
from twincard.card.session import Card
from twincard.flows.certify.certificate import store_certificate
from twincard.flows.certify.opensc import update_opensc_files
from twincard.keys.secret import Secret
from twincard.transport import connect

WRONG = "no-such-pin"
SECRET = "ひみつ".encode()
MESSAGE = "Content-Type: text/plain; charset=utf-8\r\n\r\nこんにちは、アリス\r\n".encode()


def sealed(card: CardInReader) -> Path:
    """A file with a cryptogram for the key in the certificate."""
    certificate = x509.load_pem_x509_certificate((card.folder / CERTIFICATE).read_bytes())
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    path = card.folder / "cryptogram"
    path.write_bytes(public.encrypt(SECRET, padding.PKCS1v15()))
    return path


def decrypt(card: CardInReader, pin: str | None = None) -> bytes:
    words = ("--decrypt", "-m", "RSA-PKCS", "--id", "01", "-i", str(sealed(card)))
    result = card.pkcs11(*words, pin=pin)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_card_shows_what_it_has(card: CardInReader) -> None:
    result = card.tool("pkcs15-tool", "--dump")
    assert result.returncode == 0, result.stderr
    text = result.stdout.decode()
    assert text.startswith(f"PKCS#15 Card [{card.label}]:")
    expected = ["PIN [PIN]", "Private RSA Key [Decryption key]", "X.509 Certificate [Decryption"]
    if card.name == "alice":
        expected += ["Private EC Key [Signature key]", "Public EC Key [Signature key]"]
        expected += ["Public RSA Key [Decryption key]", "X.509 Certificate [Signature key]"]
    for line in expected:
        assert line in text
    # A backup shows its public key only where it was issued so.
    assert text.count("Public ") == (2 if card.name == "alice" else 0)


def test_the_certificate_can_be_read(card: CardInReader) -> None:
    result = card.tool("pkcs15-tool", "--read-certificate", "01")
    assert result.stdout == (card.folder / CERTIFICATE).read_bytes()


def test_public_keys_can_be_read(rsa_pair: dict[str, CardInReader]) -> None:
    alice = rsa_pair["alice"]
    result = alice.tool("pkcs15-tool", "--read-public-key", "01")
    words = ("openssl", "x509", "-in", CERTIFICATE, "-noout", "-pubkey")
    assert result.stdout == run(*words, folder=alice.folder).stdout
    other = alice.tool("pkcs15-tool", "--read-public-key", "02").stdout
    certificate = alice.tool("pkcs15-tool", "--read-certificate", "02").stdout
    convert = ("openssl", "x509", "-noout", "-pubkey")
    assert other == run(*convert, folder=alice.folder, stdin=certificate).stdout


def test_pkcs15_crypt_deciphers(card: CardInReader) -> None:
    words = ("--decipher", "--pkcs1", "--key", "01", "--raw", "--input", str(sealed(card)))
    result = card.tool("pkcs15-crypt", *words, "--pin", "-", stdin=card.pin.encode())
    assert (result.returncode, result.stdout) == (0, SECRET), result.stderr


def test_pkcs11_tool_decrypts(card: CardInReader) -> None:
    assert decrypt(card) == SECRET


def test_pkcs11_tool_finds_no_errors(card: CardInReader) -> None:
    result = card.pkcs11("--test")
    text = result.stdout.decode()
    assert result.returncode == 0, text + result.stderr.decode()
    assert "No errors" in text
    assert "ERR" not in text
    assert "Decryption key" in text
    # Without the tool's own view of a public key it has nothing to encrypt its question with.
    assert "RSA-PKCS: OK" in text


def test_openssl_opens_a_mail_through_its_engine(card: CardInReader) -> None:
    made = run(
        *("openssl", "cms", "-encrypt", "-aes256", "-out", "mail.eml", CERTIFICATE),
        folder=card.folder,
        stdin=MESSAGE,
    )
    assert made.returncode == 0, made.stderr
    key = f"pkcs11:token={quote(card.label)};id=%01;type=private?pin-source=file:/dev/stdin"
    opened = run(
        *("openssl", "cms", "-decrypt", "-in", "mail.eml", "-recip", CERTIFICATE),
        *("-engine", "pkcs11", "-keyform", "engine", "-inkey", key),
        folder=card.folder,
        stdin=card.pin.encode(),
    )
    assert (opened.returncode, opened.stdout) == (0, MESSAGE), opened.stderr


def test_the_decipher_key_signs_nothing(card: CardInReader) -> None:
    result = card.pkcs11("--sign", "-m", "SHA256-RSA-PKCS", "--id", "01", "-i", CERTIFICATE)
    assert result.returncode == 1
    assert b"CKR_KEY_TYPE_INCONSISTENT" in result.stderr


def test_oaep_is_not_to_be_had(card: CardInReader) -> None:
    words = ("--decrypt", "-m", "RSA-PKCS-OAEP", "--id", "01", "-i", str(sealed(card)))
    assert b"CKR_MECHANISM_INVALID" in card.pkcs11(*words).stderr


def test_nothing_is_made_and_nothing_erased_through_opensc(card: CardInReader) -> None:
    before = card.tool("pkcs15-tool", "--dump").stdout
    attempts: list[list[str]] = [
        ["--generate-key", "rsa/2048", "--auth-id", "01", "--pin", card.pin],
        ["--erase-card"],
        ["--create-pkcs15", "--no-so-pin", "--pin", card.pin],
    ]
    for words in attempts:
        assert card.tool("pkcs15-init", *words).returncode != 0
    assert card.tool("pkcs15-tool", "--dump").stdout == before


def test_a_damaged_cryptogram_is_refused(card: CardInReader) -> None:
    path = sealed(card)
    path.write_bytes(bytes(256))
    result = card.pkcs11("--decrypt", "-m", "RSA-PKCS", "--id", "01", "-i", str(path))
    assert result.returncode == 1
    assert b"CKR_DATA_INVALID" in result.stderr
    assert decrypt(card) == SECRET


def test_a_wrong_pin_costs_a_try_and_the_right_one_gives_it_back(card: CardInReader) -> None:
    result = card.pkcs11("--list-objects", pin=WRONG)
    assert result.returncode == 1
    assert b"CKR_PIN_INCORRECT" in result.stderr
    assert decrypt(card) == SECRET


def test_a_blocked_pin_is_told_and_the_puk_unblocks_it(rsa_pair: dict[str, CardInReader]) -> None:
    card = rsa_pair["backup"]
    for _ in range(3):
        assert card.pkcs11("--list-objects", pin=WRONG).returncode == 1
    assert b"CKR_PIN_LOCKED" in card.pkcs11("--list-objects").stderr
    new = ("--puk", PUK.reveal().decode(), "--new-pin", "0815-new")
    assert card.tool("pkcs15-tool", "--unblock-pin", *new).returncode == 0
    assert decrypt(card, pin="0815-new") == SECRET
    old = ("--pin", "0815-new", "--new-pin", card.pin)
    assert card.tool("pkcs15-tool", "--change-pin", *old).returncode == 0
    assert decrypt(card) == SECRET


@pytest.mark.parametrize("pin", ["12345", "12345678901234567"])
def test_a_pin_that_no_card_has_costs_no_try(rsa_pair: dict[str, CardInReader], pin: str) -> None:
    card = rsa_pair["alice"]
    for _ in range(4):
        assert b"CKR_PIN_LEN_RANGE" in card.pkcs11("--list-objects", pin=pin).stderr
    assert decrypt(card) == SECRET


def test_a_backup_that_shows_nothing_public_decrypts_all_the_same(
    rsa_pair: dict[str, CardInReader],
) -> None:
    card = rsa_pair["backup"]
    with Card(connect(f"pcsc:{card.reader}")) as session:
        session.pin.verify(Secret(card.pin))
        session.files.select(DECIPHER_CERTIFICATE)
        session.files.update(bytes(128))
        update_opensc_files(session)
    text = card.tool("pkcs15-tool", "--dump").stdout
    assert b"Public" not in text
    assert b"X.509" not in text
    assert decrypt(card) == SECRET
    certificate = x509.load_pem_x509_certificate((card.folder / CERTIFICATE).read_bytes())
    with Card(connect(f"pcsc:{card.reader}")) as session:
        session.pin.verify(Secret(card.pin))
        store_certificate(session, certificate)
    assert b"X.509 Certificate [Decryption key]" in card.tool("pkcs15-tool", "--dump").stdout
