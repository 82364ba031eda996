"""Recovery: files move from a lost original's backup to a new card, each whole or not at all."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.bench import Bench, Stage
from tests.flows.unplugged import Cable, Unplugged
from tests.recovered import recovered

from twincard.card.session import Card
from twincard.cms import (
    FileOutput,
    NotForThisKeyError,
    Recipient,
    SourceError,
    SpooledOutput,
    read_recipients,
)
from twincard.flows.errors import ProtocolError
from twincard.flows.files.decrypt import decrypt_file, transcode_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.recover.outcomes import RecoveredFile, RecoverOutcome
from twincard.iso.status import AuthorityMissingError, WrongPinError
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory
from twincard.transport import CardGoneError

KEY_TYPES = list(KeyType)
TRANSCODE = bytes.fromhex("8030")
CONTENTS = {
    "手紙.txt": "拝啓、鍵を失くしました。".encode(),
    "empty": b"",
    "notes/plan.txt": b"the plan\n" * 1000,
    "notes/deep/er.bin": bytes(range(256)) * 5000,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for encrypted files."""
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


def encrypt_all(folder: Path, *keys: PublicKey) -> None:
    for name, content in CONTENTS.items():
        plain = folder.parent / "plain"
        plain.write_bytes(content)
        target = folder / f"{name}.p7m"
        target.parent.mkdir(parents=True, exist_ok=True)
        encrypt_file(plain, FileOutput(target), [Recipient.of(key) for key in keys])


def decrypted(card: Card, path: Path) -> bytes:
    stream = io.BytesIO()
    decrypt_file(card, path, SpooledOutput(stream))
    return stream.getvalue()


def assert_all_opened_by(card: Card, folder: Path) -> None:
    for name, content in CONTENTS.items():
        assert decrypted(card, folder / f"{name}.p7m") == content


def outcomes(events: Iterable[RecoveredFile]) -> Counter[RecoverOutcome]:
    return Counter(event.outcome for event in events)


@pytest.mark.parametrize("new_type", KEY_TYPES)
@pytest.mark.parametrize("old_type", KEY_TYPES)
def test_every_file_moves_to_the_new_card_and_leaves_the_old_one(
    bench: Bench, folder: Path, old_type: KeyType, new_type: KeyType
) -> None:
    bench.at(Stage.DUPLICATED, key=old_type)
    encrypt_all(folder, bench.original.card().usage.public_key())
    backup = bench.backup.unlocked()
    new = bench.original2.unlocked()
    new.usage.generate(new_type)
    assert_all_opened_by(backup, folder)
    assert outcomes(recovered(backup, new, [folder])) == {RecoverOutcome.MOVED: len(CONTENTS)}
    assert_all_opened_by(new, folder)
    with pytest.raises(NotForThisKeyError):
        decrypted(backup, folder / "empty.p7m")
    assert outcomes(recovered(backup, new, [folder])) == {
        RecoverOutcome.ALREADY_MOVED: len(CONTENTS)
    }


def test_what_is_not_for_the_card_stays_as_it_is(bench: Bench, folder: Path) -> None:
    bench.at(Stage.DUPLICATED)
    new = bench.original2.unlocked()
    stranger = PublicKey.from_point(
        bytes.fromhex(
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
        )
    )
    encrypt_all(folder, stranger)
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    events = recovered(bench.backup.unlocked(), new, [folder, folder / "missing.p7m"])
    assert outcomes(events) == {
        RecoverOutcome.NOT_FOR_THIS_KEY: len(CONTENTS),
        RecoverOutcome.NOT_ENCRYPTED: 1,
        RecoverOutcome.FAILED: 1,
    }
    assert "missing.p7m: No such file" in str(events[-1].reason)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_for_several_people_keeps_the_others(bench: Bench, folder: Path) -> None:
    bench.at(Stage.DUPLICATED)
    stranger = bench.original2.unlocked()
    theirs = stranger.usage.public_key()
    encrypt_all(folder, theirs, bench.original.card().usage.public_key())
    bench.at(Stage.DUPLICATED)
    new_card = bench.original.unlocked()
    backup = bench.backup.unlocked()
    new_card.usage.generate(KeyType.RSA_2048)
    ours = new_card.usage.public_key()
    assert outcomes(recovered(backup, new_card, [folder])) == {RecoverOutcome.MOVED: len(CONTENTS)}
    with (folder / "empty.p7m").open("rb") as stream:
        named = {str(recipient.identifier) for recipient in read_recipients(stream)}
    assert named == {str(Recipient.of(key).identifier) for key in (ours, theirs)}
    assert_all_opened_by(new_card, folder)


def test_an_altered_file_fails_alone(bench: Bench, folder: Path) -> None:
    bench.at(Stage.DUPLICATED)
    encrypt_all(folder, bench.original.card().usage.public_key())
    broken = folder / "notes" / "plan.txt.p7m"
    broken.write_bytes(broken.read_bytes()[:-200])
    before = broken.read_bytes()
    events = recovered(bench.backup.unlocked(), bench.original2.unlocked(), [folder])
    assert outcomes(events) == {RecoverOutcome.MOVED: len(CONTENTS) - 1, RecoverOutcome.UNUSABLE: 1}
    assert broken.read_bytes() == before
    assert not list(folder.rglob(".twincard-*"))


