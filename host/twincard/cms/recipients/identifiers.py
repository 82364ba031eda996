"""How recipient infos identify their recipients."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.cms.recipients.names import rfc4514


@dataclass(frozen=True, slots=True)
class KeyIdentifier:
    """A subject key identifier; for a bare public key its ``key_id``, 20 bytes."""

    value: bytes

    def __str__(self) -> str:
        return f"key identifier {self.value.hex()}"


@dataclass(frozen=True, slots=True)
class IssuerAndSerial:
    """A certificate by its issuer (a DER Name) and its serial number (RFC 5652, 10.2.4).

    As text, the name is written as in RFC 4514.
    """

    issuer: bytes
    serial: int

    def __str__(self) -> str:
        return f"{rfc4514(self.issuer)}, serial number {self.serial:#x}"


RecipientIdentifier = KeyIdentifier | IssuerAndSerial
"""How a recipient info identifies its recipient (RFC 5652, 6.2.1)."""
