"""Archive files: what `openssl cms -secretkey` encrypts the cards open, and the other way round.

Nobody knows the key-encryption key outside a card; here it is had from an intercepted key block of
base mode, by somebody who has every component.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.cms.software_key import SoftwareKey, ec_key, encrypted
from tests.interop.cards import export, group, import_block, state
from tests.interop.independent import archive_id, archive_kek, archive_key, unwrap

from twincard.cms import (
    ArchiveRecipient,
    FileOutput,
    KeyIdentifier,
    NotAuthenticatedError,
    NotForThisKeyError,
    Recipient,
    SpooledOutput,
    decrypt,
    encrypt,
    read_recipients,
)
from twincard.flows.files.archive import archive_file, encrypt_archive_file
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import StreamSource
from twincard.keys.key_type import KeyType

CONTENT = b"kept for twenty years\n" * 20000
CMS = ("openssl", "cms", "-binary")
KEYS = pytest.mark.parametrize("key", KeyType)


def intercepted(bench: Bench, key: KeyType) -> bytes:
    """The archive key of a pair, which is duplicated then."""
    bench.at(Stage.KEYED, key=key)
    found = export(bench.original, bench.backup)
    _, key_data = unwrap(group().kbpk(found.ticket.said), found.block)
    import_block(bench.backup, found.block)
    return archive_key(key_data)


def pair(bench: Bench) -> tuple[Specimen, Specimen]:
    return bench.original, bench.backup


@KEYS
def test_both_cards_open_what_openssl_encrypts(bench: Bench, tmp_path: Path, key: KeyType) -> None:
    secret = intercepted(bench, key)
    plain, message = tmp_path / "plain", tmp_path / "message.p7m"
    plain.write_bytes(CONTENT)
    named = archive_id(secret).hex()
    options = ("-encrypt", "-aes-256-gcm", "-stream", "-outform", "DER", "-in", plain)
    secrets = ("-secretkey", archive_kek(secret).hex(), "-secretkeyid", named)
    subprocess.run([*CMS, *options, *secrets, "-out", message], check=True)
    for specimen in pair(bench):
        assert state(specimen)[0x90].hex() == named
        opened = tmp_path / specimen.name
        decrypted = decrypt_file(specimen.unlocked(), message, FileOutput(opened))
        assert decrypted.authenticated
        assert opened.read_bytes() == CONTENT


@KEYS
def test_openssl_opens_what_either_card_encrypts(
    bench: Bench, tmp_path: Path, key: KeyType
) -> None:
    secret = intercepted(bench, key)
    plain = tmp_path / "plain"
    plain.write_bytes(CONTENT)
    for specimen in pair(bench):
        message, opened = tmp_path / f"{specimen.name}.p7m", tmp_path / specimen.name
        encrypt_archive_file(specimen.unlocked(), plain, FileOutput(message))
        with message.open("rb") as stream:
            (recipient,) = read_recipients(stream)
        assert isinstance(recipient, ArchiveRecipient)
        assert recipient.identifier == KeyIdentifier(archive_id(secret))
        options = ("-decrypt", "-inform", "DER", "-in", message, "-out", opened)
        secrets = ("-secretkey", archive_kek(secret).hex())
        subprocess.run([*CMS, *options, *secrets], check=True)
        assert opened.read_bytes() == CONTENT


@KEYS
@pytest.mark.parametrize("same_body", [False, True])
def test_a_file_for_the_public_key_becomes_an_archive_file(
    bench: Bench, tmp_path: Path, key: KeyType, *, same_body: bool
) -> None:
    secret = intercepted(bench, key)
    old, new = tmp_path / "old.p7m", tmp_path / "new.p7m"
    public = bench.original.unlocked().usage.public_key()
    to = [Recipient.of(public), ec_key("somebody").recipient]
    with FileOutput(old) as sink:
        encrypt(io.BytesIO(CONTENT), sink, to)
    for specimen in pair(bench):
        archive_file(specimen.unlocked(), old, FileOutput(new), same_body=same_body)
        with new.open("rb") as stream:
            (recipient,) = read_recipients(stream)
        assert recipient.identifier == KeyIdentifier(archive_id(secret))
        assert (old.read_bytes()[-100_000:] == new.read_bytes()[-100_000:]) is same_body
        opened = tmp_path / "opened"
        options = ("-decrypt", "-inform", "DER", "-in", new, "-out", opened)
        subprocess.run([*CMS, *options, "-secretkey", archive_kek(secret).hex()], check=True)
        assert opened.read_bytes() == CONTENT
        new.unlink()


@pytest.mark.parametrize("same_body", [False, True])
def test_an_archive_file_vouches_for_nothing_that_was_not_authenticated(
    bench: Bench, tmp_path: Path, *, same_body: bool
) -> None:
    bench.at(Stage.KEYED)
    card = bench.original.unlocked()
    mail = io.BytesIO()
    encrypt(io.BytesIO(CONTENT), mail, [Recipient.of(card.usage.public_key())], mail=True)
    source = StreamSource(io.BytesIO(mail.getvalue()))
    with pytest.raises(NotAuthenticatedError):
        archive_file(card, source, FileOutput(tmp_path / "new"), same_body=same_body)
    assert not list(tmp_path.iterdir())


def test_files_for_other_keys_are_told_apart(bench: Bench, tmp_path: Path) -> None:
    bench.at(Stage.KEYED)
    card, other = bench.original.unlocked(), bench.original2.unlocked()
    plain, message = tmp_path / "plain", tmp_path / "message.p7m"
    plain.write_bytes(CONTENT)
    encrypt_archive_file(card, plain, FileOutput(message))
    with pytest.raises(NotForThisKeyError):
        decrypt_file(other, message, SpooledOutput(io.BytesIO()))
    with pytest.raises(NotForThisKeyError), message.open("rb") as stream:
        decrypt(stream, SpooledOutput(io.BytesIO()), ec_key())
    stranger: SoftwareKey = ec_key()
    message.write_bytes(encrypted(b"a letter", stranger))
    with pytest.raises(NotForThisKeyError):
        decrypt_file(card, message, SpooledOutput(io.BytesIO()))
    assert card.pin.is_verified()
