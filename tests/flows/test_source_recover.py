"""The source's flow S301-S326, step by step: passwords, decode on the backup, encode for the new.

In the source the terminal sees the file between decoding and encoding; here TRANSCODE and CHECK
take its key from card to card unseen.
"""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage

from twincard.card import (
    AuthorityMissingError,
    KeyType,
    PinBlockedError,
    WrongDataError,
    WrongPinError,
)
from twincard.card.cryptogram import EcCryptogram, RsaCryptogram
from twincard.card.usage import CHECK_BYTES
from twincard.keys.secret import Secret

KEY_TYPES = list(KeyType)
CEK = bytes(range(100, 132))


@pytest.mark.parametrize("name", ["backup", "original2"], ids=["S302-S323", "S304-S326"])
def test_each_card_judges_its_password(bench: Bench, name: str) -> None:
    bench.at(Stage.ISSUED)
    specimen = getattr(bench, name)
    card = specimen.card()
    with pytest.raises(WrongPinError) as raised:
        card.pin.verify(Secret("not the PIN"))
    assert raised.value.tries_left == 2
    assert not card.pin.is_verified()
    card.pin.verify(specimen.pin)
    assert card.pin.is_verified()
    assert card.report().pin_tries_left == 3


def test_three_wrong_passwords_block_until_the_puk_comes(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    specimen = bench.original
    card = specimen.card()
    for left in ("2 tries left", "1 try left"):
        with pytest.raises(WrongPinError, match=left):
            card.pin.verify(Secret("not the PIN"))
    with pytest.raises(PinBlockedError):
        card.pin.verify(Secret("not the PIN"))
    with pytest.raises(PinBlockedError):
        card.pin.verify(specimen.pin)
    assert card.report().pin_tries_left == 0
    with pytest.raises(WrongPinError) as wrong_puk:
        card.pin.unblock(Secret("not the PUK"), Secret("new PIN"))
    assert wrong_puk.value.tries_left == 9
    card.pin.unblock(specimen.puk, Secret("new PIN"))
    card.pin.verify(Secret("new PIN"))
    assert card.report().puk_tries_left == 10


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_s306_s310_the_backup_decodes_what_the_original_would(
    bench: Bench, key_type: KeyType
) -> None:
    bench.at(Stage.DUPLICATED, key=key_type)
    original = bench.original.unlocked()
    cryptogram = original.usage.encipher(CEK, original.usage.public_key())
    kind = RsaCryptogram if key_type is KeyType.RSA_2048 else EcCryptogram
    assert isinstance(cryptogram, kind)
    assert bench.backup.unlocked().usage.decipher(cryptogram) == CEK


@pytest.mark.parametrize("new_type", KEY_TYPES)
@pytest.mark.parametrize("old_type", KEY_TYPES)
def test_s306_s317_a_key_to_a_file_moves_to_the_new_original(
    bench: Bench, old_type: KeyType, new_type: KeyType
) -> None:
    bench.at(Stage.DUPLICATED, key=old_type)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    new = bench.original2.unlocked()
    new.usage.generate(new_type)
    target = new.usage.public_key()
    old_cryptogram = original.usage.encipher(CEK, original.usage.public_key())
    transcoded = backup.usage.transcode(old_cryptogram, target)
    assert len(transcoded.check) == CHECK_BYTES
    assert new.usage.check(transcoded.cryptogram) == transcoded.check
    assert backup.usage.check(old_cryptogram) == transcoded.check
    assert new.usage.decipher(transcoded.cryptogram) == CEK


def test_nothing_is_decoded_without_the_password(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    original = bench.original.unlocked()
    public_key = original.usage.public_key()
    cryptogram = original.usage.encipher(CEK, public_key)
    backup = bench.backup.card()
    for use in (
        lambda: backup.usage.decipher(cryptogram),
        lambda: backup.usage.check(cryptogram),
        lambda: backup.usage.transcode(cryptogram, public_key),
        lambda: backup.usage.encipher(CEK, public_key),
    ):
        with pytest.raises(AuthorityMissingError):
            use()


def test_what_another_key_made_does_not_open(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    stranger = bench.original2.unlocked()
    cryptogram = stranger.usage.encipher(CEK, stranger.usage.public_key())
    backup = bench.backup.unlocked()
    with pytest.raises(WrongDataError):
        backup.usage.decipher(cryptogram)
    with pytest.raises(WrongDataError):
        backup.usage.transcode(cryptogram, stranger.usage.public_key())
