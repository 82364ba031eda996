"""The issuer's commands: signing keys, certified pairs, keys replaced, and cards of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS

from twincard.cli.terminal import cards
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.transport import Connection, connect

NEW_PAIR = ("--original", "sim:a", "--backup", "sim:b")
SECRETS = (*PINS, "--puk-file", "puk")
ONE = ("--component", "1=g/component-1.txt")


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Three blank cards a, b and c, a key group, and the signing key `office.key`."""
    for name in ("a", "b", "c"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    desk.done("issuer", "new", "office.key")
    return desk


def test_a_signing_key_is_the_issuers_alone_and_is_never_overwritten(desk: Desk) -> None:
    made = desk.json("issuer", "new", "発行.key")
    private, public = Path(made["file"]), Path(made["public_key_file"])
    assert private.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" in private.read_bytes()
    assert b"PRIVATE" not in public.read_bytes()
    before = private.read_bytes()
    desk.run("issuer", "new", "発行.key").failed(2, "already exists")
    private.unlink()
    desk.run("issuer", "new", "発行.key").failed(2, "--force")
    desk.done("issuer", "new", "発行.key", "--force")
    assert private.read_bytes() != before


def test_a_signing_key_and_its_public_half_show_the_same(desk: Desk) -> None:
    made = desk.json("issuer", "new", "office.key")
    shown = [desk.json("issuer", "show", name) for name in ("office.key", "office.key.pub")]
    assert shown[0] == shown[1]
    assert shown[0]["issuer_public_key_sha256"] == made["issuer_public_key_sha256"]
    assert shown[0]["pem"] == Path("office.key.pub").read_text()
    assert made["issuer_public_key_sha256"] in desk.done("issuer", "show", "office.key").text
    desk.run("issuer", "show", "pin").failed(2, "pin")


def test_a_pair_and_a_further_backup_are_certified_by_the_issuers_key(office: Desk) -> None:
    known = office.json("issuer", "show", "office.key")["issuer_public_key_sha256"]
    with_key = ("--certify-with", "office.key", "--backups", "2")
    pair = office.json("issue", *NEW_PAIR, *SECRETS, *ONE, *with_key)
    assert (pair["mode"], pair["issuer_public_key_sha256"]) == ("host_blind", known)
    info = office.json("card", "info", "-r", "sim:b")
    assert (info["certified"], info["issuer_public_key_sha256"]) == (True, known)
    assert known in office.done("card", "info", "-r", "sim:a").text
    further = ("issue", "--original", "sim:a", "--backup", "sim:c", *SECRETS, *ONE)
    office.run(*further, "--backups", "2").failed(7, "--certify-with")
    office.done("issuer", "new", "other.key")
    wrong = office.run(*further, "--backups", "2", "--certify-with", "other.key")
    wrong.failed(7, "another issuer")
    assert office.json(*further, *with_key)["issuer_public_key_sha256"] == known


def test_what_a_certificate_does_not_bind_is_said(office: Desk) -> None:
    pair = ("issue", *NEW_PAIR, *SECRETS)
    assert (
        "could take this backup's place" in office.done(*pair, "--certify-with", "office.key").err
    )
    other = ("issue", "--original", "sim:c", "--backup", "sim:d", *SECRETS, "--backups", "2")
    office.done("sim", "new", "d")
    assert "no backup can be added later" in office.done(*other).err


def test_rules_and_modes_are_chosen_at_issue(office: Desk) -> None:
    office.run("issue", *NEW_PAIR, *SECRETS, "--allow-base", "--base-mode").failed(2, "not both")
    with_key = ("--certify-with", "office.key")
    office.run("issue", *NEW_PAIR, *SECRETS, "--base-mode", *with_key).failed(2, "--certify-with")
    options = ("--allow-base", "--trusted-targets", "--no-decipher", "--keep-group")
    pair = office.json("issue", *NEW_PAIR, *SECRETS, *options)
    assert pair["mode"] == "host_blind"
    info = office.json("card", "info", "-r", "sim:a")
    assert info["policy"] == ["trusted_targets_only", "decipher_off", "public_key_withheld"]


def test_a_pair_of_base_mode_has_no_certificates(office: Desk) -> None:
    pair = office.json("issue", *NEW_PAIR, *SECRETS, *ONE, "--base-mode")
    assert (pair["mode"], pair["issuer_public_key_sha256"]) == ("base", None)
    done = office.json("duplicate", *NEW_PAIR, *PINS, *COMPONENTS, "--key", "p256")
    assert done["mode"] == "base"


def test_a_certified_pair_is_duplicated_host_blind(issued: Desk) -> None:
    done = issued.json("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    assert done["mode"] == "host_blind"
    assert issued.json("card", "info", "-r", "sim:控え")["export"]["mode"] == "host_blind"


def test_a_card_of_another_issuer_gets_no_pin(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.done("issue", *NEW_PAIR, *SECRETS, *ONE, "--certify-with", "office.key")
    office.done("issuer", "new", "other.key")
    change = ("card", "pin", "-r", "sim:a", "--pin-file", "wrong", "--set-pin-file", "pin")
    office.run(*change, "--issuer-public-key", "other.key.pub").failed(7, "from another issuer")
    monkeypatch.setenv("TWINCARD_ISSUER", "other.key.pub")
    office.run(*change).failed(7, "from another issuer")
    office.run("duplicate", *NEW_PAIR, *PINS, *COMPONENTS).failed(7, "Original sim:a", "another")
    assert office.json("card", "info", "-r", "sim:a")["pin"]["tries_left"] == 3
    monkeypatch.setenv("TWINCARD_ISSUER", "office.key.pub")
    office.run(*change).failed(5, "2 tries")
    office.done("duplicate", *NEW_PAIR, *PINS, *COMPONENTS, "--key", "p256")
    office.run(*change, "--issuer-public-key", "office.key").failed(2, "private key")


def test_a_card_that_nobody_certified_gets_no_pin_where_an_issuer_is_named(office: Desk) -> None:
    office.done("issue", *NEW_PAIR, *SECRETS, *ONE, "--base-mode")
    named = ("--issuer-public-key", "office.key.pub")
    change = ("card", "pin", "-r", "sim:a", "--pin-file", "pin", "--set-pin-file", "backup-pin")
    office.run(*change, *named).failed(7, "No issuer has certified it")
    abandon = ("duplicate", "--original", "sim:a", "--abandon", "--yes", "--pin-file", "wrong")
    office.run(*abandon, *named).failed(7, "No issuer has certified it")
    assert office.json("card", "info", "-r", "sim:a")["pin"]["tries_left"] == 3
    office.done(*change)


def test_the_issuers_key_of_a_card_is_replaced(office: Desk) -> None:
    office.done("issue", *NEW_PAIR, *SECRETS, *ONE)
    (office.folder / "new.transport-key").write_text("42" * 32)
    replace = ("card", "scp03-keys", "-r", "sim:a", "--new-transport-key-file", "new.transport-key")
    assert office.json("card", "info", "-r", "sim:a")["scp03_keys"]["version"] == 1
    assert office.json(*replace)["key_version"] == 2
    info = office.json("card", "info", "-r", "sim:a")
    assert info["scp03_keys"] == {"version": 2, "required": True}
    end = ("card", "terminate", "-r", "sim:a", "--yes", "--transport-key-file")
    # As after an answer that was lost: the same again finds it done.
    assert office.json(*replace)["key_version"] == 2
    (office.folder / "third.transport-key").write_text("17" * 32)
    third = (*replace[:-1], "third.transport-key")
    office.run(*third).failed(5, "--transport-key-file")
    office.run(*end, "cards/a.transport-key").failed(5, "Wrong transport key")
    again = (*replace, "--transport-key-file", "new.transport-key")
    office.run(*again).failed(2, "the old one")
    office.done(*end, "new.transport-key")


def test_a_public_key_is_taken_from_a_card_of_the_issuer_named_only(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.done("issue", *NEW_PAIR, *SECRETS, *ONE, "--certify-with", "office.key")
    office.done("duplicate", *NEW_PAIR, *PINS, *COMPONENTS, "--key", "p256")
    office.done("issuer", "new", "other.key")
    public_key = ("public-key", "-r", "sim:a", "--issuer-public-key")
    office.done(*public_key, "office.key.pub")
    office.run(*public_key, "other.key.pub").failed(7, "from another issuer")
    others = b"\x7f\x49\x43\x86\x41" + IssuerSigningKey.draw().public_key

    class Liar:
        """A wire that gives a key of its own."""

        def __init__(self, connection: Connection) -> None:
            self._connection = connection
            self.atr = connection.atr
            self.reset = connection.reset
            self.close = connection.close

        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            answer = self._connection.transmit(apdu)
            return (others, 0x9000) if apdu[1:3] == b"\x46\x81" else answer

    monkeypatch.setattr(cards, "connect", lambda reader: Liar(connect(reader)))
    assert "altered" in office.run(*public_key, "office.key.pub").err
