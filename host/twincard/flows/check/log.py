"""Reads a card's log and verifies it: signature, chain, and continuation of an earlier reading."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import Enum

from twincard.card.log import NONCE_BYTES, LogAnswer, first_chain
from twincard.card.report import CardReport, Features, LifeCycle
from twincard.card.session import Card
from twincard.flows.errors import ProtocolError
from twincard.flows.identity import identify
from twincard.ground.language import _, told_by
from twincard.identity.device_certificate import IdentityError, fingerprint, verify_signature


class LogError(ProtocolError):
    """The log is not authentic, or does not continue the earlier one; one plain sentence."""


class Signer(Enum):
    """Who vouches for a log."""

    GIVEN_ISSUER = "a card that the issuer given has certified"
    ISSUER = "a card that its own issuer has certified"
    DEVICE_KEY = "a device key that nobody has certified"
    NOBODY = "nobody"


@dataclass(frozen=True)
class LogState:
    """The state of a log, kept to check later that another reading continues it.

    `chain` (32 bytes) is the chain over all `count` events of the card (id 16 bytes).
    `device_key` (the SHA-256 of the point, 32 bytes) signed it; None where nobody did.
    """

    card_id: bytes
    count: int
    chain: bytes
    device_key: bytes | None = None


@dataclass(frozen=True)
class CardLog:
    """A log whose signature and chain are right.

    `missing` counts the events after the earlier reading that the log no longer lists; None without
    an earlier reading. `issuer_public_key` (a point) is the issuer's, None unless certified.
    `device_key` (its SHA-256, 32 bytes) is None where nobody signed.
    """

    card_id: bytes
    answer: LogAnswer
    signer: Signer
    device_key: bytes | None = field(repr=False)
    issuer_public_key: bytes | None = field(repr=False)
    missing: int | None

    @property
    def state(self) -> LogState:
        """The state to keep for the next reading."""
        count = self.answer.count
        return LogState(self.card_id, count, self.answer.chain_at(count), self.device_key)


def read_log(
    card: Card, issuer_public_key: bytes | None = None, earlier: LogState | None = None
) -> CardLog:
    """Read and verify the log of a card; needs no PIN.

    With `issuer_public_key` (a point) that issuer must have certified the card. With the state of
    an `earlier` reading this one must continue it. Raises LogError, UntrustedCardError, CardError.
    """
    report = card.kept_report()
    if Features.LOG not in report.features:
        raise LogError(_("This card does not keep a log."))
    keys = identify(card, report, issuer_public_key)
    nonce = secrets.token_bytes(NONCE_BYTES)
    answer = card.log.read(nonce)
    if keys is None:
        if answer.signature is not None:
            raise LogError(_("The log is signed, but the card has no key to sign it with."))
        signer, issuer = Signer.NOBODY, None
    else:
        message = answer.signed_message(report.card_id, nonce)
        _check_signature(keys.device_key, message, answer.signature)
        signer, issuer = _signer(card, report, keys.device_key, issuer_public_key)
    if not answer.chained and answer.chain != first_chain(report.card_id):
        raise LogError(_("The log does not start at the card's installation."))
    missing = None if earlier is None else _missing(report.card_id, answer, earlier)
    device_key = None if keys is None else fingerprint(keys.device_key)
    if earlier is not None:
        _check_same_key(report, device_key, earlier)
    return CardLog(report.card_id, answer, signer, device_key, issuer, missing)


def _check_signature(device_key: bytes, message: bytes, signature: bytes | None) -> None:
    if signature is None:
        raise LogError(_("The log is not signed, although this card signs its log."))
    try:
        verify_signature(device_key, message, signature, _("The log was altered in transit."))
    except IdentityError as error:
        raise LogError(told_by(error)) from None


def _signer(
    card: Card, report: CardReport, device_key: bytes, issuer_public_key: bytes | None
) -> tuple[Signer, bytes | None]:
    """Whether the issuer that was given, or the one whose key is on the card, certified it."""
    if issuer_public_key is not None:
        return Signer.GIVEN_ISSUER, issuer_public_key
    if not report.certified:
        return Signer.DEVICE_KEY, None
    issuer = card.device.issuer_public_key()
    checked = identify(card, report, issuer)
    if checked is None or checked.device_key != device_key:
        raise LogError(_("The card's device key changed while the log was read."))
    return Signer.ISSUER, issuer


def _check_same_key(report: CardReport, device_key: bytes | None, earlier: LogState) -> None:
    """Anybody can read the chain, so anybody could continue it under another key."""
    wiped = device_key is None and report.life_cycle is LifeCycle.TERMINATED
    if earlier.device_key not in (None, device_key) and not wiped:
        raise LogError(
            _(
                "The earlier log was signed with another device key: this is not the same "
                "card, or its issuer has personalised it again."
            )
        )


def _missing(card_id: bytes, answer: LogAnswer, earlier: LogState) -> int:
    """The number of events between the two readings that neither lists."""
    if earlier.card_id != card_id:
        raise LogError(_("The earlier log belongs to another card."))
    if answer.count < earlier.count:
        raise LogError(
            _(
                "The card reports {count} events, fewer than the {earlier} it reported "
                "earlier: this is not the same card, or it was reset to an earlier state."
            ).format(count=answer.count, earlier=earlier.count)
        )
    if earlier.count < answer.chained:
        return answer.chained - earlier.count
    if answer.chain_at(earlier.count) != earlier.chain:
        raise LogError(_("The log does not continue the earlier one: events were replaced."))
    return 0
