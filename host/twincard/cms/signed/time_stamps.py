"""Time-stamps (RFC 3161): requests to an authority, and what it answers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import tsp

from twincard.cms.errors import AlteredError, FilesError, UnsupportedError
from twincard.cms.framing import ber
from twincard.cms.signed.algorithms import HASHES
from twincard.ground.language import _

MAX_RESPONSE_BYTES = 1 << 18
_NONCE_BITS = 64
_GRANTED = ("granted", "granted_with_mods")


class TimeStampError(FilesError):
    """An authority gave no time-stamp of this signature."""


@dataclass(frozen=True)
class TimeStampRequest:
    """A request to time-stamp a signature: its encoding, and what the answer must repeat."""

    encoded: bytes
    signature: bytes
    nonce: int

    @classmethod
    def of(cls, signature: bytes) -> TimeStampRequest:
        """A request that shows nothing but the SHA-256 of the signature."""
        nonce = secrets.randbits(_NONCE_BITS)
        imprint = {
            "hash_algorithm": {"algorithm": "sha256"},
            "hashed_message": hashlib.sha256(signature).digest(),
        }
        request = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
        return cls(tsp.TimeStampReq(request).dump(), signature, nonce)

    def token(self, response: bytes) -> bytes:
        """The time-stamp in the answer of an authority, verified. Raises TimeStampError.

        Whether the authority is trusted is not asked here, but by who verifies the signature.
        """
        from twincard.cms.signed.verification import verify_token

        try:
            parsed = tsp.TimeStampResp.load(ber.check(response), strict=True)
            granted = parsed["status"]["status"].native in _GRANTED
            token: bytes = parsed["time_stamp_token"].dump() if granted else b""
            if not granted:
                raise TimeStampError(_("The time-stamp authority refused the request."))
            info = _info(parsed["time_stamp_token"]["content"]["encap_content_info"])
            verify_token(token, self.signature, None)
        except TimeStampError:
            raise
        except (FilesError, ValueError, TypeError, KeyError, IndexError) as error:
            raise _wrong() from error
        if info["nonce"].native != self.nonce:
            raise _wrong()
        return token


def read_time(content: bytes, signature: bytes) -> datetime:
    """The time in a TSTInfo, which must be of this signature.

    Raises AlteredError, UnsupportedError.
    """
    try:
        info = tsp.TSTInfo.load(ber.check(content), strict=True)
        imprint = info["message_imprint"]
        name = HASHES.get(imprint["hash_algorithm"]["algorithm"].dotted)
        hashed: bytes = imprint["hashed_message"].native
        time: datetime = info["gen_time"].native
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise AlteredError() from error
    if name is None:
        raise UnsupportedError(
            _("The signature uses a hash function other than SHA-256, SHA-384 and SHA-512.")
        )
    if not hmac.compare_digest(hashlib.new(name, signature).digest(), hashed):
        raise AlteredError()
    return time


def _info(encapsulated: Any) -> Any:
    return tsp.TSTInfo.load(encapsulated["content"].native_bytes, strict=True)


def _wrong() -> TimeStampError:
    return TimeStampError(_("The time-stamp authority gave no time-stamp of this signature."))
