"""A signature in PEM (RFC 7468, 9) instead of DER, as openssl and gpgsm write it."""

from __future__ import annotations

import base64
import re

from twincard.cms.errors import NotCmsError
from twincard.ground.language import _

_PEM = re.compile(
    rb"-----BEGIN (CMS|PKCS7|PKCS #7|SIGNED MESSAGE)-----\s(.*?)-----END \1-----\s*", re.DOTALL
)


def der_of(encoded: bytes) -> bytes:
    """The DER inside of PEM; what is not PEM as it is. Raises NotCmsError."""
    if not encoded.startswith(b"-----BEGIN"):
        return encoded
    found = _PEM.fullmatch(encoded)
    try:
        if found is not None:
            return base64.b64decode(b"".join(found[2].split()), validate=True)
    except ValueError:  # binascii.Error is one
        pass
    raise NotCmsError(_("This is not a CMS file in BER or DER."))
