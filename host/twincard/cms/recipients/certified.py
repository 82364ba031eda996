"""How recipient infos may name the key of a certificate."""

from __future__ import annotations

from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PublicKeyInfo

from twincard.cms.framing import ber
from twincard.cms.recipients.identifiers import IssuerAndSerial, KeyIdentifier, RecipientIdentifier
from twincard.keys.public import PublicKey


def computed_name(key: PublicKey) -> KeyIdentifier:
    """The key identifier that most authorities give a key, the SHA-1 of RFC 5280, 4.2.1.2."""
    return KeyIdentifier(PublicKeyInfo.load(key.spki).sha1)


def certificate_names(der: bytes) -> frozenset[RecipientIdentifier]:
    """All identifiers of a certificate: issuer and serial number, and the key identifiers.

    These are the one in it, and `computed_name`. Empty where the certificate is malformed.
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
