"""Verifies a card's identity, for the host and for another card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twincard.card.report import CardReport, Features
from twincard.card.session import Card
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _
from twincard.identity.device_certificate import DeviceKeys, IdentityError
from twincard.iso.status import IntegrityError, NotFoundError


class UntrustedCardError(ProtocolError):
    """The card is not the expected one, or cannot prove that it is."""


def identify(
    card: Card, report: CardReport, issuer_public_key: bytes | None = None
) -> DeviceKeys | None:
    """Read the keys of a card and check that they belong together; None for a card without any.

    With `issuer_public_key` (a point) the card must be certified by that issuer. Raises
    UntrustedCardError, CardError.
    """
    _check_point(issuer_public_key)
    if report.identity is None:
        if issuer_public_key is not None:
            raise UntrustedCardError(
                _("This card has no device key, so no issuer can have certified it.")
            )
        return None
    keys = card.device.keys()
    _check(card, report, keys, issuer_public_key)
    return keys


def protect(card: Card, issuer_public_key: bytes | None = None) -> None:
    """Send what follows through a secure channel, where the card has one (SCP11b).

    So neither PIN nor components can be read in transit. With `issuer_public_key` (a point) the
    card must be certified by that issuer; then nobody between host and card can impersonate the
    card. Call it before verifying the PIN, since the channel resets the verification. Raises
    UntrustedCardError (send nothing secret to the card after that), CardError, ChannelError.
    """
    _check_point(issuer_public_key)
    keys = _keys_of_channel(card)
    if keys is None:
        identify(card, card.kept_report(), issuer_public_key)
        if issuer_public_key is not None:
            raise UntrustedCardError(
                _("This card has no secure channel, so no PIN was sent to it.")
            )
        return
    with _distrusting():
        card.open_channel(keys.channel_key)
    # This report comes through the channel, and is kept for what follows.
    _check(card, card.kept_report(), keys, issuer_public_key)


def introduce(original: Card, backup: Card) -> None:
    """Let each card verify the other's certificate, as host-blind mode requires.

    Both PINs must be verified. Raises UntrustedCardError when they have different issuers, or a
    certificate is not right, CardError.
    """
    if original.device.issuer_public_key() != backup.device.issuer_public_key():
        raise UntrustedCardError(_("The two cards were certified by different issuers."))
    try:
        original.device.verify_certificate(backup.device.certificate())
        backup.device.verify_certificate(original.device.certificate())
    except IntegrityError:
        raise UntrustedCardError(
            _(
                "The certificate of one card is not from its issuer: it was altered in "
                "transit, or the card is not genuine."
            )
        ) from None


def _check_point(issuer_public_key: object) -> None:
    # Else another type would look as if the card were not to be trusted.
    if not isinstance(issuer_public_key, bytes | None):
        raise TypeError(
            "issuer_public_key must be bytes, as IssuerSigningKey.public_key is, "
            f"not {type(issuer_public_key).__name__}"
        )


def _keys_of_channel(card: Card) -> DeviceKeys | None:
    # Both answers came in the clear: one that omits the feature is not enough to do without.
    if Features.SCP11B not in card.features and Features.SCP11B not in card.kept_report().features:
        return None
    try:
        return card.device.keys()
    except NotFoundError:
        return None


def _check(
    card: Card, report: CardReport, keys: DeviceKeys, issuer_public_key: bytes | None
) -> None:
    with _distrusting():
        keys.verify(report.card_id)
        if issuer_public_key is not None:
            _check_certificate(card, report, keys, issuer_public_key)


@contextmanager
def _distrusting() -> Iterator[None]:
    """Turns IdentityError into UntrustedCardError."""
    try:
        yield
    except IdentityError as error:
        raise UntrustedCardError(
            _("This card is not trusted. {error}").format(error=error)
        ) from None


def _check_certificate(
    card: Card, report: CardReport, keys: DeviceKeys, issuer_public_key: bytes
) -> None:
    if not report.certified:
        raise IdentityError(_("No issuer has certified it."))
    certificate = card.device.certificate()
    certificate.verify(issuer_public_key)
    about = (certificate.card_id, certificate.role, certificate.device_key)
    if about != (report.card_id, report.role, keys.device_key):
        raise IdentityError(_("Its certificate belongs to another card."))
