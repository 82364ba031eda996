"""The policy fixed at personalisation: trusted targets only, no DECIPHER, a PIN each time."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage
from tests.card.sealing import Correspondent, seal
from tests.card.wire import Command, exchange
from tests.refusals.expect import refused

from twincard.card.cryptogram import Cryptogram
from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.card.usage import OWN_KEY
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType

CEK = bytes(range(32))
FRIEND, COLLEAGUE = 1, 2
KEYS = pytest.mark.parametrize("key", KeyType)


@pytest.fixture(scope="module")
def friend() -> Correspondent:
    return Correspondent.with_ec()


def with_contacts(
    bench: Bench, key: KeyType, policy: PolicyFlags, public: Correspondent
) -> tuple[Card, Cryptogram]:
    """The original, with one contact of the user's and one of the issuer's; CEK, sealed for it."""
    bench.at(Stage.KEYED, key=key, policy=policy)
    bench.original.unlocked().contacts.put(FRIEND, public.public)
    bench.original.as_issuer().contacts.put(COLLEAGUE, public.public, as_issuer=True)
    card = bench.original.unlocked()
    return card, seal(card.usage.public_key(), CEK)


@KEYS
def test_a_transcode_goes_to_trusted_targets_only(
    bench: Bench, key: KeyType, friend: Correspondent
) -> None:
    card, cryptogram = with_contacts(bench, key, PolicyFlags.TRUSTED_TARGETS_ONLY, friend)
    with refused(Sw.AUTHORITY_MISSING, card):
        card.usage.set_target(friend.public)
    transcode = Command(0x80, 0x30, data=cryptogram.encode(), answer=256)
    assert exchange(bench.original.lab, transcode, extended=True) == (b"", Sw.WRONG_STATE)
    with refused(Sw.AUTHORITY_MISSING, card):
        card.usage.transcode(cryptogram, FRIEND)
    assert friend.open(card.usage.transcode(cryptogram, COLLEAGUE).cryptogram) == CEK
    own = card.usage.transcode(cryptogram, OWN_KEY).cryptogram
    assert card.usage.decipher(own) == CEK


@KEYS
def test_without_that_policy_any_target_will_do(
    bench: Bench, key: KeyType, friend: Correspondent
) -> None:
    card, cryptogram = with_contacts(bench, key, PolicyFlags.NONE, friend)
    for target in (friend.public, FRIEND, COLLEAGUE):
        assert friend.open(card.usage.transcode(cryptogram, target).cryptogram) == CEK


@KEYS
def test_decipher_is_off_where_the_policy_says_so(
    bench: Bench, key: KeyType, friend: Correspondent
) -> None:
    card, cryptogram = with_contacts(bench, key, PolicyFlags.DECIPHER_OFF, friend)
    with refused(Sw.WRONG_STATE, card):
        card.usage.decipher(cryptogram)
    transcoded = card.usage.transcode(cryptogram, FRIEND)
    assert friend.open(transcoded.cryptogram) == CEK
    assert card.usage.check(cryptogram) == transcoded.check


@KEYS
@pytest.mark.parametrize("intact", [True, False], ids=["opens", "does not open"])
def test_a_pin_serves_for_one_decipher(bench: Bench, key: KeyType, *, intact: bool) -> None:
    bench.at(Stage.KEYED, key=key, policy=PolicyFlags.PIN_EACH_TIME)
    card = bench.original.unlocked()
    data = seal(card.usage.public_key(), CEK).encode()
    if not intact:
        data = data[:-1] + bytes([data[-1] ^ 1])
    expected = Sw.DONE if intact else Sw.WRONG_DATA
    command = Command(0x00, 0x2A, 0x80, 0x86, data, 256)
    assert exchange(bench.original.lab, command, extended=True)[1] == expected
    assert not card.pin.is_verified()
    assert exchange(bench.original.lab, command, extended=True)[1] == Sw.AUTHORITY_MISSING
    card.pin.verify(bench.original.pin)
    assert exchange(bench.original.lab, command, extended=True)[1] == expected


@pytest.mark.parametrize("size", [32, 31], ids=["signs", "does not sign"])
def test_a_pin_serves_for_one_signature(bench: Bench, size: int) -> None:
    bench.at(Stage.ISSUED, policy=PolicyFlags.PIN_EACH_TIME)
    card = bench.original.unlocked()
    card.signing.generate(KeyType.P_256)
    assert card.pin.is_verified()
    command = Command(0x00, 0x2A, 0x9E, 0x9A, bytes(size), 256)
    expected = Sw.DONE if size == 32 else Sw.WRONG_LENGTH
    assert exchange(bench.original.lab, command)[1] == expected
    assert not card.pin.is_verified()
    assert exchange(bench.original.lab, command)[1] == Sw.AUTHORITY_MISSING


@KEYS
def test_what_shows_no_content_leaves_the_pin_verified(
    bench: Bench, key: KeyType, friend: Correspondent
) -> None:
    card, cryptogram = with_contacts(bench, key, PolicyFlags.PIN_EACH_TIME, friend)
    for _ in range(2):
        assert card.usage.check(cryptogram) == card.usage.transcode(cryptogram, FRIEND).check
        card.usage.encipher(CEK, FRIEND)
    assert card.usage.decipher(cryptogram) == CEK


@KEYS
def test_a_pin_serves_for_one_unwrap(bench: Bench, key: KeyType) -> None:
    bench.at(Stage.KEYED, key=key, policy=PolicyFlags.PIN_EACH_TIME)
    card = bench.original.unlocked()
    archived = card.usage.wrap(CEK)
    assert card.pin.is_verified()
    assert card.usage.unwrap(archived) == CEK
    with refused(Sw.AUTHORITY_MISSING, card):
        card.usage.unwrap(archived)
    assert not card.pin.is_verified()
