"""What docs/interoperability.md says of other programs is what happens, in both directions."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bench import Bench, Stage
from tests.interop.cards import import_key
from tests.interop.independent import EC_HEADER, RSA_HEADER, ec_key_data, rsa_key_data
from tests.interop.matrix import opening, reading
from tests.interop.matrix.forms import FORMS
from tests.interop.matrix.people import Person
from tests.interop.matrix.program import CONTENT, Program, Way
from tests.interop.matrix.programs import PROGRAMS, WITH_DATA
from tests.interop.matrix.table import PAGE, with_tables
from tests.interop.matrix.written import kept, version_kept

from twincard.card.session import Card
from twincard.cms import BytesOutput
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import StreamSource


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, since the sockets of gpg-agent want that."""
    made = Path(tempfile.mkdtemp(prefix="twincard-"))
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize("kind", PROGRAMS, ids=lambda kind: kind.__name__)
def test_a_program_reads_and_writes_as_the_page_says(
    kind: type[Program], folder: Path, bench: Bench, subtests: pytest.Subtests
) -> None:
    if reason := kind.missing():
        pytest.skip(reason)
    program = kind(folder)
    try:
        program.prepare()
        _reads(program, subtests)
        messages = {way: program.writes(way, opening.person_of(way)) for way in kind.ways}
        _is_read(program, messages, subtests)
        _cards_open(messages, bench, subtests)
    finally:
        program.close()


@pytest.mark.parametrize("kind", WITH_DATA, ids=lambda kind: kind.__name__)
def test_messages_kept_of_a_program_are_read_as_the_page_says(
    kind: type[Program], bench: Bench, subtests: pytest.Subtests
) -> None:
    messages = kept(kind)
    assert version_kept(kind).startswith(kind.seen)
    for way, message in messages.items():
        with subtests.test(way.what, key=way.key):
            assert opening.outcome(way, message) == opening.expected(way)
    _cards_open(messages, bench, subtests)


def _reads(program: Program, subtests: pytest.Subtests) -> None:
    for form in FORMS:
        if form.kind not in program.asked:
            continue
        lack = program.lacks.get(form.name)
        with subtests.test(f"{program.name} reads: {form.name}"):
            outcome = reading.outcome(program, form)
            # Another version may read more.
            if lack is None or program.is_as_seen():
                assert outcome == (lack.reason if lack else reading.READS)


def _is_read(program: Program, messages: Mapping[Way, bytes], subtests: pytest.Subtests) -> None:
    for way, message in messages.items():
        with subtests.test(f"twincard reads {program.name}: {way.what}", key=way.key):
            outcome = opening.outcome(way, message)
            # Another version may have other defaults.
            if program.is_as_seen():
                assert outcome == opening.expected(way)
            else:
                assert outcome in {opening.expected(way), opening.READS, opening.UNAUTHENTICATED}


def _cards_open(messages: Mapping[Way, bytes], bench: Bench, subtests: pytest.Subtests) -> None:
    """The last message for each type of key, with a simulated card that has the key."""
    last = {
        way.key: (way, message)
        for way, message in messages.items()
        if not way.signed and way.refused is None
    }
    for way, message in last.values():
        with subtests.test(f"a card opens: {way.what}", key=way.key):
            card = _card_with(opening.person_of(way), bench)
            output = BytesOutput()
            decrypt_file(card, StreamSource(BytesIO(message)), output, mail=not way.authenticated)
            assert output.value == CONTENT


def _card_with(person: Person, bench: Bench) -> Card:
    backup = bench.at(Stage.COMPLETE).backup
    key = person.card_key
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        parts = (numbers.p, numbers.q, numbers.iqmp, numbers.dmp1, numbers.dmq1)
        import_key(backup, RSA_HEADER, rsa_key_data(*parts))
    else:
        scalar = key.private_numbers().private_value.to_bytes(32)
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        import_key(backup, EC_HEADER, ec_key_data(scalar, point))
    return backup.unlocked()


def test_the_page_has_the_tables_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page), "run: python -m tests.interop.matrix.table"
