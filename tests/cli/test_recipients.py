"""`recipients` changes who can open a file, and nothing else of it."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.cli.commands import Desk
from tests.cms.certified import certificate, pem
from tests.cms.software_key import decrypted, ec_key, rsa_key

from twincard.cms import (
    IssuerAndSerial,
    Recipient,
    change_recipients,
    encrypt,
    read_recipients,
    wrap_key,
)
from twincard.cms.errors import FilesError
from twincard.cms.framing.message import MessageReader
from twincard.flows.files.change import remove_recipients

CONTENT = b"for Alice first, then for Bob\n" * 100
ALICE = ("-r", "sim:alice")
PIN = ("--pin-file", "pin")


@pytest.fixture
def letter(duplicated: Desk) -> Desk:
    """A file for Alice, whose card it is; Bob's key is in a file."""
    Path("letter").write_bytes(CONTENT)
    Path("bob.pem").write_bytes(rsa_key().public.to_pem())
    duplicated.done("encrypt", "--to", "alice.pem", "letter")
    return duplicated


def body(name: str) -> bytes:
    """What follows the recipient infos."""
    sink = io.BytesIO()
    with Path(name).open("rb") as file:
        message = MessageReader(file)
        message.opening()
        message.copy_to(sink)
        message.algorithm()
        for _piece in message.content():
            pass
        message.tail()
    return sink.getvalue()


def opened_by_alice(desk: Desk, name: str = "letter.p7m", *options: str) -> bytes:
    desk.done("decrypt", *ALICE, *PIN, name, "-o", "opened", "--force", *options)
    return Path("opened").read_bytes()


def test_others_are_added_and_the_body_stays(letter: Desk) -> None:
    before = body("letter.p7m")
    Path("letter.p7m").chmod(0o640)
    os.utime("letter.p7m", ns=(10**18, 10**18))
    added = letter.json("recipients", "add", "letter.p7m", "--to", "bob.pem", *ALICE, *PIN)
    assert [one["name"] for one in added["recipients"]] == ["bob.pem"]
    assert [(one["error"], one["kept_on_card"]) for one in added["files"]] == [(None, True)]
    assert body("letter.p7m") == before
    assert decrypted(Path("letter.p7m").read_bytes(), rsa_key()) == CONTENT
    assert opened_by_alice(letter) == CONTENT
    status = Path("letter.p7m").stat()
    assert (status.st_mode & 0o777, status.st_mtime_ns) == (0o640, 10**18)
    # Once more changes nothing for anybody.
    letter.done("recipients", "add", "letter.p7m", "--to", "bob.pem", *ALICE, *PIN)
    with Path("letter.p7m").open("rb") as file:
        assert len(read_recipients(file)) == 2
    assert not list(Path().glob(".twincard-*"))


def test_people_without_cards_are_added_and_that_is_told(letter: Desk) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    Path("carol.crt").write_bytes(pem(certificate("Carol", key.public_key())))
    pem_key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    Path("carol.key").write_bytes(pem_key)
    to = ("--to", "carol.crt", "--to", "bob.pem")
    ran = letter.done("recipients", "add", "letter.p7m", *to, *ALICE, *PIN)
    assert "leave the card for: carol.crt" in ran.err
    command = "openssl cms -decrypt -binary -inform DER -in letter.p7m -recip carol.crt"
    opened = subprocess.run(
        [*command.split(), "-inkey", "carol.key"], capture_output=True, check=True
    )
    assert opened.stdout == CONTENT
    assert decrypted(Path("letter.p7m").read_bytes(), rsa_key()) == CONTENT


def test_a_decoy_with_another_key_is_not_given_to_anybody(letter: Desk) -> None:
    alice = Recipient.from_bytes(Path("alice.pem").read_bytes())
    decoys = [wrap_key(bytes([number] * 32), alice) for number in range(3)]
    sink = io.BytesIO()
    with Path("letter.p7m").open("rb") as file:
        change_recipients(file, sink, decoys, lambda _info: False)
    for to, keys in (("bob.pem", [rsa_key()]), ("dave.pem", [ec_key()])):
        Path("dave.pem").write_bytes(ec_key().public.to_pem())
        Path("letter.p7m").write_bytes(sink.getvalue())
        letter.done("recipients", "add", "letter.p7m", "--to", to, *ALICE, *PIN)
        for key in keys:
            assert decrypted(Path("letter.p7m").read_bytes(), key) == CONTENT


def test_in_mail_they_are_named_as_mail_programs_want(letter: Desk) -> None:
    made = certificate("Bob", rsa_key().private.public_key(), key_identifier=b"bob")
    Path("bob.crt").write_bytes(pem(made))
    sink = io.BytesIO()
    alice = Recipient.from_bytes(Path("alice.pem").read_bytes())
    encrypt(io.BytesIO(CONTENT), sink, [alice], mail=True)
    Path("mail.p7m").write_bytes(sink.getvalue())
    letter.done("recipients", "add", "mail.p7m", "--to", "bob.crt", *ALICE, *PIN)
    with Path("mail.p7m").open("rb") as file:
        names = [one.identifier for one in read_recipients(file)]
    assert sum(isinstance(name, IssuerAndSerial) for name in names) == 1
    assert decrypted(Path("mail.p7m").read_bytes(), rsa_key()) == CONTENT
    assert opened_by_alice(letter, "mail.p7m", "--unauthenticated") == CONTENT


