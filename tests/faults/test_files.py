"""Files and contacts are there or not there, the old or the new, whatever write is cut."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bench import Bench, Specimen, Stage
from tests.faults.keys import remains
from tests.faults.power import Place, Story, interrupt, interrupt_twice

from twincard.card.files import Condition, DfAccess, EfAccess
from twincard.card.session import Card
from twincard.iso.status import AlreadyExistsError, NotFoundError
from twincard.keys.public import PublicKey

ACCESS = EfAccess(read=Condition.ALWAYS, update=Condition.ISSUER, delete=Condition.ISSUER)
OPEN_DF = DfAccess(create_df=Condition.ISSUER, create_ef=Condition.ISSUER, delete=Condition.ISSUER)
FIRST, FID, LAST = 0xD001, 0xD002, 0xD003
SIZE = 128  # the most that one UPDATE BINARY writes whole
OLD, NEW = os.urandom(SIZE), os.urandom(SIZE)
BEFORE, BEHIND = b"before: " * 16, b"behind: " * 16


def make_file(card: Card, fid: int, content: bytes) -> None:
    """An EF in the MF, with its content."""
    card.files.select()
    card.files.create_ef(fid, len(content), ACCESS)
    card.files.update(content)


def content_of(card: Card, fid: int, size: int = SIZE) -> bytes | None:
    """What an EF in the MF holds; None where there is none."""
    try:
        control = card.files.select(fid)
    except NotFoundError:
        return None
    assert control.size == size
    return card.files.read(size)


class FileStory(Story):
    """Something done to the file FID by the issuer; two other files look on."""

    def __init__(self, original: Specimen, content: bytes | None) -> None:
        card = original.as_issuer()
        make_file(card, FIRST, BEFORE)
        if content is not None:
            make_file(card, FID, content)
            make_file(card, LAST, BEHIND)
        self.prepare(card)
        super().__init__(original)
        (self.original,) = self.scene.subjects
        self.start = self.memory(card)

    def prepare(self, card: Card) -> None:
        """What else is there before."""

    def open(self) -> None:
        self.session = self.original.authorised()

    def repeat(self) -> None:
        self.open()
        self.act()

    @staticmethod
    def memory(card: Card) -> tuple[int, int]:
        """Bytes and entries free."""
        report = card.report()
        return report.file_bytes_free, report.file_entries_free


class CreatingFile(FileStory):
    """CREATE FILE of an EF; after a failure, perhaps again."""

    taken = SIZE

    def act(self) -> None:
        self.session.files.select()
        self.session.files.create_ef(FID, SIZE, ACCESS)

    def check(self) -> None:
        card = self.original.card()
        free, entries = self.start
        if content_of(card, FID) is None:
            assert self.memory(card) == (free, entries)
        else:
            assert content_of(card, FID) == bytes(SIZE)
            assert self.memory(card) == (free - self.taken, entries - 1)
        assert content_of(card, FIRST) == BEFORE

    def repeat(self) -> None:
        with suppress(AlreadyExistsError):
            super().repeat()

    def conclude(self) -> None:
        self.check()
        assert content_of(self.original.card(), FID) == bytes(SIZE)


class CreatingInFreedPlace(CreatingFile):
    """The memory of a file that was deleted serves the new one."""

    taken = 0

    def prepare(self, card: Card) -> None:
        make_file(card, FID, OLD)
        make_file(card, LAST, BEHIND)
        card.files.select()
        card.files.delete(FID)


class CreatingInside(FileStory):
    """A DF, and an EF in it."""

    def act(self) -> None:
        for create in (self._create_df, self._create_ef):
            with suppress(AlreadyExistsError):
                create()

    def _create_df(self) -> None:
        self.session.files.select()
        self.session.files.create_df(0xDF01, OPEN_DF)

    def _create_ef(self) -> None:
        self.session.files.select(0xDF01)
        self.session.files.create_ef(FID, SIZE, ACCESS)

    def check(self) -> None:
        assert content_of(self.original.card(), FIRST) == BEFORE
        assert content_of(self.original.card(), FID) is None

    def conclude(self) -> None:
        card = self.original.card()
        assert card.files.select(0xDF01, FID).size == SIZE
        assert card.files.read(SIZE) == bytes(SIZE)


class UpdatingFile(FileStory):
    """UPDATE BINARY of as many bytes as are written whole."""

    def act(self) -> None:
        self.session.files.select(FID)
        self.session.files.update(NEW)

    def check(self) -> None:
        card = self.original.card()
        assert content_of(card, FID) in (OLD, NEW)
        assert self.memory(card) == self.start
        assert content_of(card, FIRST) == BEFORE
        assert content_of(card, LAST) == BEHIND

    def conclude(self) -> None:
        self.check()
        assert content_of(self.original.card(), FID) == NEW


class DeletingFile(FileStory):
    """DELETE FILE; the content goes with the file."""

    fid = FID
    content = OLD

    def act(self) -> None:
        self.session.files.select()
        self.session.files.delete(self.fid)

    def check(self) -> None:
        card = self.original.card()
        if content_of(card, self.fid) is None:
            assert remains(self.original.lab.image(), [self.content]) == []
            assert card.report().file_entries_free == self.start[1] + 1
        else:
            assert content_of(card, self.fid) == self.content
            assert self.memory(card) == self.start
        assert content_of(card, FIRST) == BEFORE

    def repeat(self) -> None:
        with suppress(NotFoundError):
            super().repeat()

    def conclude(self) -> None:
        self.check()
        assert content_of(self.original.card(), self.fid) is None
        # Its place serves another file.
        card = self.original.authorised()
        card.files.select()
        card.files.create_ef(0xD009, SIZE, ACCESS)
        assert content_of(card, 0xD009) == bytes(SIZE)
        assert self.memory(card) == self.start


class DeletingLast(DeletingFile):
    """The file at the end of the memory, which goes back to what is free."""

    fid = LAST
    content = BEHIND


@pytest.mark.parametrize("kind", [CreatingFile, CreatingInFreedPlace, CreatingInside])
def test_a_file_is_created_wholly_or_not_at_all(bench: Bench, kind: type[FileStory]) -> None:
    story = kind(bench.at(Stage.BLANK).original, None)
    assert interrupt(story, story.original) > 0
    assert interrupt(story, story.original, Place.ANSWER) > 1


def test_a_file_is_updated_wholly_or_not_at_all(bench: Bench) -> None:
    story = UpdatingFile(bench.at(Stage.BLANK).original, OLD)
    assert interrupt(story, story.original) > 0
    assert interrupt(story, story.original, Place.ANSWER) == 2


@pytest.mark.parametrize("kind", [DeletingFile, DeletingLast])
def test_a_file_is_deleted_wholly_or_not_at_all(bench: Bench, kind: type[FileStory]) -> None:
    story = kind(bench.at(Stage.BLANK).original, OLD)
    assert interrupt(story, story.original) > 3
    assert interrupt(story, story.original, Place.ANSWER) == 2
    assert interrupt_twice(story, story.original) > 10


def _public_key(kind: str) -> PublicKey:
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = (
        rsa.generate_private_key(65537, 2048)
        if kind == "RSA"
        else ec.generate_private_key(ec.SECP256R1())
    )
    encoded = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey.from_bytes(encoded)


class ChangingContact(Story):
    """A contact is put in a place, where another may be; or it is deleted."""

    def __init__(
        self, original: Specimen, old: PublicKey | None, new: PublicKey | None, *, as_issuer: bool
    ) -> None:
        if old is not None:
            card = original.as_issuer() if as_issuer else original.unlocked()
            card.contacts.put(1, old, as_issuer=as_issuer)
        super().__init__(original)
        (self.original,) = self.scene.subjects
        self.old, self.new, self.as_issuer = old, new, as_issuer

    def open(self) -> None:
        who = self.original
        self.session = who.authorised() if self.as_issuer else who.unlocked()

    def act(self) -> None:
        if self.new is not None:
            self.session.contacts.put(1, self.new, as_issuer=self.as_issuer)
        else:
            self.session.contacts.delete(1)

    def check(self) -> None:
        card = self.original.card()
        # One that is being replaced may be missing, never mixed of two.
        assert card.contacts.get(1) in (self.old, self.new, None)
        assert card.contacts.used() == (() if card.contacts.get(1) is None else (1,))

    def repeat(self) -> None:
        if self.original.card().contacts.get(1) != self.new:
            self.open()
            self.act()

    def conclude(self) -> None:
        assert self.original.card().contacts.get(1) == self.new


@pytest.mark.parametrize("as_issuer", [False, True], ids=["user", "issuer"])
@pytest.mark.parametrize(
    ("old", "new"),
    [(None, "EC"), (None, "RSA"), ("RSA", "EC"), ("EC", "RSA"), ("EC", "EC"), ("RSA", None)],
)
def test_a_contact_is_never_half_of_one_and_half_of_another(
    bench: Bench, old: str | None, new: str | None, *, as_issuer: bool
) -> None:
    original = bench.at(Stage.ISSUED).original
    keys = [None if kind is None else _public_key(kind) for kind in (old, new)]
    story = ChangingContact(original, *keys, as_issuer=as_issuer)
    assert interrupt(story, story.original) > 1
    assert interrupt(story, story.original, Place.ANSWER) == 1
    assert interrupt_twice(story, story.original) > 1
