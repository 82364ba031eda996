"""`card load`, `contents` and `unload` as they are typed, at a card in a PC/SC reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.loading.cap_reading import read_cap
from tests.loading.cap_writing import APPLET_AID, PACKAGE_AID, CapMaker
from tests.loading.watched import DEFAULT_KEY, SOMEBODY_ELSES, WatchedCard
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService, Reader

from twincard.card.session import OPENSC_AID, Card
from twincard.keys.management_keys import read_management_keys
from twincard.pkcs15.opensc import FILE_BYTES
from twincard.simulator.manager.scp03 import StaticKeys
from twincard.transport import connect
from twincard.transport.connection import CardGoneError

KEY = bytes.fromhex("C0FFEE") + bytes(range(13))


@pytest.fixture(scope="module")
def reader(pcsc_service: PcscService) -> Reader:
    return pcsc_service.readers[0]


@pytest.fixture(scope="module")
def inside(reader: Reader) -> Iterator[WatchedCard]:
    card = WatchedCard()
    with inserted(card, reader):
        yield card
    card.destroy()


@pytest.fixture
def card(inside: WatchedCard) -> WatchedCard:
    """The card in the reader, as it was sold."""
    inside.wipe()
    inside.domain.parameter = 0x70
    return inside


@pytest.fixture
def desk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cap_file: Path) -> Desk:
    made = Desk(tmp_path, monkeypatch)
    Path("twincard.cap").write_bytes(cap_file.read_bytes())
    Path("given.keys").write_text(KEY.hex())
    return made


@pytest.fixture
def words(reader: Reader) -> tuple[str, ...]:
    return ("card", "load", "twincard.cap", "-r", f"pcsc:{reader.name}")


def test_the_file_is_told_without_a_card(desk: Desk, cap_file: Path) -> None:
    told = desk.json("card", "load", "twincard.cap", "--dry-run")
    other = read_cap(cap_file)
    assert told["package"] == {"aid": PACKAGE_AID.hex(), "version": "1.0"}
    assert told["applets"] == [APPLET_AID.hex()]
    assert [item["aid"] for item in told["imports"]] == [item.aid.hex() for item in other.imports]
    assert told["load_file_bytes"] == len(other.load_file)
    text = desk.done("card", "load", "twincard.cap", "--dry-run").text
    assert told["load_file_sha256"] in text


def test_a_card_is_loaded_once_and_the_same_command_changes_nothing_more(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    options = (*words, "--default-keys", "--new-management-keys", "鍵")
    first = desk.json(*options)
    assert first["changed"] is True
    assert (first["applet"], first["key_version"]) == (APPLET_AID.hex(), 1)
    assert first["transport_key_file"] == f"card-{first['card_id']}.transport-key"
    assert first["management_keys_file"] == "鍵"
    keys = read_management_keys(Path("鍵"))
    assert list(card.keys.values()) == [
        StaticKeys(keys.enc.reveal(), keys.mac.reveal(), keys.dek.reveal())
    ]
    again = desk.done(*options)
    assert "nothing was changed" in again.text
    assert desk.json(*options) == first | {"changed": False}
    told = desk.json("card", "contents", *words[3:], "--management-keys", "鍵")
    assert [item["aid"] for item in told["packages"]] == [PACKAGE_AID.hex()]
    assert told["applets"][0]["package"] == PACKAGE_AID.hex()
    assert desk.json("card", "info", *words[3:])["card_id"] == first["card_id"]


def test_neither_keys_nor_transport_key_are_shown(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    card.wipe({5: StaticKeys(KEY, KEY, KEY)})
    ran = desk.done(*words, "--management-keys", "given.keys", "--transport-key-file", "issuer")
    transport = Path("issuer").read_text().strip()
    for secret in (transport, KEY.hex()):
        assert secret.lower() not in (ran.text + ran.err).lower()
    assert Path("issuer").stat().st_mode & 0o777 == 0o600
    assert "default keys" not in ran.err


def test_default_keys_are_taken_only_where_it_is_said(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    desk.run(*words).failed(2, "--management-keys", "--default-keys")
    desk.run(*words, "--default-keys", "--management-keys", "given.keys").failed(
        2, "--management-keys"
    )
    Path("default").write_text(DEFAULT_KEY.hex())
    desk.run(*words, "--management-keys", "default").failed(2, "which is public")
    desk.run(*words, "--default-keys", "--new-management-keys", "default").failed(
        2, "which is public"
    )
    assert card.seen == []
    assert "anybody can replace its applet" in desk.done(*words, "--default-keys").err


def test_wrong_keys_are_one_sentence_and_cost_the_card_no_try(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    desk.run(*words, "--management-keys", "given.keys").failed(
        5, "not the management keys", "locks"
    )
    assert card.failures == 0
    assert not any(apdu[1] == 0x82 for apdu in card.seen)


def test_an_applet_that_is_there_goes_only_when_told_and_confirmed(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    options = (*words, "--default-keys", "--transport-key-file")
    first = desk.done(*options, "one", "--json").json
    desk.run(*options, "other").failed(7, "already has the applet", "--replace")
    assert not Path("other").exists()
    desk.run(*options, "other", "--replace").failed(2, "--yes")
    assert len(card.instances) == 1
    again = desk.done(*options, "other", "--replace", "--yes", "--json").json
    assert again["card_id"] != first["card_id"]


def test_a_package_is_deleted_when_confirmed(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    unload = ("card", "unload", *words[3:], "--default-keys")
    desk.done(*words, "--default-keys")
    desk.run(*unload).failed(2, "--yes")
    assert card.packages
    assert desk.json(*unload, "--yes")["changed"] is True
    assert (card.packages, card.instances) == ({}, {})
    assert desk.json(*unload, "--yes")["changed"] is False
    desk.run("card", "info", *words[3:]).failed(7, "no twincard applet", "card load")


@pytest.mark.parametrize(("parameter", "protected"), [(0x10, False), (0x30, True), (0x70, True)])
def test_it_is_told_where_somebody_else_could_have_answered(
    desk: Desk, card: WatchedCard, words: tuple[str, ...], parameter: int, protected: bool
) -> None:
    card.domain.parameter = parameter
    for command in (("load", "twincard.cap"), ("contents",), ("unload", "--yes")):
        ran = desk.done("card", *command, *words[3:], "--default-keys")
        assert ("answers without MACs" in ran.err) is not protected


def test_sizes_reach_the_applet(desk: Desk, card: WatchedCard, words: tuple[str, ...]) -> None:
    sizes = ("--file-entries", "9", "--file-bytes", "8000", "--contacts", "2")
    desk.done(*words, "--default-keys", *sizes, "--allow-challenge-response")
    assert desk.json("card", "info", *words[3:])["scp03_keys"]["required"] is False
    for option, wrong in (
        ("--file-entries", "128"),
        ("--file-bytes", "32768"),
        ("--contacts", "17"),
    ):
        desk.run(*words, "--default-keys", option, wrong).failed(2, option)


def test_the_applet_for_opensc_gets_room_for_its_files(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    package = OPENSC_AID[:5] + b"TWINCARD"
    CapMaker(package, (OPENSC_AID,)).write(Path("twincard.cap"))
    loaded = desk.done(*words, "--default-keys", "--json")
    assert loaded.json["applet"] == OPENSC_AID.hex()
    with Card(connect(words[-1])) as session:
        assert session.serves_opensc
        assert session.report().file_bytes_free == FILE_BYTES
    desk.done("card", "unload", *words[3:], "--default-keys", "--package", package.hex(), "--yes")
    assert card.instances == {}


def test_of_several_applets_one_is_chosen(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    other = PACKAGE_AID + b"\x02"
    CapMaker(applets=(other, APPLET_AID)).write(Path("twincard.cap"))
    desk.run(*words, "--default-keys").failed(2, "--applet", other.hex().upper())
    desk.run(*words, "--default-keys", "--applet", "A0000000030000").failed(2, "no applet")
    desk.run(*words, "--default-keys", "--applet", "zz").failed(2, "hex digits")
    desk.done(*words, "--default-keys", "--applet", APPLET_AID.hex())
    assert list(card.instances) == [APPLET_AID]


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("-r", "sim:nobody", "--default-keys"), 3, "sim list"),
        (("--default-keys",), 2, "--reader"),
        (("-r", "pcsc:nowhere", "--default-keys"), 3, "twincard readers"),
        (("-r", "pcsc:Left 00 01", "--default-keys"), 3, "no card in"),
        (("-r", "pcsc:Left 00 00", "--default-keys", "--isd", "A00000"), 2, "--isd"),
        (("-r", "pcsc:Left 00 00", "--default-keys", "--isd", "A000000999"), 7, "--isd"),
        (("-r", "pcsc:Left 00 00", "--management-keys", "missing"), 8, "missing"),
        (
            ("-r", "pcsc:Left 00 00", "--management-keys", "twincard.cap"),
            2,
            "not a management keys file",
        ),
    ],
)
def test_what_cannot_be_done_says_why(
    desk: Desk, card: WatchedCard, more: tuple[str, ...], code: int, said: str
) -> None:
    desk.run("card", "load", "twincard.cap", *more).failed(code, said)
    assert card.plain == []


def test_a_file_that_is_no_cap_is_refused_before_the_card_is_asked(
    desk: Desk, card: WatchedCard, words: tuple[str, ...]
) -> None:
    Path("twincard.cap").write_bytes(b"PK nothing")
    desk.run(*words, "--default-keys").failed(2, "twincard.cap: This is not a CAP file")
    desk.run("card", "load", "missing.cap", "--dry-run").failed(8, "missing.cap")
    assert card.seen == []


class RealCard(WatchedCard):
    """Its answer to reset is that of no simulated card."""

    atr = bytes.fromhex("3B80800101")


def test_a_file_without_code_is_for_simulated_cards_alone(
    desk: Desk, pcsc_service: PcscService
) -> None:
    desk.done("sim", "cap", "stand-in.cap")
    words = ("--default-keys", "--transport-key-file", "issuer", "--replace", "--yes")
    real, simulated = RealCard(packages={PACKAGE_AID: SOMEBODY_ELSES}), WatchedCard()
    reader = pcsc_service.readers[2]
    with inserted(real, reader):
        ran = desk.run("card", "load", "stand-in.cap", "-r", f"pcsc:{reader.name}", *words)
        ran.failed(2, "stand-in.cap contains no code", "make cap")
    assert (real.packages, real.plain) == ({PACKAGE_AID: SOMEBODY_ELSES}, [])
    with inserted(simulated, reader):
        desk.done("card", "load", "stand-in.cap", "-r", f"pcsc:{reader.name}", *words)
    assert list(simulated.instances) == [APPLET_AID]


def test_a_card_without_room_says_so(desk: Desk, card: WatchedCard, words: tuple[str, ...]) -> None:
    card.refuse_with(lambda ins, p1: 0x6A84 if (ins, p1) == (0xE8, 0x80) else 0)
    desk.run(*words, "--default-keys").failed(7, "not have enough memory")


def test_a_card_that_is_pulled_out_is_loaded_by_a_second_run(
    desk: Desk, pcsc_service: PcscService
) -> None:
    other = pcsc_service.readers[2]
    words = ("card", "load", "twincard.cap", "-r", f"pcsc:{other.name}")
    options = (
        *words,
        "--default-keys",
        "--new-management-keys",
        "keys",
        "--transport-key-file",
        "issuer",
    )
    card = WatchedCard()

    def pulled(ins: int, p1: int) -> int:
        if (ins, p1) == (0xE8, 0x80):
            raise CardGoneError("It was pulled out.")
        return 0

    card.refuse_with(pulled)
    with inserted(card, other):
        desk.run(*options).failed(3, "Run the command again")
    card.refuse_with(None)
    with inserted(card, other):
        assert desk.done(*options, "--json").json["changed"] is True
    card.destroy()