def test_what_is_not_for_the_card_or_an_archive_file_is_left(letter: Desk) -> None:
    letter.done("encrypt", "--to", "bob.pem", "letter", "-o", "other.p7m")
    letter.done("encrypt", "--archive", *ALICE, *PIN, "letter", "-o", "archive.p7m")
    before = {name: Path(name).read_bytes() for name in ("other.p7m", "archive.p7m")}
    Path("plain").write_bytes(b"not encrypted")
    files = ("other.p7m", "archive.p7m", "plain", "letter.p7m")
    ran = letter.run("recipients", "add", *files, "--to", "bob.pem", *ALICE, *PIN, "--json")
    assert ran.code == 8
    reasons = [one["error"] for one in ran.json["files"]]
    expected = ("not encrypted to this key", "archive file", "not a CMS")
    for words, reason in zip(expected, reasons[:3], strict=True):
        assert words in reason
    assert reasons[3] is None
    assert {name: Path(name).read_bytes() for name in before} == before


def test_recipients_are_removed_but_never_the_last(letter: Desk) -> None:
    letter.done("recipients", "add", "letter.p7m", "--to", "bob.pem", *ALICE, *PIN)
    before = body("letter.p7m")
    removing = ("recipients", "remove", "letter.p7m", *ALICE, "--to")
    removed = letter.json(*removing, "bob.pem")
    assert removed["recipients"][0]["name"] == "bob.pem"
    with pytest.raises(FilesError):
        decrypted(Path("letter.p7m").read_bytes(), rsa_key())
    assert body("letter.p7m") == before
    assert opened_by_alice(letter) == CONTENT
    letter.run(*removing, "bob.pem").failed(8, "no recipient of the file")
    letter.run(*removing, "alice.pem", "--yes").failed(8, "Nobody could open the file")
    assert opened_by_alice(letter) == CONTENT


@pytest.mark.parametrize("json", [True, False])
def test_what_was_changed_is_told_even_if_the_command_ends_early(letter: Desk, json: bool) -> None:
    Path("carol.pem").write_bytes(ec_key("carol").public.to_pem())
    Path("other").write_bytes(CONTENT)
    bob = ("--to", "bob.pem")
    letter.done("encrypt", "--to", "alice.pem", *bob, "letter", "--force")
    letter.done("encrypt", "--to", "carol.pem", *bob, "other")
    # The second asks for consent, and there is no terminal.
    removing = ("recipients", "remove", *ALICE, *bob, "letter.p7m", "other.p7m")
    ran = letter.run(*removing, *(["--json"] if json else []))
    assert ran.code == 2
    with Path("letter.p7m").open("rb") as file:
        assert len(read_recipients(file)) == 1
    if json:
        assert [one["file"] for one in ran.json["files"]] == ["letter.p7m"]
        assert "--yes" in ran.json["error"]["message"]
    else:
        assert ran.text == "Files changed: 1.\nRecipients removed: bob.pem\n"


def test_ones_own_card_is_removed_only_with_consent(letter: Desk) -> None:
    letter.done("recipients", "add", "letter.p7m", "--to", "bob.pem", *ALICE, *PIN)
    removing = ("recipients", "remove", "letter.p7m", *ALICE, "--to", "alice.pem")
    letter.run(*removing).failed(2, "may not be able to open", "--yes")
    assert opened_by_alice(letter) == CONTENT
    letter.done(*removing, "--yes")
    letter.run("decrypt", *ALICE, *PIN, "letter.p7m", "-o", "x").failed(8, "not encrypted to this")
    assert decrypted(Path("letter.p7m").read_bytes(), rsa_key()) == CONTENT


def test_a_file_that_changes_meanwhile_is_left(tmp_path: Path) -> None:
    sink = io.BytesIO()
    encrypt(io.BytesIO(CONTENT), sink, [rsa_key().recipient, ec_key().recipient])
    path = tmp_path / "letter.p7m"
    path.write_bytes(sink.getvalue())
    seen = []

    def dropped(info: object) -> bool:
        seen.append(info)
        if len(seen) > 2:  # the head was looked at; now the file is rewritten
            path.write_bytes(b"something new")
        return info.is_for(ec_key().recipient)  # type: ignore[attr-defined,no-any-return]

    with pytest.raises(FilesError, match="changed meanwhile"):
        remove_recipients(path, dropped)
    assert path.read_bytes() == b"something new"
    assert [one.name for one in tmp_path.iterdir()] == ["letter.p7m"]
