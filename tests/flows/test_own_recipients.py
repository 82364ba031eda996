"""A card finds itself among the recipients of a file, by whatever it is called there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from tests.cms.software_key import ec_key

from twincard.cms import FileOutput, Recipient, RecipientInfo, read_recipients
from twincard.flows import (
    decrypt_file,
    encrypt_archive_file,
    encrypt_file,
    own_recipients,
    store_certificate,
)
from twincard.flows.errors import NoKeyError
from twincard.testing import CardPair, DuplicatedPair


def certificate(pair: DuplicatedPair) -> x509.Certificate:
    """Of the pair's key by somebody who names keys by issuer and serial number."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "某認証局")])
    builder = x509.CertificateBuilder(name, name, pair.public_key.loaded(), 7)
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), SHA256())


def recipients_of(path: Path) -> tuple[RecipientInfo, ...]:
    with path.open("rb") as file:
        return read_recipients(file)


def test_a_card_is_found_by_its_key_its_certificate_and_its_archive_key(
    duplicated_pair: DuplicatedPair, tmp_path: Path
) -> None:
    source = tmp_path / "letter"
    source.write_bytes(b"content")
    paths = {name: tmp_path / name for name in ("key", "certificate", "archive")}
    made = certificate(duplicated_pair)
    named = Recipient.from_certificate(made)
    encrypt_file(source, FileOutput(paths["key"]), [ec_key().recipient, duplicated_pair.recipient])
    encrypt_file(source, FileOutput(paths["certificate"]), [ec_key().recipient, named])
    with duplicated_pair.original.unlocked() as card:
        encrypt_archive_file(card, source, FileOutput(paths["archive"]))
    found = {name: recipients_of(path) for name, path in paths.items()}

    with duplicated_pair.backup.session() as card:  # no PIN is needed
        own = {name: own_recipients(card, recipients) for name, recipients in found.items()}
    assert [len(own[name]) for name in paths] == [1, 0, 1]
    with duplicated_pair.backup.unlocked() as card:
        store_certificate(card, made)
        (by_name,) = own_recipients(card, found["certificate"])
        assert str(by_name) == "P-256: CN=某認証局, serial number 0x7"
        for name in ("key", "certificate", "archive"):
            opened = decrypt_file(card, paths[name], FileOutput(tmp_path / f"{name}.opened"))
            assert (opened.recipient,) == own_recipients(card, found[name])
            assert opened.content_type == "1.2.840.113549.1.7.1"


def test_a_card_without_a_key_is_nobody(issued_pair: CardPair) -> None:
    with issued_pair.original.session() as card, pytest.raises(NoKeyError):
        own_recipients(card, [])
