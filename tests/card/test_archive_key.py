"""WRAP, UNWRAP, KEEP, and what else takes archive cryptograms: one key for both cards of a pair."""

from __future__ import annotations

import hashlib
from secrets import token_bytes

import pytest
from tests.bench import Bench, Stage
from tests.card.sealing import Correspondent, seal, seal_pkcs1
from tests.card.wire import Command, exchange, status

from twincard.card.cryptogram import ArchiveCryptogram
from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.card.usage import OWN_KEY, Padding
from twincard.iso.status import CardError, NotFoundError, Sw, WrongDataError, WrongStateError
from twincard.keys.key_type import KeyType

KEYS = pytest.mark.parametrize("key", KeyType)
CEK_SIZES = (16, 24, 32)
FAULTS = 32


def check_of(content: bytes) -> bytes:
    return hashlib.sha256(b"cek" + content).digest()[:8]


def keyed(bench: Bench, key: KeyType = KeyType.P_256) -> Card:
    return bench.at(Stage.KEYED, key=key).original.unlocked()


@KEYS
@pytest.mark.parametrize("size", CEK_SIZES)
def test_what_one_card_of_the_pair_wraps_the_other_unwraps(
    bench: Bench, key: KeyType, size: int
) -> None:
    bench.at(Stage.DUPLICATED, key=key)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    assert original.report().archive_id == backup.report().archive_id
    for by, other in ((original, backup), (backup, original)):
        content = token_bytes(size)
        wrapped = by.usage.wrap(content)
        assert len(wrapped.wrapped_key) == size + 8
        assert by.usage.unwrap(wrapped) == content == other.usage.unwrap(wrapped)


def test_wrapping_is_the_same_each_time_and_another_key_s_is_another(bench: Bench) -> None:
    card = keyed(bench)
    before, name = card.usage.wrap(bytes(32)), card.report().archive_id
    assert card.usage.wrap(bytes(32)) == before
    card.usage.generate(KeyType.P_256)
    assert card.usage.wrap(bytes(32)) != before
    assert card.report().archive_id != name
    with pytest.raises(WrongDataError):
        card.usage.unwrap(before)


@KEYS
def test_keep_turns_what_came_for_the_public_key_into_an_archive_cryptogram(
    bench: Bench, key: KeyType
) -> None:
    card = keyed(bench, key)
    for size in CEK_SIZES:
        content = token_bytes(size)
        kept = card.usage.keep(seal(card.usage.public_key(), content))
        assert kept.check == check_of(content)
        assert kept.cryptogram == card.usage.wrap(content)


def test_keep_opens_with_the_padding_that_was_chosen(bench: Bench) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    content = token_bytes(16)
    sealed = seal_pkcs1(card.usage.public_key(), content)
    kept = card.usage.keep(sealed, Padding.PKCS1_V15)
    assert card.usage.unwrap(kept.cryptogram) == content


@KEYS
def test_transcode_and_check_take_archive_cryptograms(bench: Bench, key: KeyType) -> None:
    card, friend = keyed(bench, key), Correspondent.with_ec()
    content = token_bytes(32)
    wrapped = card.usage.wrap(content)
    assert card.usage.check(wrapped) == check_of(content)
    for target in (friend.public, OWN_KEY):
        transcoded = card.usage.transcode(wrapped, target)
        assert transcoded.check == check_of(content)
        if target is not OWN_KEY:
            assert friend.open(transcoded.cryptogram) == content
        else:
            assert card.usage.decipher(transcoded.cryptogram) == content
            assert card.usage.keep(transcoded.cryptogram).cryptogram == wrapped


def test_each_command_takes_its_own_forms_alone(bench: Bench) -> None:
    card = keyed(bench)
    sealed, wrapped = seal(card.usage.public_key(), bytes(32)), card.usage.wrap(bytes(32))
    for ins, data in (
        ((0x00, 0x2A, 0x80, 0x86), wrapped.encode()),
        ((0x80, 0x36, 0x00, 0x00), sealed.encode()),
        ((0x80, 0x38, 0x00, 0x00), wrapped.encode()),
    ):
        command = Command(*ins, data, 256)
        assert exchange(bench.original.lab, command) == (b"", Sw.WRONG_DATA)


def test_every_altered_byte_is_refused_alike(bench: Bench) -> None:
    card = keyed(bench)
    good = card.usage.wrap(bytes(range(24))).encode()
    altered = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(len(good))]
    altered += [good[:size] for size in range(len(good))] + [good + b"\x00"]
    for data in altered:
        unwrap = Command(0x80, 0x36, data=data, answer=256)
        assert exchange(bench.original.lab, unwrap) == (b"", Sw.WRONG_DATA)
        card.pin.verify(bench.original.pin)
    assert card.usage.unwrap(ArchiveCryptogram(good[2:])) == bytes(range(24))


def test_faults_inside_count_with_all_others(bench: Bench) -> None:
    card = keyed(bench)
    wrapped = ArchiveCryptogram(bytes(40))
    for attempt in range(FAULTS):
        use = (card.usage.unwrap, card.usage.check)[attempt % 2]
        with pytest.raises(WrongDataError):
            use(wrapped)
    assert not card.pin.is_verified()


def test_without_a_key_there_is_nothing_to_wrap_with(bench: Bench) -> None:
    card = bench.at(Stage.COMPLETE).original.unlocked()
    assert card.report().archive_id is None
    with pytest.raises(NotFoundError):
        card.usage.wrap(bytes(32))
    with pytest.raises(NotFoundError):
        card.usage.unwrap(ArchiveCryptogram(bytes(40)))


def test_unwrap_is_off_where_decipher_is(bench: Bench) -> None:
    policy = PolicyFlags.DECIPHER_OFF | PolicyFlags.TRUSTED_TARGETS_ONLY
    card = bench.at(Stage.KEYED, policy=policy).original.unlocked()
    wrapped = card.usage.wrap(bytes(32))
    with pytest.raises(WrongStateError):
        card.usage.unwrap(wrapped)
    kept = card.usage.keep(seal(card.usage.public_key(), bytes(32)))
    assert (kept.cryptogram, kept.check) == (wrapped, card.usage.check(wrapped))


@pytest.mark.parametrize("size", [0, 1, 8, 15, 17, 31, 33, 40, 190])
def test_only_content_encryption_keys_are_wrapped(bench: Bench, size: int) -> None:
    card = keyed(bench)
    if size:
        with pytest.raises(CardError) as refusal:
            card.usage.wrap(bytes(size))
        assert refusal.value.sw == Sw.WRONG_LENGTH
    else:
        assert status(bench.original.lab, Command(0x80, 0x34)) == Sw.WRONG_LENGTH
