"""The address book, on the command line, and `--to` that finds people in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.cli.commands import PIN, Desk
from tests.cms.certified import DAY, certificate, pem
from tests.cms.software_key import decrypted, ec_key, rsa_key

from twincard.cli.app import program
from twincard.cli.shell.completing import FILES, candidates
from twincard.keys.public import PublicKey

ON_ALICE = ("-r", "sim:alice")
PIN_FILE = ("--pin-file", "pin")
assert PIN


@pytest.fixture
def people(desk: Desk) -> Desk:
    """A desk with a letter, and the keys of Hanako (P-256) and Bob (RSA) in files."""
    Path("letter").write_bytes(b"Dear all")
    made = certificate("Hanako", ec_key().private.public_key(), usage=("key_agreement",))
    Path("hanako.crt").write_bytes(pem(made))
    Path("bob.pem").write_bytes(rsa_key().public.to_pem())
    return desk


def opened(name: str) -> list[bytes]:
    return [decrypted(Path(name).read_bytes(), key) for key in (ec_key(), rsa_key())]


def test_people_are_added_listed_shown_and_removed(people: Desk) -> None:
    assert "empty" in people.done("contact", "list").text
    added = people.json("contact", "add", "花子", "hanako.crt")
    digest = ec_key().public.digest.hex()
    assert (added["name"], added["type"], added["public_key_sha256"]) == ("花子", "P-256", digest)
    assert (added["subject"], added["issuer"]) == ("CN=Hanako", "CN=Some CA")
    assert (added["changed"], added["card_id"], added["problem"]) == (True, None, None)
    assert Path(added["file"]).read_bytes() == Path("hanako.crt").read_bytes()
    assert people.json("contact", "add", "花子", "hanako.crt")["changed"] is False
    people.done("contact", "add", "bob", "-", stdin=Path("bob.pem").read_bytes())
    listed = people.json("contact", "list")["contacts"]
    assert [one["name"] for one in listed] == ["bob", "花子"]
    assert "花子  P-256  " in people.done("contact", "list").text
    shown = people.json("contact", "show", "花子")
    assert shown["pem"].encode() == Path("hanako.crt").read_bytes()
    assert digest in people.done("contact", "show", "花子").text
    assert people.json("contact", "remove", "bob")["removed"] == "bob"
    people.run("contact", "show", "bob").failed(2, "no contact bob")
    people.run("contact", "add", "a/b", "bob.pem").failed(2, "slash")


def test_another_key_is_taken_only_with_consent(people: Desk) -> None:
    people.done("contact", "add", "bob", "bob.pem")
    refused = people.run("contact", "add", "bob", "hanako.crt")
    refused.failed(2, "Replace the key of bob?", "--yes")
    for key in (rsa_key(), ec_key()):
        assert key.public.digest.hex() in refused.err
    assert people.json("contact", "show", "bob")["type"] == "RSA-2048"
    people.done("contact", "add", "bob", "hanako.crt", "--yes")
    assert people.json("contact", "show", "bob")["type"] == "P-256"


def test_files_are_encrypted_to_people_files_and_folders(people: Desk) -> None:
    people.done("contact", "add", "花子", "hanako.crt")
    result = people.json("encrypt", "--to", "花子", "--to", "bob.pem", "letter")
    assert [one["name"] for one in result["recipients"]] == ["花子", "bob.pem"]
    assert opened("letter.p7m") == [b"Dear all"] * 2
    for name in ("花子", "bob"):
        assert name.encode() not in Path("letter.p7m").read_bytes()
    Path("keys").mkdir()
    for name in ("hanako.crt", "bob.pem"):
        Path("keys", name).write_bytes(Path(name).read_bytes())
    result = people.json("encrypt", "--to", "keys", "--to", "花子", "letter", "-o", "2.p7m")
    assert [one["name"] for one in result["recipients"]] == ["keys/bob.pem", "keys/hanako.crt"]
    assert opened("2.p7m") == [b"Dear all"] * 2
    told = people.done("encrypt", "--to", "keys", "letter", "-o", "3.p7m").text
    assert "keys/hanako.crt" in told
    Path("keys", "notes").write_text("not a key")
    people.run("encrypt", "--to", "keys", "letter", "-o", "4.p7m").failed(2, "keys/notes")
    Path("nobody").mkdir()
    people.run("encrypt", "--to", "nobody", "letter", "-o", "4.p7m").failed(2, "no keys")
    people.run("encrypt", "--to", "Carol", "letter", "-o", "4.p7m").failed(2, "no contact Carol")


def test_a_file_with_the_name_of_a_contact_is_taken_only_if_it_is_the_same(people: Desk) -> None:
    people.done("contact", "add", "bob.pem", "bob.pem")
    people.done("encrypt", "--to", "bob.pem", "letter")
    Path("bob.pem").write_bytes(ec_key().public.to_pem())
    refused = people.run("encrypt", "--to", "bob.pem", "letter", "-o", "2.p7m")
    refused.failed(2, "a contact and also a file", "./bob.pem")
    result = people.json("encrypt", "--to", "./bob.pem", "letter", "-o", "2.p7m")
    assert result["recipients"][0]["public_key_sha256"] == ec_key().public.digest.hex()


def test_an_expired_certificate_is_refused_from_the_book_too(people: Desk) -> None:
    key = ec_key().private.public_key()
    Path("old.crt").write_bytes(pem(certificate("Old", key, starts=-2 * DAY, ends=-DAY)))
    people.run("contact", "add", "old", "old.crt").failed(2, "expired", "--any-date")
    people.done("contact", "add", "old", "old.crt", "--any-date")
    assert "expired" in people.json("contact", "list")["contacts"][0]["problem"]
    for to in ("old", "old.crt"):
        people.run("encrypt", "--to", to, "letter").failed(2, "expired", "--any-date")
        people.done("encrypt", "--to", to, "letter", "--any-date", "--force")


def test_damaged_entries_are_told_and_the_others_listed(people: Desk) -> None:
    people.done("contact", "add", "bob", "bob.pem")
    book = Path(people.json("contact", "show", "bob")["file"]).parent
    (book / "carol.pem").write_bytes(b"junk")
    ran = people.run("contact", "list", "--json")
    assert ran.code == 8
    assert [one["name"] for one in ran.json["contacts"]] == ["bob"]
    assert ran.json["unreadable"][0]["file"].endswith("carol.pem")
    people.run("encrypt", "--to", "carol", "letter").failed(8, "carol.pem")


def test_names_are_completed(people: Desk) -> None:
    people.done("contact", "add", "花子", "hanako.crt")
    for words, files in ((["encrypt", "--to"], True), (["contact", "show"], False)):
        found = candidates(program(), [*words, ""])
        assert found[0].value == "花子"
        assert (FILES in found) is files


def test_keys_are_put_onto_a_card(duplicated: Desk) -> None:
    Path("bob.pem").write_bytes(rsa_key().public.to_pem())
    Path("hanako.pem").write_bytes(ec_key().public.to_pem())
    assert "no contacts" in duplicated.done("contact", "list", *ON_ALICE).text
    onto = ("--onto", "sim:alice", *PIN_FILE)
    places = [
        duplicated.json("contact", "add", name, f"{name}.pem", *onto)["place"]
        for name in ("bob", "hanako", "bob")
    ]
    assert places == [1, 2, 1]
    listed = duplicated.json("contact", "list", *ON_ALICE)["places"]
    assert [(one["place"], one["name"], one["type"]) for one in listed] == [
        (1, "bob", "RSA-2048"),
        (2, "hanako", "P-256"),
    ]
    for wanted, place in (("hanako", 2), ("1", 1)):
        removed = duplicated.json("contact", "remove", wanted, *ON_ALICE, *PIN_FILE)
        assert removed["place"] == place
    assert duplicated.json("contact", "list", *ON_ALICE)["places"] == []
    duplicated.run("contact", "remove", "1", *ON_ALICE, *PIN_FILE).failed(2, "not on the card")
    assert {one["name"] for one in duplicated.json("contact", "list")["contacts"]} == {
        "bob",
        "hanako",
    }


def test_files_are_transcoded_to_people(duplicated: Desk) -> None:
    Path("letter").write_bytes(b"Dear Bob")
    Path("bob.pem").write_bytes(rsa_key().public.to_pem())
    duplicated.done("encrypt", "--to", "alice.pem", "letter")
    duplicated.done("contact", "add", "Dr. Bob", "bob.pem")
    transcode = ("transcode", *ON_ALICE, *PIN_FILE, "letter.p7m", "--to")
    duplicated.done(*transcode, "Dr. Bob")
    assert decrypted(Path("letter.Dr. Bob.p7m").read_bytes(), rsa_key()) == b"Dear Bob"
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    Path("carol.crt").write_bytes(pem(certificate("Carol", key)))
    duplicated.run(*transcode, "carol.crt").failed(2, "carol.crt", "recipients add")


def test_a_card_is_checked_against_the_end_of_a_chain(duplicated: Desk) -> None:
    key = PublicKey.from_bytes(Path("alice.pem").read_bytes()).loaded()
    office = certificate("Some CA", rsa_key().private.public_key(), ca=True)
    signing = certificate("Alice", key, usage=("digital_signature",))
    for people in ((office, certificate("Alice", key)), (signing,)):
        Path("alice.crt").write_bytes(pem(*people))
        checked = duplicated.json(
            "card", "check", *ON_ALICE, *PIN_FILE, "--public-key", "alice.crt"
        )
        assert (checked["key_matches"], checked["key_opens"]) == (True, True)
    both = certificate("Alice", key), certificate("Bob", rsa_key().private.public_key())
    Path("alice.crt").write_bytes(pem(*both))
    checking = ("card", "check", *ON_ALICE, *PIN_FILE, "--public-key", "alice.crt")
    duplicated.run(*checking).failed(2, "2 people")
