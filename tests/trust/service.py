"""What the tests of the key service begin with: a service of the bench's issuer, and its keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bench import ISSUER, Specimen
from tests.trust.authority import Issuer, point_of

from twincard.card.duplication import ExportedKey, Receipt, Ticket
from twincard.card.key_service import KeyRequest, KeyService, Pair
from twincard.card.report import ImportState, KeyOrigin, KeyServiceReport
from twincard.card.session import Card
from twincard.identity.device_certificate import (
    ESCROW_ROLE,
    SERVICE_ROLE,
    CardCertificate,
    service_id,
)
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey


@cache
def rsa_pair() -> rsa.RSAPrivateKey:
    """Always the same one: making them takes time."""
    return rsa.generate_private_key(65537, 2048)


def pair_of(key: KeyType) -> Pair:
    """A pair of this type."""
    return rsa_pair() if key is KeyType.RSA_2048 else ec.generate_private_key(ec.SECP256R1())


def public_key(pair: Pair) -> PublicKey:
    """As cards report it."""
    public = pair.public_key()
    return PublicKey.from_bytes(
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )


def service_of(issuer: Issuer = ISSUER, *, role: int = SERVICE_ROLE) -> KeyService:
    """A key service that this issuer has certified."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = point_of(key)
    certificate = issuer.certificate(service_id(point), role, point)
    return KeyService(key, CardCertificate.parse(certificate), issuer.key.point)


@dataclass
class Supply:
    """One original and a service that has a pair for it."""

    specimen: Specimen
    pair: Pair
    service: KeyService = field(default_factory=service_of)

    def card(self) -> Card:
        """The original, its PIN verified."""
        return self.specimen.unlocked()

    def ticket(self, card: Card, *, delivered: bool = False) -> Ticket:
        """The card asks the service."""
        return card.duplication.service_ticket(self.service.service_id, delivered=delivered)

    def request(self, card: Card, ticket: Ticket) -> KeyRequest:
        """The service has looked at the ticket."""
        return self.service.read_ticket(ticket, card.device.certificate())

    def export(self, card: Card, ticket: Ticket) -> ExportedKey:
        """The block for the ticket; the service is the card's peer."""
        exported = self.service.export(self.request(card, ticket), self.pair)
        card.device.verify_certificate(self.service.certificate)
        return exported

    def deliver(self, card: Card, *, delivered: bool = False) -> tuple[Ticket, Receipt]:
        """The whole way: the card has the pair."""
        ticket = self.ticket(card, delivered=delivered)
        return ticket, card.duplication.import_key(self.export(card, ticket))


def said(card: Card) -> KeyServiceReport:
    """What the original reports of its key service."""
    told = card.report().key_service
    assert told is not None
    return told


NOTHING = KeyServiceReport(ImportState.EMPTY, KeyOrigin.CARD)
ESCROW = ESCROW_ROLE
