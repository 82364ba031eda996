"""What happens when twincard reads what another program writes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from tests.cms.software_key import SoftwareKey
from tests.interop.matrix.people import Person, ec_person, root, rsa_person
from tests.interop.matrix.program import CONTENT, Way

from twincard.cms import (
    BytesOutput,
    FilesError,
    IssuerAndSerial,
    NotAuthenticatedError,
    RecipientIdentifier,
    Trust,
    decrypt,
    verify,
)

READS = "reads"
UNAUTHENTICATED = "reads, not authenticated"


@dataclass(frozen=True)
class NamedKey(SoftwareKey):
    """A key that knows the names in its certificate, as cards do."""

    named: frozenset[RecipientIdentifier] = frozenset()

    def other_names(self) -> frozenset[RecipientIdentifier]:
        return self.named


def person_of(way: Way) -> Person:
    """For whom it is, or whose signature."""
    return {"rsa": rsa_person, "p256": ec_person}[way.key]()


def expected(way: Way) -> str:
    """What the table says."""
    if way.refused is not None:
        return f"refused: {way.refused.reason}"
    return READS if way.authenticated else UNAUTHENTICATED


def outcome(way: Way, message: bytes) -> str:
    """What happens to a message: as in the table, or else what twincard says."""
    try:
        if way.signed:
            return _verified(message)
        return _opened(message, person_of(way))
    except FilesError as error:
        if way.refused is not None and re.search(way.refused.says, str(error)):
            return f"refused: {way.refused.reason}"
        return f"says: {error}"


def _opened(message: bytes, person: Person) -> str:
    certificate = person.certificate
    name = IssuerAndSerial(certificate.issuer.public_bytes(), certificate.serial_number)
    key = NamedKey(person.card_key, named=frozenset({name}))
    try:
        with BytesOutput() as output:
            decrypt(io.BytesIO(message), output, key)
    except NotAuthenticatedError:
        with BytesOutput() as output:
            decrypt(io.BytesIO(message), output, key, mail=True)
        assert output.value == CONTENT
        return UNAUTHENTICATED
    assert output.value == CONTENT
    return READS


def _verified(message: bytes) -> str:
    with BytesOutput() as output:
        verify(io.BytesIO(message), output, Trust((root().certificate,)))
    assert output.value == CONTENT
    return READS
