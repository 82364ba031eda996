"""Cards that are not the ones that a command wants: not issued, ended, swapped, of another pair."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from tests.bench import Stage, certify
from tests.cli.matrix.cells import assert_told, contents
from tests.cli.matrix.rack import Rack
from tests.cli.matrix.rows import BACKUP, NEXT, ORIGINAL, OTHER, ROWS, Row, rows
from tests.cli.next_steps import names_next_step

from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.iso.status import CardError
from twincard.keys.secret import Secret
from twincard.results.failure import ExitCode

TELLING = ("card info", "card log", "card report")
"""What these tell is the state that a card is in, whatever it is."""


def blank(rack: Rack, reader: str) -> None:
    rack.back_at(reader, Stage.BLANK)


def without_key(rack: Rack, reader: str) -> None:
    rack.back_at(reader, Stage.ISSUED)


def terminated(rack: Rack, reader: str) -> None:
    specimen = rack.card(reader)
    by_issuer = reader in rack.blank or specimen.card().report().transport_pin
    (specimen.as_issuer() if by_issuer else specimen.unlocked()).terminate()


def check(
    rack: Rack, row: Row, spoil: Callable[[Rack, str], None], code: ExitCode, said: str
) -> None:
    """Spoil each of the row's cards in turn: nothing is done, not even to the other card."""
    for reader in row.readers:
        rack.ready(row)
        spoil(rack, reader)
        before = rack.states(), contents(rack.desk.folder)
        assert_told(rack.desk.run(*row.filled(), "--json"), code, said)
        assert (rack.states(), contents(rack.desk.folder)) == before


# `card terminate` asks for the transport key of a card that has no PIN yet.
@rows("a", without=(*TELLING, "card scp03-keys", "issue", "card terminate", "group clear"))
def test_a_card_that_is_not_issued(rack: Rack, row: Row) -> None:
    check(rack, row, blank, ExitCode.REFUSED, "Issue it with `twincard issue`")


@rows("a", without=TELLING)
def test_a_card_that_was_terminated(rack: Rack, row: Row) -> None:
    said = "already terminated" if row is ROWS["card terminate"] else "another"
    check(rack, row, terminated, ExitCode.REFUSED, said)


@pytest.mark.parametrize(
    "name", ["card check", "public-key", "certificate", "decrypt", "transcode", "recover"]
)
def test_a_card_that_has_no_key_yet(rack: Rack, name: str) -> None:
    check(rack, ROWS[name], without_key, ExitCode.REFUSED, "`twincard duplicate`")


@pytest.mark.parametrize("name", ["duplicate", "recover"])
def test_cards_that_are_swapped(rack: Rack, name: str) -> None:
    row = ROWS[name]
    rack.ready(row)
    before = rack.states()
    # Recovery takes an original for an old card, but no backup for a new one.
    words = row.filled(a=row.b if name == "duplicate" else NEXT, b=BACKUP)
    if name == "duplicate":
        words = row.filled(a=row.b, b=row.a)
    assert_told(rack.desk.run(*words, "--json"), ExitCode.REFUSED, "are the readers swapped")
    assert rack.states() == before


def test_cards_for_issue_that_are_swapped(rack: Rack) -> None:
    """Blank cards are alike: it is the transport keys, one of each card, that tell."""
    rack.at(Stage.BLANK)
    words = ROWS["issue"].filled(a=BACKUP, b=ORIGINAL)
    ran = rack.desk.run(*words, "--json")
    assert_told(ran, ExitCode.WRONG_SECRET, f"Original {BACKUP}", "--transport-key-file")


# `group clear` shows the transport key first, which is refused too; `sign` finds no signature key,
# and `contact remove` no contact.
@rows("a", "pin", without=("issue", "group clear", "sign", "mail seal", "contact remove"))
def test_a_card_of_somebody_else_refuses_the_pin(rack: Rack, row: Row) -> None:
    rack.ready(row)
    files = contents(rack.desk.folder)
    ran = rack.desk.run(*row.filled(a=stranger(row)), "--json")
    assert_told(ran, ExitCode.WRONG_SECRET, "2 tries left", "Check the card and the P")
    assert contents(rack.desk.folder) == files


@pytest.mark.parametrize("name", ["decrypt", "transcode", "card check"])
def test_files_for_another_card_stay_as_they_are(rack: Rack, name: str) -> None:
    """With the other card's own PIN, so that it is its key that does not open them."""
    row = ROWS[name]
    rack.ready(row)
    files = contents(rack.desk.folder)
    ran = rack.desk.run(*row.filled(a=NEXT, pin="次.pin"), "--json")
    assert ran.code == (ExitCode.CHECK_FAILED if name == "card check" else ExitCode.FILE)
    (told,) = ran.json["files"]
    reason = told.get("error") or told["reason"]
    assert "not encrypted to this key" in reason
    assert names_next_step(reason)
    assert contents(rack.desk.folder) == files


