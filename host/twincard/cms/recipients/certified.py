"""How recipient infos may name the key of a certificate."""

from __future__ import annotations

from asn1crypto import x509 as asn1_x509

from twincard.cms.framing import ber
from twincard.cms.recipients.identifiers import IssuerAndSerial, KeyIdentifier, RecipientIdentifier


def certificate_names(der: bytes) -> frozenset[RecipientIdentifier]:
    """All identifiers of a certificate: issuer and serial number, and the key identifiers.

    These are the one in it, and the SHA-1 that others compute (RFC 5280, 4.2.1.2). None where it is
    malformed.
    """
    try:
        parsed = asn1_x509.Certificate.load(ber.check(der), strict=True)
        content = parsed["tbs_certificate"]
        issuer = IssuerAndSerial(content["issuer"].dump(), content["serial_number"].native)
        names: set[RecipientIdentifier] = {issuer, KeyIdentifier(parsed.public_key.sha1)}
        if parsed.key_identifier is not None:
            names.add(KeyIdentifier(parsed.key_identifier))
    except Exception:  # asn1crypto raises many classes for malformed input
        return frozenset()
    return frozenset(names)