def test_modes_are_kept_and_links_in_folders_not_followed(bench: Bench, folder: Path) -> None:
    bench.at(Stage.DUPLICATED)
    encrypt_all(folder, bench.original.card().usage.public_key())
    shared = folder / "empty.p7m"
    shared.chmod(0o640)
    (folder / "notes" / "link.p7m").symlink_to(shared)
    counts = outcomes(recovered(bench.backup.unlocked(), bench.original2.unlocked(), [folder]))
    assert counts == {RecoverOutcome.MOVED: len(CONTENTS), RecoverOutcome.LINK: 1}
    assert shared.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("answered", [False, True], ids=["lost command", "lost answer"])
def test_after_an_interruption_at_any_exchange_it_goes_on_where_it_was(
    bench: Bench, folder: Path, answered: bool
) -> None:
    bench.at(Stage.DUPLICATED)
    encrypt_all(folder, bench.original.card().usage.public_key())
    encrypted = {path: path.read_bytes() for path in folder.rglob("*.p7m")}
    new = bench.original2.unlocked()
    at = 0
    finished = False
    while not finished:
        at += 1
        for path, content in encrypted.items():
            path.write_bytes(content)
        cable = Cable(at, answered=answered)
        try:
            backup = Card(Unplugged(bench.backup.lab, cable))
            backup.pin.verify(bench.backup.pin)
            recovered(backup, new, [folder])
            finished = True
        except CardGoneError:
            bench.backup.lab.reset()
        again = outcomes(recovered(bench.backup.unlocked(), new, [folder]))
        assert set(again) <= {RecoverOutcome.MOVED, RecoverOutcome.ALREADY_MOVED}
        assert_all_opened_by(new, folder)
    assert at > len(CONTENTS)


def asking(pin: Secret, asked: list[str]) -> Callable[[], Secret]:
    def provide() -> Secret:
        asked.append("PIN")
        return pin

    return provide


class Forgetful:
    """A connection to a card that forgets its PIN before the second file."""

    atr = b""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._files = 0

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        if apdu[:2] == TRANSCODE:
            self._files += 1
            if self._files == 3:  # the first one was repeated, with the PIN
                self._lab.transmit(bytes.fromhex("0020FF01"))
        return self._lab.transmit(apdu)

    def reset(self) -> None:
        self._lab.reset()

    def close(self) -> None:
        """The bench closes it."""


def test_pins_are_asked_for_when_they_are_needed(bench: Bench, folder: Path) -> None:
    bench.at(Stage.DUPLICATED)
    encrypt_all(folder, bench.original.card().usage.public_key())
    asked: list[str] = []
    files = recovered(
        Card(Forgetful(bench.backup.lab)),
        bench.original2.card(),
        [folder],
        old_pin=asking(bench.backup.pin, asked),
        new_pin=asking(bench.original2.pin, asked),
    )
    assert outcomes(files) == {RecoverOutcome.MOVED: len(CONTENTS)}
    assert asked == ["PIN", "PIN", "PIN"]


def test_a_wrong_pin_stops_it_at_once(bench: Bench, folder: Path) -> None:
    bench.at(Stage.DUPLICATED)
    encrypt_all(folder, bench.original.card().usage.public_key())
    wrong = asking(Secret("not the PIN"), [])
    with pytest.raises(WrongPinError):
        recovered(bench.backup.card(), bench.original2.card(), [folder], old_pin=wrong)
    assert bench.backup.card().report().pin_tries_left == 2
    with pytest.raises(AuthorityMissingError):
        recovered(bench.backup.card(), bench.original2.unlocked(), [folder])


def test_cards_that_make_no_sense_are_refused(bench: Bench, folder: Path) -> None:
    bench.at(Stage.DUPLICATED)
    backup, original = bench.backup.unlocked(), bench.original.unlocked()
    with pytest.raises(ProtocolError, match="the same key"):
        recovered(backup, original, [folder])
    bench.at(Stage.COMPLETE)
    with pytest.raises(ProtocolError, match="no key"):
        recovered(bench.backup.unlocked(), original, [folder])
    with pytest.raises(ProtocolError, match="no key"):
        decrypt_file(bench.backup2.unlocked(), folder, SpooledOutput(io.BytesIO()))


def test_a_file_is_transcoded_to_somebody_else(bench: Bench, folder: Path) -> None:
    bench.at(Stage.KEYED, key=KeyType.RSA_2048)
    mine, other = bench.original.unlocked(), bench.original2.unlocked()
    encrypt_all(folder, mine.usage.public_key())
    target = Recipient.of(other.usage.public_key())
    result = folder / "for-other.p7m"
    transcode_file(mine, folder / "notes" / "plan.txt.p7m", FileOutput(result), target)
    assert decrypted(other, result) == CONTENTS["notes/plan.txt"]
    with pytest.raises(SourceError, match=r"Cannot read .*nowhere\.p7m: No such file"):
        transcode_file(mine, folder / "nowhere.p7m", FileOutput(folder / "x"), target)
    assert not (folder / "x").exists()
