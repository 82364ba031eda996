"""While no backup holds its key, an original neither shows its public key nor uses it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bench import Bench, Stage
from tests.faults.keys import Sealed, private_parts
from tests.refusals.expect import refused
from tests.refusals.test_duplication import abandon, export

from twincard.card.issuer import Personalisation
from twincard.card.report import Mode, PolicyFlags, Role
from twincard.card.session import Card
from twincard.card.usage import OWN_KEY
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.status import Sw, WrongDataError
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey

WITHHELD = PolicyFlags.PUBLIC_KEY_WITHHELD

USES: dict[str, Callable[[Card, Sealed], object]] = {
    "READ PUBLIC KEY": lambda card, sealed: card.usage.public_key(),
    "own key as a target": lambda card, sealed: card.usage.set_target(OWN_KEY),
    "CHECK": lambda card, sealed: card.usage.check(sealed.cryptogram),
}
"""What waits for a backup."""


def readable(card: Card) -> bool:
    """As reported; the two members never say different things on an original."""
    key = card.report().key
    assert key is not None
    assert key.public_key_readable is key.released
    return key.released


def assert_released(card: Card, sealed: Sealed, *, released: bool) -> None:
    """All that waits for a backup is refused, or all of it done."""
    assert readable(card) is released
    for use in USES.values():
        expected: AbstractContextManager[object] = (
            nullcontext() if released else refused(Sw.WRONG_STATE, card)
        )
        with expected:
            use(card, sealed)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("key", list(KeyType))
def test_the_public_key_waits_for_the_first_receipt(bench: Bench, key: KeyType, mode: Mode) -> None:
    bench.in_mode(mode).at(Stage.KEYED, key=key, backups=2, policy=WITHHELD)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    block = export(backup, original)
    for _ in range(2):
        with refused(Sw.WRONG_STATE, original):
            original.usage.public_key()
        with refused(Sw.WRONG_STATE, original):
            original.usage.set_target(OWN_KEY)
        assert not readable(original)
        original = bench.original.restart()
    receipt = backup.duplication.import_key(block)
    assert not readable(original)
    original.duplication.confirm(receipt)
    sealed = Sealed.to(original.usage.public_key())
    assert_released(original, sealed, released=True)
    original = bench.original.restart()
    assert_released(original, sealed, released=True)
    assert sealed.opens_with(backup)


def test_check_waits_too(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED, policy=WITHHELD)
    original = bench.original.unlocked()
    sealed = Sealed.to(original.usage.public_key())
    original.usage.check(sealed.cryptogram)
    original.usage.generate(KeyType.P_256)
    with refused(Sw.WRONG_STATE, original):
        original.usage.check(sealed.cryptogram)
    # It is the state that refuses, before anything is opened.
    for _ in range(40):
        with refused(Sw.WRONG_STATE, original):
            original.usage.check(sealed.cryptogram)
    assert original.pin.is_verified()


@pytest.mark.parametrize("key", list(KeyType))
def test_a_new_key_tells_its_digest_alone(bench: Bench, key: KeyType) -> None:
    bench.at(Stage.COMPLETE, policy=WITHHELD)
    original = bench.original.unlocked()
    data = bytes([0xAC, 3, 0x80, 1, key.number])
    sent = original.connection.transmit(
        Command(0x00, 0x46, 0x80, data=data, answer=SHORT_ANSWER).short()
    )
    report = original.report().key
    assert report is not None
    assert sent == (report.digest, Sw.DONE)


def test_a_new_key_waits_again(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED, policy=WITHHELD)
    original = bench.original.unlocked()
    old = original.usage.public_key()
    original.usage.set_target(OWN_KEY)
    digest = original.usage.generate(KeyType.P_256)
    assert digest != old.digest
    assert_released(original, Sealed.to(old), released=False)
    duplicate_key(original, bench.backup2.unlocked())
    assert original.usage.public_key().digest == digest


def test_a_slot_that_was_abandoned_releases_nothing(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=2, policy=WITHHELD | PolicyFlags.ERASE_GROUP)
    original = bench.original.unlocked()
    export(bench.backup.unlocked(), original)
    abandon(bench)
    original = bench.original.unlocked()
    assert not readable(original)
    assert not original.report().key_is_dead
    duplicate_key(original, bench.backup2.unlocked())
    assert readable(original)
    assert original.report().group is None


def test_a_slot_that_is_abandoned_after_a_done_one_takes_nothing_back(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=2, policy=WITHHELD | PolicyFlags.ERASE_GROUP)
    original = bench.original.unlocked()
    duplicate_key(original, bench.backup.unlocked())
    export(bench.backup2.unlocked(), original)
    abandon(bench)
    original = bench.original.unlocked()
    assert readable(original)
    assert original.report().group is not None


def test_a_key_without_any_backup_is_replaced_and_its_group_still_there(bench: Bench) -> None:
    bench.at(Stage.KEYED, policy=WITHHELD | PolicyFlags.ERASE_GROUP)
    original = bench.original.unlocked()
    export(bench.backup.unlocked(), original)
    abandon(bench)
    original = bench.original.unlocked()
    report = original.report()
    assert report.key_is_dead
    assert report.group is not None
    assert not readable(original)
    result = duplicate_key(original, bench.backup2.unlocked(), key_type=KeyType.P_256)
    assert result.generated
    assert report.key is not None
    assert result.key_digest != report.key.digest
    assert readable(original)


def test_a_void_receipt_releases_nothing(bench: Bench) -> None:
    bench.at(Stage.KEYED, policy=WITHHELD)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    export(backup, original)
    original.duplication.confirm(backup.duplication.cancel())
    assert not readable(original)


def test_an_unreleased_key_opens_and_transcodes(bench: Bench) -> None:
    """What was encrypted to it by somebody who opened the block with all components."""
    bench.at(Stage.KEYED, policy=WITHHELD)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ticket = backup.duplication.ticket(original.report().card_id)
    scalar, *_ = private_parts(ticket, original.duplication.export_key(ticket), 3, KeyType.P_256)
    private = ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    sealed = Sealed.to(PublicKey.from_point(point))
    assert sealed.opens_with(original)
    original.usage.transcode(sealed.cryptogram, PublicKey.from_point(point))


def test_an_original_without_backups_cannot_withhold_its_key(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    specimen = bench.original
    card = specimen.as_issuer()
    for role, backups, refuses in (
        (Role.ORIGINAL, 0, True),
        (Role.ORIGINAL, 1, False),
        (Role.BACKUP, 0, False),
    ):
        values = Personalisation(role, specimen.pin, specimen.puk, backups, policy=WITHHELD)
        if refuses:
            with pytest.raises(WrongDataError):
                card.issuer.personalise(values)
        else:
            card.issuer.personalise(values)


def test_the_signature_key_never_waits(bench: Bench) -> None:
    bench.at(Stage.KEYED, policy=WITHHELD)
    original = bench.original.unlocked()
    key = original.signing.generate(KeyType.P_256)
    assert original.signing.public_key() == key


def test_a_backup_shows_what_its_policy_lets_it_keep(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED, policy=WITHHELD | PolicyFlags.PUBLIC_KEY_IN_BACKUP)
    backup = bench.backup.unlocked()
    assert_released(backup, Sealed.to(backup.usage.public_key()), released=True)


def test_without_a_key_there_is_none_to_wait_for(bench: Bench) -> None:
    bench.at(Stage.COMPLETE, policy=WITHHELD)
    original = bench.original.unlocked()
    with refused(Sw.NOT_FOUND, original):
        original.usage.public_key()
    with refused(Sw.NOT_FOUND, original):
        original.usage.set_target(OWN_KEY)
