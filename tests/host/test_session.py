"""The typed commands that the flows do not use: files, contacts, PIN, environment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.bench import Bench, Stage

from twincard.card import (
    AlreadyExistsError,
    AuthorityMissingError,
    CardError,
    KeyType,
    MemoryFullError,
    NotFoundError,
    PolicyFlags,
    Sw,
    WrongDataError,
    WrongStateError,
)
from twincard.card.files import MF, Condition, DfAccess, EfAccess, FileType
from twincard.card.pin import PinFormatError
from twincard.card.usage import OWN_KEY, Padding
from twincard.keys.public import PublicKey
from twincard.keys.secret import Secret

ISSUERS = EfAccess(read=Condition.USER_PIN, update=Condition.ISSUER, delete=Condition.ISSUER)
CEK = bytes(range(32))


def test_files_are_created_written_read_and_deleted(bench: Bench) -> None:
    content = bytes(range(256)) * 3
    card = bench.original.as_issuer()
    card.files.create_df(0x5000, DfAccess(Condition.NEVER, Condition.ISSUER, Condition.ISSUER))
    card.files.create_ef(0x5001, len(content), ISSUERS)
    card.files.update(content)
    control = card.files.select(0x5000, 0x5001)
    assert (control.fid, control.size, control.type) == (
        0x5001,
        len(content),
        FileType.TRANSPARENT_EF,
    )
    assert control.access == ISSUERS.encode()
    with pytest.raises(AuthorityMissingError):
        card.files.read(1)
    card.files.select()
    with pytest.raises(WrongStateError):
        card.files.delete(0x5000)
    card.files.select(0x5000)
    card.files.delete(0x5001)
    with pytest.raises(NotFoundError):
        card.files.select(0x5000, 0x5001)
    card.files.select()
    card.files.delete(0x5000)
    assert card.files.select().fid == MF


def test_a_file_is_read_in_pieces_from_any_offset(bench: Bench) -> None:
    content = bytes(range(200)) * 4
    card = bench.original.as_issuer()
    anyone = EfAccess(read=Condition.ALWAYS, update=Condition.ISSUER)
    card.files.create_ef(0x5001, len(content), anyone)
    card.files.update(content[300:], offset=300)
    card.files.update(content[:300])
    assert card.files.read(len(content)) == content
    assert card.files.read(300, offset=500) == content[500:]
    with pytest.raises(CardError) as raised:
        card.files.read(2, offset=len(content) - 1)
    assert raised.value.sw == Sw.END_OF_FILE
    with pytest.raises(MemoryFullError):
        card.files.update(b"xy", offset=len(content) - 1)
    with pytest.raises(AlreadyExistsError):
        card.files.create_ef(0x5001, 1, anyone)


def test_contacts_are_kept_by_number(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    key = bench.original2.card().usage.public_key()
    other = bench.original2.unlocked()
    other.usage.generate(KeyType.RSA_2048)
    rsa_key = other.usage.public_key()
    card = bench.original.unlocked()
    card.contacts.put(2, key)
    card.contacts.put(8, rsa_key)
    assert card.contacts.used() == (2, 8)
    assert (card.contacts.get(2), card.contacts.get(8), card.contacts.get(1)) == (
        key,
        rsa_key,
        None,
    )
    card.contacts.delete(8)
    assert card.contacts.used() == (2,)
    with pytest.raises(NotFoundError):
        card.contacts.delete(8)
    with pytest.raises(CardError):
        card.contacts.get(9)


def test_a_contact_and_the_own_key_are_targets(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    other = bench.original2.unlocked()
    card = bench.original.unlocked()
    card.contacts.put(1, other.usage.public_key())
    assert other.usage.decipher(card.usage.encipher(CEK, 1)) == CEK
    assert card.usage.decipher(card.usage.encipher(CEK, OWN_KEY)) == CEK
    with pytest.raises(NotFoundError):
        card.usage.encipher(CEK, 2)
    assert other.usage.decipher(card.usage.encipher(CEK, 1)) == CEK


def test_a_contact_that_is_replaced_is_the_new_target_at_once(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    other = bench.original2.unlocked()
    card = bench.original.unlocked()
    card.contacts.put(1, card.usage.public_key())
    card.usage.encipher(CEK, 1)
    card.contacts.put(1, other.usage.public_key())
    assert other.usage.decipher(card.usage.encipher(CEK, 1)) == CEK


def test_after_generation_the_own_key_is_the_new_one(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    card = bench.original.unlocked()
    card.usage.encipher(CEK, OWN_KEY)
    card.usage.generate(KeyType.P_256)
    assert card.usage.decipher(card.usage.encipher(CEK, OWN_KEY)) == CEK


def test_only_what_the_issuer_wrote_is_a_trusted_target(bench: Bench) -> None:
    bench.at(Stage.KEYED, policy=PolicyFlags.TRUSTED_TARGETS_ONLY | PolicyFlags.DECIPHER_OFF)
    other_key = bench.original2.card().usage.public_key()
    bench.original.as_issuer().contacts.put(1, other_key, as_issuer=True)
    card = bench.original.unlocked()
    card.contacts.put(2, other_key)
    cryptogram = card.usage.encipher(CEK, OWN_KEY)
    card.usage.transcode(cryptogram, 1)
    with pytest.raises(AuthorityMissingError):
        card.usage.transcode(cryptogram, 2)
    with pytest.raises(AuthorityMissingError):
        card.usage.transcode(cryptogram, other_key)
    with pytest.raises(WrongStateError):
        card.usage.decipher(cryptogram)


def test_the_padding_is_chosen_when_it_changes_and_forgotten_at_reset(bench: Bench) -> None:
    bench.at(Stage.KEYED, key=KeyType.RSA_2048)
    card = bench.original.unlocked()
    cryptogram = card.usage.encipher(CEK, OWN_KEY)
    with pytest.raises(WrongDataError):
        card.usage.decipher(cryptogram, Padding.PKCS1_V15)
    card.reset()
    card.pin.verify(bench.original.pin)
    assert card.usage.decipher(cryptogram) == CEK
    assert card.usage.encipher(CEK, OWN_KEY) != cryptogram


def test_the_pin_is_changed_and_forgotten(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card, pin = bench.original.unlocked(), bench.original.pin
    card.pin.forget()
    assert not card.pin.is_verified()
    new = Secret("日本語の鍵")
    card.pin.change(pin, new)
    card.pin.verify(new)
    assert card.pin.is_verified()


def too_short(secret: Secret) -> Secret:
    return Secret(secret.reveal()[:5])


def too_long(secret: Secret) -> Secret:
    return Secret(secret.reveal() + b"1234567890abcdef")


def ending_in_zero(secret: Secret) -> Secret:
    return Secret(secret.reveal()[:6] + b"\x00")


@pytest.mark.parametrize("spoil", [too_short, too_long, ending_in_zero])
def test_a_pin_that_no_card_can_have_costs_no_try(
    bench: Bench, spoil: Callable[[Secret], Secret]
) -> None:
    bench.at(Stage.ISSUED)
    card, pin = bench.original.card(), bench.original.pin
    with pytest.raises(PinFormatError, match=r"A PIN or PUK"):
        card.pin.verify(spoil(pin))
    with pytest.raises(PinFormatError):
        card.pin.change(pin, spoil(pin))
    assert card.report().pin_tries_left == 3


def test_a_key_of_a_size_the_card_does_not_take_is_refused(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    numbers = rsa.generate_private_key(65537, 3072).public_key().public_numbers()
    large = PublicKey.from_rsa(numbers.n.to_bytes(384, "big"), b"\x01\x00\x01")
    with pytest.raises(CardError):
        bench.original.unlocked().usage.encipher(CEK, large)
