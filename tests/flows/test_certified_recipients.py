"""A file may name the card by a certificate, which is read from the card only where that helps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from tests.cms.software_key import key_of

from twincard.card.session import Card
from twincard.cms import (
    BytesOutput,
    FileOutput,
    IssuerAndSerial,
    KeyIdentifier,
    Recipient,
    RecipientIdentifier,
)
from twincard.flows import decrypt_file, store_certificate
from twincard.flows.files.encrypt import encrypt_file
from twincard.keys.public import PublicKey
from twincard.testing import DuplicatedPair

READ, DECIPHER = 0xB0, 0x2A
STRANGERS = 40


def certificate(key: PublicKey, identifier: bytes | None) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.loaded(), 7, now, now + timedelta(days=9))
    if identifier is not None:
        builder = builder.add_extension(x509.SubjectKeyIdentifier(identifier), critical=False)
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), SHA256())


def counted(card: Card, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The instructions that the card gets from now on."""
    transmit, seen = card.connection.transmit, []

    def counting(apdu: bytes) -> tuple[bytes, int]:
        seen.append(apdu[1])
        return transmit(apdu)

    monkeypatch.setattr(card.connection, "transmit", counting)
    return seen


@pytest.mark.parametrize("by", ["issuer", "identifier", "computed", "no certificate"])
def test_among_many_strangers_a_certificate_on_the_card_finds_the_right_one(
    duplicated_pair: DuplicatedPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    key = duplicated_pair.public_key
    made = certificate(key, b"a name of its own" if by == "identifier" else None)
    names: dict[str, RecipientIdentifier] = {
        "issuer": IssuerAndSerial(made.issuer.public_bytes(), 7),
        "identifier": KeyIdentifier(b"a name of its own"),
        "computed": KeyIdentifier(x509.SubjectKeyIdentifier.from_public_key(key.loaded()).digest),
    }
    names["no certificate"] = names["computed"]
    strangers = [
        Recipient(key_of(key.algorithm, "stranger").public, KeyIdentifier(number.to_bytes(20)))
        for number in range(STRANGERS)
    ]
    sealed, plain = tmp_path / "sealed", tmp_path / "plain"
    plain.write_bytes(b"content")
    encrypt_file(plain, FileOutput(sealed), [*strangers, Recipient(key, names[by])])
    with duplicated_pair.original.unlocked() as card:
        if by != "no certificate":
            store_certificate(card, made)
    with duplicated_pair.original.unlocked() as card:
        output, seen = BytesOutput(), counted(card, monkeypatch)
        decrypt_file(card, sealed, output)
        assert output.value == b"content"
        assert seen.count(DECIPHER) == 1
        assert READ in seen


def test_nothing_is_read_from_the_card_for_a_file_that_names_its_key(
    duplicated_pair: DuplicatedPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = key_of(duplicated_pair.public_key.algorithm, "stranger").recipient
    sealed, plain = tmp_path / "sealed", tmp_path / "plain"
    plain.write_bytes(b"content")
    encrypt_file(plain, FileOutput(sealed), [stranger, duplicated_pair.recipient, stranger])
    with duplicated_pair.backup.unlocked() as card:
        store_certificate(card, certificate(duplicated_pair.public_key, None))
        seen = counted(card, monkeypatch)
        decrypt_file(card, sealed, BytesOutput())
        assert set(seen) == {DECIPHER}
