"""Files for OpenSC: wherever power fails, a card shows nothing wrong, and a repetition ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from tests.opensc.conftest import PINS, PUK, TRANSPORT_KEY, blank, unlocked

from twincard.card.files import SIGNATURE_CERTIFICATE, Condition, EfAccess
from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.authority import take_authority
from twincard.flows.certify.card_files import make_room, read_file
from twincard.flows.certify.certificate import certify_signature_key
from twincard.flows.certify.opensc import make_opensc_files, update_opensc_files
from twincard.identity.x509 import Subject, Validity
from twincard.iso import tlv
from twincard.iso.status import AuthorityMissingError, MemoryFullError, NotFoundError
from twincard.keys.key_type import KeyType
from twincard.pkcs15 import opensc
from twincard.simulator.laboratory import Laboratory
from twincard.transport.connection import PowerCutError

LABEL = "twincard 会員"
FULL = EfAccess(read=Condition.ALWAYS, update=Condition.NEVER)
LISTS = (opensc.PRIVATE_KEYS, opensc.PUBLIC_KEYS, opensc.CERTIFICATES)
EMPTY: dict[int, list[bytes]] = {fid: [] for fid in LISTS}


@pytest.fixture(scope="module")
def started() -> Iterator[Laboratory]:
    lab = blank()
    yield lab
    assert lab.faults() == ""
    lab.close()


@pytest.fixture
def lab(started: Laboratory) -> Iterator[Laboratory]:
    """A card in initialisation, personalised as an original, without files."""
    start = started.snapshot()
    card = as_issuer(started)
    card.issuer.personalise(
        Personalisation(Role.ORIGINAL, PINS[0], PUK, 1, policy=PolicyFlags.NONE)
    )
    yield started
    started.restore(start)
    started.drop(start)


def as_issuer(lab: Laboratory) -> Card:
    card = Card(lab)
    take_authority(card, card.report(), TRANSPORT_KEY)
    return card


def make(lab: Laboratory) -> None:
    card = as_issuer(lab)
    make_opensc_files(card, card.report(), LABEL)


def operational(lab: Laboratory) -> Card:
    """With files; the PIN is verified."""
    make(lab)
    as_issuer(lab).issuer.activate()
    return unlocked(lab, PINS[0])


def entries(content: bytes) -> list[bytes]:
    """The entries of a list, which zeros follow; nothing else."""
    found = []
    while content and content[0] != 0:
        size = content[1] if content[1] < 0x80 else content[2]
        end = size + (2 if content[1] < 0x80 else 3)
        (whole,) = tlv.decode(content[:end])
        found.append(whole.value)
        content = content[end:]
    assert not any(content)
    return found


def shown(lab: Laboratory) -> dict[int, list[bytes]]:
    """The entries of all lists of a card that has them."""
    card = Card(lab)
    found = {}
    for fid in LISTS:
        content = read_file(card, opensc.DF, fid)
        assert content is not None
        found[fid] = entries(content)
    return found


def at_every_write(
    lab: Laboratory, act: Callable[[Laboratory], None], look: Callable[[Laboratory], None]
) -> int:
    """Cut the power at every write of `act`, look, and do it again; how many there were."""
    start = lab.snapshot()
    for write in count(1):
        lab.restore(start)
        lab.cut(write)
        try:
            act(lab)
        except PowerCutError:
            lab.reset()
            look(lab)
            act(lab)
            look(lab)
        else:
            lab.cut(0)
            lab.drop(start)
            return write - 1
    raise AssertionError


def test_making_them_goes_on_wherever_power_fails(lab: Laboratory) -> None:
    def look(lab: Laboratory) -> None:
        card = Card(lab)
        directory = read_file(card, opensc.EF_DIR)
        if directory is None or not any(directory):
            return
        # What leads to the others is there when they are.
        assert directory == opensc.directory()
        assert read_file(card, opensc.DF, opensc.OBJECT_DIRECTORY) == opensc.object_directory()
        assert read_file(card, opensc.DF, opensc.PASSWORDS) == opensc.passwords()
        information = opensc.card_information(LABEL, card.report().card_id[:8])
        assert read_file(card, opensc.DF, opensc.CARD_INFORMATION) == information
        assert shown(lab) == EMPTY

    assert at_every_write(lab, make, look) > 12
    look(lab)


def test_listing_a_new_key_goes_on_wherever_power_fails(lab: Laboratory) -> None:
    operational(lab).signing.generate(KeyType.RSA_2048)
    before = shown(lab)
    assert before == EMPTY
    update(lab)
    after = shown(lab)
    assert [len(after[fid]) for fid in LISTS] == [1, 1, 0]
    unlocked(lab, PINS[0]).usage.generate(KeyType.P_256)
    seen = []

    def look(lab: Laboratory) -> None:
        found = shown(lab)
        seen.append(found)
        for fid in LISTS:
            # As it was, or empty, or new: never a part of an entry, never another key.
            assert len(found[fid]) in (0, len(after[fid]), 2)

    assert at_every_write(lab, update, look) > 6
    assert [len(shown(lab)[fid]) for fid in LISTS] == [2, 2, 0]
    assert len({str(found) for found in seen}) > 3


def update(lab: Laboratory) -> None:
    update_opensc_files(unlocked(lab, PINS[0]))


def test_nothing_is_written_where_nothing_has_changed(lab: Laboratory) -> None:
    operational(lab).signing.generate(KeyType.P_256)
    update(lab)
    lab.writes()
    card = unlocked(lab, PINS[0])
    verified = lab.writes()
    update_opensc_files(card)
    assert verified > 0
    assert lab.writes() == 0


def test_a_certificate_whose_entry_was_not_written_is_listed_by_the_same_command(
    lab: Laboratory,
) -> None:
    make_room(as_issuer(lab), (SIGNATURE_CERTIFICATE,), 1024)
    card = operational(lab)
    subject, validity = Subject("A"), Validity.from_now(1)
    assert certify_signature_key(card, subject, validity, KeyType.P_256).stored
    assert len(shown(lab)[opensc.CERTIFICATES]) == 1
    card = unlocked(lab, PINS[0])
    card.files.select(opensc.DF, opensc.CERTIFICATES)
    card.files.update(bytes(128))  # as if the power had failed before it was written
    again = certify_signature_key(card, subject, validity, KeyType.P_256)
    assert not again.made
    assert len(shown(lab)[opensc.CERTIFICATES]) == 1


def test_users_and_strangers_cannot_change_what_is_the_issuers(lab: Laboratory) -> None:
    card = operational(lab)
    for path in (
        (opensc.EF_DIR,),
        *((opensc.DF, fid) for fid in (0x5031, 0x5032, 0x4401, 0x4B01, 0x4B02)),
    ):
        card.files.select(*path)
        with pytest.raises(AuthorityMissingError):
            card.files.update(b"\x00")
    stranger = Card(lab)
    for fid in (*LISTS, opensc.DECIPHER.public_key, opensc.SIGNATURE.public_key):
        stranger.files.select(opensc.DF, fid)
        with pytest.raises(AuthorityMissingError):
            stranger.files.update(b"\x00")


def test_what_stands_for_a_private_key_is_empty_and_nobodys(lab: Laboratory) -> None:
    card = operational(lab)
    for place in (opensc.DECIPHER, opensc.SIGNATURE):
        control = card.files.select(opensc.DF, place.file)
        assert control.size == 0
        assert control.access[-2:] == bytes([Condition.NEVER, Condition.NEVER])
        with pytest.raises(AuthorityMissingError):
            card.files.read(1)


def fill(card: Card) -> None:
    """Take all room for files of some size."""
    card.files.select()
    for fid in count(0xE000):
        try:
            card.files.create_ef(fid, 512, FULL)
        except MemoryFullError:
            return
        card.files.select()


def test_a_card_too_small_goes_without(lab: Laboratory) -> None:
    fill(as_issuer(lab))
    make(lab)
    with pytest.raises(NotFoundError):
        Card(lab).files.select(opensc.EF_DIR)
    as_issuer(lab).issuer.activate()
    card = unlocked(lab, PINS[0])
    card.signing.generate(KeyType.P_256)
    update_opensc_files(card)
    assert Card(lab).report().signature_key is not None


def test_a_label_is_cut_between_characters() -> None:
    information = opensc.card_information("twincard " + "会" * 100, bytes(8))
    label = "twincard " + "会" * 7
    assert len(label.encode()) <= opensc.TOKEN_LABEL_BYTES < len((label + "会").encode())
    assert tlv.decode(tlv.decode_one(information, 0x30))[3].value == label.encode()
