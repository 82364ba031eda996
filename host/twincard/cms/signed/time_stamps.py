"""Time-stamps (RFC 3161): requests to an authority, and what it answers."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import tsp

from twincard.cms.errors import AlteredError, FilesError, TimeStampError, UnsupportedError
from twincard.cms.framing import ber
from twincard.cms.framing.source import Source
from twincard.cms.signed.algorithms import HASHES
from twincard.ground.language import _

MAX_RESPONSE_BYTES = 1 << 18
_NONCE_BITS = 64
_GRANTED = ("granted", "granted_with_mods")


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
            reader = ber.BerReader(Source(io.BytesIO(response)))
            reader.enter(ber.SEQUENCE)
            status = tsp.PKIStatusInfo.load(ber.check(reader.element(ber.SEQUENCE)), strict=True)
            if status["status"].native not in _GRANTED:
                raise TimeStampError(_("The time-stamp authority refused the request."))
            token = reader.element(ber.SEQUENCE)
            reader.leave()
            reader.finish()
            _stamp, nonce = verify_token(token, self.signature, None)
        except TimeStampError:
            raise
        except (FilesError, ValueError, TypeError, KeyError, IndexError) as error:
            raise _wrong() from error
        if nonce != self.nonce:
            raise _wrong()
        return token


def read_info(content: bytes, signature: bytes) -> tuple[datetime, int | None]:
    """The time and the nonce in a TSTInfo, which must be of this signature.

    Raises AlteredError, UnsupportedError.
    """
    try:
        info = tsp.TSTInfo.load(ber.check(content), strict=True)
        imprint = info["message_imprint"]
        name = HASHES.get(imprint["hash_algorithm"]["algorithm"].dotted)
        hashed: bytes = imprint["hashed_message"].native
        time: datetime = info["gen_time"].native
        nonce: int | None = info["nonce"].native
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise AlteredError() from error
    if name is None:
        raise UnsupportedError(
            _("The signature uses a hash function other than SHA-256, SHA-384 and SHA-512.")
        )
    if not hmac.compare_digest(hashlib.new(name, signature).digest(), hashed):
        raise AlteredError()
    return time, nonce


def _wrong() -> TimeStampError:
    return TimeStampError(_("The time-stamp authority gave no time-stamp of this signature."))
