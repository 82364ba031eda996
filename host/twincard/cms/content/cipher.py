"""Content-encryption algorithms: AES-GCM (RFC 5084, 3.2), AES-CBC (RFC 3565, 4.1), triple DES."""

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
    """A block cipher in a mode of operation. Triple DES is only read, for old mail."""

    GCM = "AES-GCM"
    CBC = "AES-CBC"
    TRIPLE_DES = "triple DES in CBC mode"


_OIDS = {
    (CipherMode.CBC, 16): "2.16.840.1.101.3.4.1.2",
    (CipherMode.CBC, 24): "2.16.840.1.101.3.4.1.22",
    (CipherMode.CBC, 32): "2.16.840.1.101.3.4.1.42",
    (CipherMode.GCM, 16): "2.16.840.1.101.3.4.1.6",
    (CipherMode.GCM, 24): "2.16.840.1.101.3.4.1.26",
    (CipherMode.GCM, 32): "2.16.840.1.101.3.4.1.46",
    (CipherMode.TRIPLE_DES, 24): "1.2.840.113549.3.7",
}
_BY_OID = {oid: algorithm for algorithm, oid in _OIDS.items()}
_REFUSED = {
    "1.2.840.113549.3.2": "RC2",
    "1.2.840.113549.3.4": "RC4",
    "1.3.14.3.2.7": "DES",
    "1.2.840.113549.1.9.16.3.18": "ChaCha20-Poly1305",
    "2.16.840.1.101.3.4.1.7": "AES-CCM",
    "2.16.840.1.101.3.4.1.27": "AES-CCM",
    "2.16.840.1.101.3.4.1.47": "AES-CCM",
    "1.2.392.200011.61.1.1.1.2": "Camellia",
    "1.2.392.200011.61.1.1.1.3": "Camellia",
    "1.2.392.200011.61.1.1.1.4": "Camellia",
}
"""What other programs write, by name; RC2, RC4 and DES can be broken."""
_NONCES = (NONCE_BYTES,)
_ENVELOPED_NONCES = (NONCE_BYTES, BLOCK_BYTES)
_BARE_SEQUENCE = 0x10


@dataclass(frozen=True, slots=True)
class ContentCipher:
    """A cipher with a key of 16, 24 or 32 bytes.

    ``iv`` is one block, 16 bytes or in triple DES 8; in GCM the nonce, 12 bytes, rarely 16.
    """

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
    def decode(cls, encoded: bytes, *, enveloped: bool = False) -> ContentCipher:
        """From an AlgorithmIdentifier. Raises UnsupportedError, AlteredError.

        ``enveloped``: of EnvelopedData, in which no standard has AES-GCM. Some programs write it
        nevertheless, with parameters of their own.
        """
        try:
            algorithm = AlgorithmIdentifier.load(ber.check(encoded), strict=True)
            oid: str = algorithm["algorithm"].dotted
            parameters: bytes = algorithm["parameters"].dump()
        except Exception as error:  # asn1crypto raises many classes for malformed input
            raise AlteredError() from error
        if oid not in _BY_OID:
            raise UnsupportedError(
                _(
                    "The file is encrypted with {cipher}, which is not supported. Ask for it "
                    "encrypted with AES."
                ).format(cipher=_REFUSED.get(oid, oid))
            )
        mode, key_length = _BY_OID[oid]
        if mode is not CipherMode.GCM:
            return cls(mode, key_length, _iv(parameters, _block(mode)))
        nonce = _enveloped_nonce(parameters) if enveloped else _nonce(parameters)
        if len(nonce) not in (_ENVELOPED_NONCES if enveloped else _NONCES):
            raise UnsupportedError(_("The file's AES-GCM nonce does not have 12 bytes."))
        return cls(mode, key_length, nonce)

    def encode(self) -> bytes:
        """As an AlgorithmIdentifier."""
        iv = core.OctetString(self.iv)
        gcm = self.mode is CipherMode.GCM
        parameters = GcmParameters({"nonce": self.iv, "icv_length": TAG_BYTES}) if gcm else iv
        oid = _OIDS[self.mode, self.key_length]
        encoded: bytes = AlgorithmIdentifier({"algorithm": oid, "parameters": parameters}).dump()
        return encoded

    @property
    def block_bytes(self) -> int:
        """Bytes of a block."""
        return _block(self.mode)

    def cipher(self, key: bytes) -> Cipher[modes.GCM] | Cipher[modes.CBC]:
        """The cipher under a content-encryption key of ``key_length`` bytes."""
        if self.mode is CipherMode.GCM:
            return Cipher(algorithms.AES(key), modes.GCM(self.iv))
        if self.mode is CipherMode.TRIPLE_DES:
            from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

            return Cipher(TripleDES(key), modes.CBC(self.iv))
        return Cipher(algorithms.AES(key), modes.CBC(self.iv))


def _block(mode: CipherMode) -> int:
    return 8 if mode is CipherMode.TRIPLE_DES else BLOCK_BYTES


def cipher_name(encoded: bytes) -> str:
    """The cipher of an AlgorithmIdentifier in words, such as "AES-256-GCM". Raises AlteredError."""
    try:
        algorithm = AlgorithmIdentifier.load(ber.check(encoded), strict=True)
        oid: str = algorithm["algorithm"].dotted
    except Exception as error:  # asn1crypto raises many classes for malformed input
        raise AlteredError() from error
    if oid not in _BY_OID:
        return _REFUSED.get(oid, oid)
    mode, key_length = _BY_OID[oid]
    if mode is CipherMode.TRIPLE_DES:
        return str(mode.value)
    return f"AES-{key_length * 8}-{mode.name}"


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
    return nonce


def _enveloped_nonce(parameters: bytes) -> bytes:
    """As programs write it in EnvelopedData: pkijs as in CBC, Go's pkcs7 with two faulty tags."""
    if parameters[:1] == bytes((ber.OCTET_STRING,)):
        return _octets(parameters)
    if parameters[:1] == bytes((_BARE_SEQUENCE,)):
        inner = parameters[2:]
        parameters = inner[:2] + inner[2:3].replace(b"\x84", b"\x04") + inner[3:]
    return _nonce(parameters)


def _iv(parameters: bytes, size: int) -> bytes:
    iv = _octets(parameters)
    if len(iv) != size:
        raise AlteredError()
    return iv


def _octets(parameters: bytes) -> bytes:
    try:
        value: bytes = core.OctetString.load(parameters, strict=True).native
    except Exception as error:
        raise AlteredError() from error
    return value
