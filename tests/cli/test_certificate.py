"""`certificate` and `csr`: made, kept, shown and taken over, for the right keys only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.cli.commands import Desk

from twincard.identity.signing_key import SigningKey
from twincard.identity.x509 import (
    Subject,
    Validity,
    make_decipher_certificate,
    make_root,
)
from twincard.keys.public import PublicKey

ALICE = ("-r", "sim:alice")
UNLOCKED = (*ALICE, "--pin-file", "pin")
BACKUP = ("-r", "sim:控え", "--pin-file", "backup-pin")
NAMED = ("--name", "山田 花子", "--mail", "hanako@example.jp")


def test_a_certificate_for_the_card_s_key_encrypts_to_the_card(duplicated: Desk) -> None:
    Path("alice.crt").write_bytes(duplicated.done("certificate", *UNLOCKED, *NAMED).out)
    Path("note").write_text("for Alice")
    duplicated.done("encrypt", "--to", "alice.crt", "note")
    for card in (UNLOCKED, BACKUP):
        assert duplicated.done("decrypt", *card, "-o", "-", "note.p7m").out == b"for Alice"


def test_what_was_made_is_on_the_card_and_is_not_replaced_by_accident(duplicated: Desk) -> None:
    made = duplicated.json("certificate", *UNLOCKED, *NAMED, "--days", "30")
    assert (made["key"], made["stored"]) == ("decipher", True)
    assert "山田 花子" in made["subject"]
    assert duplicated.json("certificate", *ALICE, "--show") == made | {"made": False}
    again = duplicated.json("certificate", *UNLOCKED, *NAMED, "--days", "30")
    assert again == made | {"made": False}
    duplicated.run("certificate", *UNLOCKED, *NAMED).failed(7, "--show", "--force")
    anew = duplicated.json("certificate", *UNLOCKED, *NAMED, "--force")
    assert anew["serial_number"] != made["serial_number"]
    assert duplicated.json("certificate", *ALICE, "--show")["sha256"] == anew["sha256"]


def test_a_long_japanese_name_is_taken_without_a_word(duplicated: Desk) -> None:
    for command in ("certificate", "csr"):
        told = duplicated.done(command, *UNLOCKED, "--name", "山" * 64, "--json")
        assert told.err == ""
        assert json.loads(told.out)["subject"] == f"CN={'山' * 64}"


def test_the_signature_key_s_certificate_signed_the_other(duplicated: Desk) -> None:
    leaf = _load(duplicated.done("certificate", *UNLOCKED, *NAMED).out)
    root = _load(duplicated.done("certificate", *ALICE, "--show", "--signature-key").out)
    leaf.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_a_signature_key_of_another_type_is_not_made_beside_the_first(duplicated: Desk) -> None:
    made = duplicated.done("certificate", *UNLOCKED, "--signature-key", "--key", "p256")
    assert isinstance(_load(made.out).public_key(), ec.EllipticCurvePublicKey)
    duplicated.run("csr", *UNLOCKED, "--key", "rsa2048").failed(7, "another type")


def test_a_request_is_signed_by_the_key_it_is_about(duplicated: Desk) -> None:
    request = x509.load_pem_x509_csr(duplicated.done("csr", *UNLOCKED, *NAMED).out)
    assert request.is_signature_valid
    root = _load(duplicated.done("certificate", *UNLOCKED, "--signature-key").out)
    assert request.public_key() == root.public_key()
    assert "hanako@example.jp" in str(request.extensions)


def test_a_certificate_made_elsewhere_is_kept_by_original_and_backup(duplicated: Desk) -> None:
    given = _from_elsewhere(PublicKey.from_bytes(Path("alice.pem").read_bytes()))
    Path("ca.crt").write_bytes(given)
    for card in (UNLOCKED, BACKUP):
        told = duplicated.json("certificate", *card, "--store", "ca.crt")
        assert (told["key"], told["stored"]) == ("decipher", True)
        assert duplicated.done("certificate", *card[:2], "--show").out == given


def test_a_certificate_for_another_key_is_refused(duplicated: Desk) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    spki = PublicKey.from_point(_point(key))
    Path("other.crt").write_bytes(_from_elsewhere(spki))
    duplicated.run("certificate", *UNLOCKED, "--store", "other.crt").failed(
        7, "not for a key of this card"
    )
    duplicated.run("certificate", *ALICE, "--show").failed(7, "no certificate")


def test_a_backup_without_a_public_key_sends_to_the_original(duplicated: Desk) -> None:
    duplicated.run("certificate", *BACKUP).failed(7, "original", "--store")


def test_a_card_without_a_key_has_nothing_to_certify(issued: Desk) -> None:
    issued.run("certificate", *UNLOCKED).failed(7, "twincard duplicate")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--name", "x" * 65), "64"),
        (("--name", "new\nline"), "printable"),
        (("--name", "\u3000 "), "printable"),
        (("--name", "\u202eecila"), "printable"),
        (("--mail", "hanako"), "@"),
        (("--mail", "花子@example.jp"), "ASCII"),
        (("--days", "0"), "days"),
        (("--store", "pin"), "X.509"),
        (("--store", "pin", "--show"), "--store"),
        (("--show", "--name", "x"), "--name"),
        (("-o", "alice.pem"), "--force"),
        (("-o", "."), "folder"),
        (("-o", "-", "--json"), "JSON"),
    ],
)
def test_certificate_says_what_it_cannot_use(
    duplicated: Desk, options: tuple[str, ...], word: str
) -> None:
    duplicated.run("certificate", *UNLOCKED, *options).failed(2, word)


def _load(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _from_elsewhere(public: PublicKey) -> bytes:
    """A certificate from an authority that has nothing to do with the card."""
    private = ec.generate_private_key(ec.SECP256R1())

    def sign(digest: bytes) -> bytes:
        return private.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))

    key = SigningKey(PublicKey.from_point(_point(private)), sign)
    root = make_root(Subject("Authority"), Validity.from_now(10), key)
    made = make_decipher_certificate(Subject("Alice"), Validity.from_now(10), public, root, key)
    return made.public_bytes(Encoding.PEM)


def test_a_name_may_have_the_space_of_its_own_script(duplicated: Desk) -> None:
    made = duplicated.json("certificate", *UNLOCKED, "--name", "山田\u3000花子")
    assert x509.load_pem_x509_certificate(made["pem"].encode()).subject.rfc4514_string() == (
        "CN=山田\u3000花子"
    )
