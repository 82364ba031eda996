"""Names of certificates' issuers, as people read them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from asn1crypto import x509 as asn1_x509

from twincard.cms.errors import FilesError
from twincard.cms.framing import ber
from twincard.ground.control_characters import visible

if TYPE_CHECKING:
    from cryptography import x509


_MOST = 64


def rfc4514(name: bytes) -> str:
    """A DER Name as RFC 4514 writes it; what cannot be written so, in hexadecimal (2.4).

    Characters that a terminal would obey are escaped.
    """
    from cryptography import x509  # imported late: it is slow, and most commands show no name

    try:
        parsed = asn1_x509.Name.load(ber.check(name), strict=True)
        return visible(x509.Name(map(_relative, parsed.chosen)).rfc4514_string())
    except (FilesError, ValueError, TypeError, AttributeError):  # of somebody else's file
        return f"#{name.hex()}"


def _relative(name: asn1_x509.RelativeDistinguishedName) -> x509.RelativeDistinguishedName:
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Attribute's length must be", UserWarning)
        return x509.RelativeDistinguishedName(
            x509.NameAttribute(
                x509.ObjectIdentifier(one["type"].dotted),
                one["value"].native,
                # RFC 5280, appendix A.1, counts characters; the package counts bytes.
                _validate=not len(one["value"].native) <= _MOST < len(one["value"].native.encode()),
            )
            for one in name
        )
