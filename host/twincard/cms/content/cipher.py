"""Content-encryption algorithms: AES-GCM (RFC 5084, 3.2) and AES-CBC (RFC 3565, 4.1)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum

from asn1crypto import core
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from twincard.cms.errors import AlteredError, UnsupportedError
from twincard.cms.framing import ber
from twincard.cms.recipients.structures import AlgorithmIdentifier, GcmParameters
from twincard.ground.language import _

BLOCK_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
MAX_GCM_BYTES = (1 << 36) - 32
"""The content of one AES-GCM message (SP 800-38D, 5.2.1.1): just under 64 GiB."""


class CipherMode(Enum):
    """AES in one of two modes of operation."""

    GCM = "AES-GCM"
    CBC = "AES-CBC"


_OIDS = {
    (CipherMode.CBC, 16): "2.16.840.1.101.3.4.1.2",
    (CipherMode.CBC, 24): "2.16.840.1.101.3.4.1.22",
    (CipherMode.CBC, 32): "2.16.840.1.101.3.4.1.42",
    (CipherMode.GCM, 16): "2.16.840.1.101.3.4.1.6",
    (CipherMode.GCM, 24): "2.16.840.1.101.3.4.1.26",
    (CipherMode.GCM, 32): "2.16.840.1.101.3.4.1.46",
}
_BY_OID = {oid: algorithm for algorithm, oid in _OIDS.items()}


@dataclass(frozen=True, slots=True)
class ContentCipher:
    """AES with a key of 16, 24 or 32 bytes; ``iv`` is 16 bytes, in GCM the nonce of 12 bytes."""

    mode: CipherMode
    key_length: int
    iv: bytes

    @classmethod
    def draw(cls, mode: CipherMode, key_length: int = 32) -> ContentCipher:
        """AES with a random nonce or IV."""
        return cls(
            mode, key_length, os.urandom(NONCE_BYTES if mode is CipherMode.GCM else BLOCK_BYTES)
        )

    @classmethod
    def decode(cls, encoded: bytes) -> ContentCipher:
        """From an AlgorithmIdentifier. Raises UnsupportedError, AlteredError."""
        try:
            algorithm = AlgorithmIdentifier.load(ber.check(encoded), strict=True)
            oid: str = algorithm["algorithm"].dotted
            parameters: bytes = algorithm["parameters"].dump()
        except Exception as error:  # asn1crypto raises many classes for malformed input
            raise AlteredError() from error
        if oid not in _BY_OID:
            raise UnsupportedError(_("The file is not encrypted with AES in GCM or CBC mode."))
        mode, key_length = _BY_OID[oid]
        return cls(mode, key_length, (_nonce if mode is CipherMode.GCM else _iv)(parameters))

    def encode(self) -> bytes:
        """As an AlgorithmIdentifier."""
        iv = core.OctetString(self.iv)
        gcm = self.mode is CipherMode.GCM
        parameters = GcmParameters({"nonce": self.iv, "icv_length": TAG_BYTES}) if gcm else iv
        oid = _OIDS[self.mode, self.key_length]
        encoded: bytes = AlgorithmIdentifier({"algorithm": oid, "parameters": parameters}).dump()
        return encoded

    def cipher(self, key: bytes) -> Cipher[modes.GCM] | Cipher[modes.CBC]:
        """The cipher under a content-encryption key of ``key_length`` bytes."""
        if self.mode is CipherMode.GCM:
            return Cipher(algorithms.AES(key), modes.GCM(self.iv))
        return Cipher(algorithms.AES(key), modes.CBC(self.iv))


def _nonce(parameters: bytes) -> bytes:
    try:
        gcm = GcmParameters.load(parameters, strict=True)
        nonce: bytes = gcm["nonce"].native
        icv_length: int = gcm["icv_length"].native
    except Exception as error:
        raise AlteredError() from error
    if icv_length != TAG_BYTES:
        # Short tags can be forged, and some readers accept even one byte.
        raise UnsupportedError(_("The file's authentication tag is shorter than 16 bytes."))
    if len(nonce) != NONCE_BYTES:
        raise UnsupportedError(_("The file's AES-GCM nonce does not have 12 bytes."))
    return nonce


def _iv(parameters: bytes) -> bytes:
    try:
        iv: bytes = core.OctetString.load(parameters, strict=True).native
    except Exception as error:
        raise AlteredError() from error
    if len(iv) != BLOCK_BYTES:
        raise AlteredError()
    return iv