def test_a_backup_of_another_group_is_not_given_the_key(rack: Rack) -> None:
    rack.at(Stage.ISSUED)
    rack.back_at(OTHER, Stage.BLANK)
    backup = rack.card(OTHER)
    card = backup.as_issuer()
    card.issuer.personalise(
        Personalisation(Role.BACKUP, backup.pin, backup.puk, policy=PolicyFlags.NONE)
    )
    card.group.begin(3, bytes(16))
    certify(card, Role.BACKUP)
    card.issuer.activate()
    rack.desk.write_secret("控え.pin", backup.pin.reveal())
    before = rack.states()
    ran = rack.desk.run(*ROWS["duplicate"].filled(b=OTHER), "--json")
    assert_told(ran, ExitCode.REFUSED, "not issued as a pair")
    assert rack.states() == before


class AnotherCard:
    """A card that knows neither the applet nor a card manager."""

    atr = bytes.fromhex("3B085457494E43415244")

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        return b"", 0x6A82

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


@rows("a", without=("card report",))
def test_a_card_of_another_kind(rack: Rack, row: Row) -> None:
    rack.ready(row)
    for reader in row.readers:
        with rack.instead(reader, AnotherCard()):
            ran = rack.desk.run(*row.filled(), "--json")
        assert_told(ran, ExitCode.REFUSED, "no twincard applet", "card load")


def test_a_card_of_another_kind_can_be_reported(rack: Rack) -> None:
    row = ROWS["card report"]
    rack.ready(row)
    with rack.instead(row.a, AnotherCard()):
        told = rack.desk.json(*row.filled())
    assert (told["atr"], told["manager"], told["applet"]) == (AnotherCard.atr.hex(), None, None)


@rows("a", "pin", without=("issue",))
def test_a_wrong_pin_tells_the_tries_left_and_the_right_one_goes_on(rack: Rack, row: Row) -> None:
    rack.ready(row)
    for left in ("2 tries left", "1 try left"):
        ran = rack.desk.run(*row.filled(pin="wrong.pin"), "--json")
        assert_told(ran, ExitCode.WRONG_SECRET, left, "before you try again")
        assert ran.json["error"]["tries_left"] == int(left[0])
    assert rack.desk.run(*row.filled()).code == 0


@rows("a", "pin", without=("issue",))
def test_a_blocked_pin_says_what_unblocks_it(rack: Rack, row: Row) -> None:
    rack.ready(row)
    block(rack, row.a)
    files = contents(rack.desk.folder)
    ran = rack.desk.run(*row.filled(), "--json")
    assert_told(ran, ExitCode.BLOCKED, "`twincard card unblock` sets a new PIN")
    assert contents(rack.desk.folder) == files
    unblock = ROWS["card unblock"].filled(a=row.a)
    assert rack.desk.run(*unblock).code == 0
    if row is ROWS["card pin"]:
        (rack.desk.folder / "another.pin").write_text("another-pin-8")
        assert rack.desk.run(*row.filled(pin="new-pin"), "--json").code == 0
    else:
        assert rack.desk.run(*row.filled(pin="new-pin")).code == 0


def test_the_last_try_blocks_and_says_so(rack: Rack) -> None:
    rack.at(Stage.DUPLICATED)
    words = (*ROWS["decrypt"].filled(pin="wrong.pin"), "--json")
    ran = [rack.desk.run(*words) for _ in range(3)][-1]
    assert_told(ran, ExitCode.BLOCKED, "`twincard card unblock`")


def test_a_wrong_puk_and_a_blocked_one(rack: Rack) -> None:
    rack.at(Stage.DUPLICATED)
    words = (*ROWS["card unblock"].filled(puk="wrong.pin"), "--json")
    assert_told(rack.desk.run(*words), ExitCode.WRONG_SECRET, "9 tries left", "try again")
    for _ in range(9):
        ran = rack.desk.run(*words)
    assert_told(ran, ExitCode.BLOCKED, "move your files to a new card")
    ran = rack.desk.run(*ROWS["card unblock"].filled(), "--json")
    assert_told(ran, ExitCode.BLOCKED, "move your files to a new card")
    # The PIN still serves, so they can be.
    assert rack.desk.run(*ROWS["decrypt"].filled()).code == 0


@rows("a", "key")
def test_a_wrong_key_of_the_issuer(rack: Rack, row: Row) -> None:
    rack.ready(row)
    before = rack.states()
    ran = rack.desk.run(*row.filled(key="wrong.transport-key"), "--json")
    assert_told(ran, ExitCode.WRONG_SECRET, "Wrong transport key", "--transport-key-file")
    assert rack.states() == before
    assert rack.desk.run(*row.filled()).code == 0


def stranger(row: Row) -> str:
    return BACKUP if row.a == ORIGINAL and not row.uses("b") else OTHER if row.b == NEXT else NEXT


def block(rack: Rack, reader: str) -> None:
    for _ in range(3):
        with suppress(CardError):
            rack.card(reader).card().pin.verify(Secret("wrong-pin-1414"))
