"""Recovery over files that others could write to: each is moved or fails alone; none is lost."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.bench import Bench, Stage
from tests.cms.framing import Parts
from tests.recovered import recovered

from twincard.card.session import Card
from twincard.cms import (
    EcRecipient,
    Recipient,
    SpooledOutput,
    UnsupportedError,
    encrypt,
    read_recipients,
    wrap_for_card_key,
)
from twincard.cms.framing import ber
from twincard.cms.recipients.codec import encode_recipient
from twincard.flows.events import BytesEvent
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.recover.outcomes import RecoverEvent, RecoverOutcome
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.secret import Secret

CONTENT = b"the plan\n" * 40_000
key_types = pytest.mark.parametrize("key_type", KeyType)


def sealed(*keys: PublicKey) -> bytes:
    sink = io.BytesIO()
    encrypt(io.BytesIO(CONTENT), sink, [Recipient.of(key) for key in keys])
    return sink.getvalue()


def broken(key: PublicKey) -> bytes:
    """A recipient info that names the key and does not open."""
    info = wrap_for_card_key(os.urandom(32), Recipient.of(key))
    if isinstance(info, EcRecipient):
        return encode_recipient(replace(info, wrapped_key=bytes(40)))
    return encode_recipient(replace(info, cryptogram=bytes(256)))


def misleading(key: PublicKey) -> bytes:
    """A recipient info that opens, and holds another key than the content has."""
    return encode_recipient(wrap_for_card_key(os.urandom(32), Recipient.of(key)))


def with_first(message: bytes, *infos: bytes) -> bytes:
    parts = Parts.of(message)
    return replace(parts, infos=(*infos, *parts.infos)).message()


def decrypted(card: Card, path: Path) -> bytes:
    stream = io.BytesIO()
    decrypt_file(card, path, SpooledOutput(stream))
    return stream.getvalue()


class Scene:
    """A backup that works, a new card, and one file."""

    def __init__(self, bench: Bench, folder: Path, key_type: KeyType) -> None:
        bench.at(Stage.DUPLICATED, key=key_type)
        self.key = bench.original.card().usage.public_key()
        self.old, self.new = bench.backup.unlocked(), bench.original2.unlocked()
        self.new.usage.generate(key_type)
        self.new_key = self.new.usage.public_key()
        self.path = folder / "file.p7m"

    def recover(self, message: bytes) -> RecoverOutcome:
        """What becomes of the file with this content."""
        self.path.write_bytes(message)
        (event,) = recovered(self.old, self.new, [self.path])
        return event.outcome


@pytest.fixture
def scene(bench: Bench, tmp_path: Path, key_type: KeyType) -> Scene:
    """The scene, for the key type of the test."""
    return Scene(bench, tmp_path, key_type)


@key_types
def test_a_recipient_info_that_only_names_the_new_card_does_not_count_as_moved(
    scene: Scene,
) -> None:
    for forged in (broken(scene.new_key), misleading(scene.new_key)):
        message = with_first(sealed(scene.key), forged)
        assert scene.recover(message) is RecoverOutcome.MOVED
        assert decrypted(scene.new, scene.path) == CONTENT
        moved = scene.path.read_bytes()
        assert scene.recover(moved) is RecoverOutcome.ALREADY_MOVED
        assert scene.path.read_bytes() == moved


@key_types
def test_what_was_added_in_the_name_of_the_old_card_does_not_hide_the_true_one(
    scene: Scene,
) -> None:
    for added in (broken(scene.key), misleading(scene.key)):
        message = with_first(sealed(scene.key), added)
        scene.path.write_bytes(message)
        assert decrypted(scene.old, scene.path) == CONTENT
        assert scene.recover(message) is RecoverOutcome.MOVED
        assert decrypted(scene.new, scene.path) == CONTENT


@key_types
def test_a_file_that_was_for_both_cards_from_the_start_stays_as_it_is(scene: Scene) -> None:
    message = sealed(scene.key, scene.new_key)
    assert scene.recover(message) is RecoverOutcome.ALREADY_MOVED
    assert scene.path.read_bytes() == message


@pytest.mark.parametrize("key_type", [KeyType.P_256])
@pytest.mark.parametrize("version", ["02020100", "0201FF", "0200"])
def test_a_malformed_file_fails_alone_and_those_after_it_are_moved(
    scene: Scene, version: str
) -> None:
    folder = scene.path.parent
    good = sealed(scene.key)
    evil = replace(Parts.of(good), version=bytes.fromhex(version)).message()
    for name, message in (("a", good), ("m", evil), ("z", good)):
        (folder / f"{name}.p7m").write_bytes(message)
    outcomes = [event.outcome for event in recovered(scene.old, scene.new, [folder])]
    assert outcomes == [RecoverOutcome.MOVED, RecoverOutcome.UNUSABLE, RecoverOutcome.MOVED]
    assert (folder / "m.p7m").read_bytes() == evil
    assert decrypted(scene.new, folder / "z.p7m") == CONTENT
    assert not list(folder.glob(".twincard-*"))


@pytest.mark.parametrize("key_type", [KeyType.P_256])
def test_whatever_is_raised_while_a_file_is_rewritten_stops_that_file_only(scene: Scene) -> None:
    folder = scene.path.parent
    good = sealed(scene.key)
    for name in ("a", "b"):
        (folder / name).write_bytes(good)

    def on_event(event: BytesEvent | RecoverEvent) -> None:
        if isinstance(event, BytesEvent) and event.path.name == "a":
            raise ValueError

    events = recovered(scene.old, scene.new, [folder], on_event=on_event)
    assert [event.outcome for event in events] == [RecoverOutcome.FAILED, RecoverOutcome.MOVED]
    assert events[0].reason == "The file could not be processed (ValueError)."
    assert (folder / "a").read_bytes() == good


@key_types
def test_one_file_full_of_strangers_ends_no_session_of_the_pin(bench: Bench, scene: Scene) -> None:
    asked: list[int] = []

    def pin() -> Secret:
        asked.append(1)
        return bench.backup.pin

    good = sealed(scene.key)
    parts = Parts.of(good)
    # None names the key truly, and none is opened by it: 16 do as if, 200 name another.
    crowd = (broken(scene.key),) * 16 + (broken(scene.new_key),) * 200
    folder = scene.path.parent
    (folder / "crowded.p7m").write_bytes(replace(parts, infos=crowd).message(ber.encode))
    (folder / "good.p7m").write_bytes(good)
    with pytest.raises(UnsupportedError, match="too many recipients"):
        decrypt_file(scene.old, folder / "crowded.p7m", SpooledOutput(io.BytesIO()), pin=pin)
    assert scene.old.pin.is_verified()
    scene.old.pin.forget()
    scene.old.pin.verify(bench.backup.pin)
    crowded, moved = recovered(scene.old, scene.new, [folder], old_pin=pin)
    assert crowded.outcome is RecoverOutcome.UNUSABLE
    assert "too many recipients" in str(crowded.reason)
    assert moved.outcome is RecoverOutcome.MOVED
    assert asked == []
    with (folder / "crowded.p7m").open("rb") as stream:
        assert len(read_recipients(stream)) == 216
