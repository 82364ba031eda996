"""The public key in an X.509 certificate whose other parts a strict parser refuses."""

from __future__ import annotations

import base64
import re

_SEQUENCE = 0x30
_BIT_STRING = 0x03
_VERSION = 0xA0
_VERSIONS = tuple(bytes((_VERSION, 3, 2, 1, version)) for version in range(3))
_BEFORE_KEY = 5
"""Fields of a TBSCertificate from the serial number to the subject (RFC 5280, 4.1)."""
_LONGEST_LENGTH = 4
_PEM = re.compile(
    rb"-----BEGIN (?:X509 )?CERTIFICATE-----(.*?)-----END (?:X509 )?CERTIFICATE-----", re.DOTALL
)


def spki_of_certificate(encoded: bytes) -> bytes | None:
    """The SubjectPublicKeyInfo of a certificate in PEM or DER; None where this is none.

    Names are not looked at: certificates in use have an `@` in a PrintableString, or sets that are
    not sorted, which DER forbids.
    """
    block = None if encoded[:1] == bytes((_SEQUENCE,)) else _PEM.search(encoded)
    try:
        if block is not None:
            encoded = base64.b64decode(b"".join(block[1].split()), validate=True)
        return _spki(encoded)
    except ValueError:  # binascii.Error is one
        return None


def _spki(der: bytes) -> bytes:
    """Raises ValueError."""
    _, start, end = _element(der, 0, len(der), _SEQUENCE)
    if end != len(der):
        raise ValueError("something follows the certificate")
    _, at, end = _element(der, start, end, _SEQUENCE)
    _, _, algorithm_end = _element(der, end, len(der), _SEQUENCE)
    if _element(der, algorithm_end, len(der), _BIT_STRING)[2] != len(der):
        raise ValueError("not a signature")
    if der[at] == _VERSION:
        if der[at : at + 5] not in _VERSIONS:
            raise ValueError("an unknown version")
        at += 5
    for _field in range(_BEFORE_KEY):
        _, _, at = _element(der, at, end)
    _, _, after = _element(der, at, end, _SEQUENCE)
    return der[at:after]


def _element(der: bytes, at: int, end: int, wanted: int | None = None) -> tuple[int, int, int]:
    """Tag of an element, and where its contents start and end. Raises ValueError."""
    head = der[at : min(at + 2 + _LONGEST_LENGTH, end)]
    if len(head) < 2 or wanted not in (None, head[0]):
        raise ValueError("not a certificate")
    start, length = at + 2, head[1]
    if length > 0x80:
        count = length - 0x80
        start += count
        length = int.from_bytes(head[2 : 2 + count])
    elif length == 0x80:
        raise ValueError("an indefinite length")
    if start + length > end:
        raise ValueError("an element reaches beyond the one around it")
    return head[0], start, start + length
