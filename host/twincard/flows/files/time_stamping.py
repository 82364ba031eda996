"""Time-stamps fetched from an authority on the network (RFC 3161, 3.4)."""

from __future__ import annotations

from urllib.parse import urlsplit

from twincard.cms.errors import TimeStampError
from twincard.cms.signed.signing import TimeStamper
from twincard.cms.signed.time_stamps import MAX_RESPONSE_BYTES, TimeStampRequest
from twincard.ground.control_characters import visible
from twincard.ground.language import _

_SECONDS = 30
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_SCHEMES = ("http", "https")


class TimeStampUrlError(ValueError):
    """Not the address of a time-stamp authority."""


def check_url(url: str) -> None:
    """Raises TimeStampUrlError for what is no address of the web."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise TimeStampUrlError(
            _(
                "{url} is not the address of a time-stamp authority. It begins with https://."
            ).format(url=visible(url))
        )


def time_stamper(url: str) -> TimeStamper:
    """Gets a time-stamp from the authority at this address for each signature.

    The authority learns the SHA-256 of the signature, and nothing else of the file. Its answer is
    verified, except for whether it can be trusted. Raises TimeStampUrlError; the function raises
    TimeStampError.
    """
    check_url(url)
    return lambda signature: _fetch(url, signature)


def _fetch(url: str, signature: bytes) -> bytes:
    from http.client import HTTPException
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    asked = TimeStampRequest.of(signature)
    headers = {"Content-Type": _QUERY, "Accept": _REPLY}
    request = Request(url, asked.encoded, headers)  # noqa: S310 -- checked above
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 -- so
            response: bytes = answer.read(MAX_RESPONSE_BYTES + 1)
    except (OSError, HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise TimeStampError(
            _("The time-stamp authority {url} did not answer: {reason}.").format(
                url=visible(url), reason=visible(str(reason)).rstrip(".")
            )
        ) from error
    if len(response) > MAX_RESPONSE_BYTES:
        raise TimeStampError(_("The time-stamp authority gave no time-stamp of this signature."))
    return asked.token(response)
