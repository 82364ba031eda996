"""SignerInfo (RFC 5652, 5.3) and the attributes that its signature covers."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, tsp

from twincard.cms.errors import AlteredError, UnsupportedError
from twincard.cms.framing import ber
from twincard.cms.framing.source import Source
from twincard.cms.recipients.identifiers import IssuerAndSerial, KeyIdentifier
from twincard.cms.signed.algorithms import AlgorithmId, hash_of_digest, read_algorithm
from twincard.ground.language import _

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
TIME_STAMP_TOKEN = "1.2.840.113549.1.9.16.2.14"  # noqa: S105 -- an object identifier
_MAX_ATTRIBUTES = 64

Attributes = Mapping[str, tuple[bytes, ...]]
"""The encoded values of each attribute, by its object identifier."""


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signer's signature.

    ``signed`` is what the signature is computed over: the attributes as a SET OF.
    """

    identifier: IssuerAndSerial | KeyIdentifier
    digest_algorithm: AlgorithmId
    hash_name: str
    signed: bytes
    attributes: Attributes
    signature_algorithm: AlgorithmId
    signature: bytes
    unsigned: Attributes

    @property
    def content_type(self) -> str:
        """What the signer says that the content is. Raises AlteredError."""
        return str(self._parsed(CONTENT_TYPE, core.ObjectIdentifier).dotted)

    @property
    def message_digest(self) -> bytes:
        """The hash of the content that was signed. Raises AlteredError."""
        return bytes(self._parsed(MESSAGE_DIGEST, core.OctetString).native)

    @property
    def signing_time(self) -> datetime | None:
        """When it was signed, as the signer says. Raises AlteredError."""
        if SIGNING_TIME not in self.attributes:
            return None
        time: datetime = self._parsed(SIGNING_TIME, cms.Time).native
        return time

    def certificate_hash(self) -> tuple[str, bytes] | None:
        """Hash function and hash of the signer's certificate (RFC 5035), if the signer gives them.

        Raises AlteredError.
        """
        if SIGNING_CERTIFICATE_V2 in self.attributes:
            first = self._parsed(SIGNING_CERTIFICATE_V2, tsp.SigningCertificateV2)["certs"][0]
            return str(first["hash_algorithm"]["algorithm"].native), bytes(
                first["cert_hash"].native
            )
        if SIGNING_CERTIFICATE in self.attributes:
            first = self._parsed(SIGNING_CERTIFICATE, tsp.SigningCertificate)["certs"][0]
            return "sha1", bytes(first["cert_hash"].native)
        return None

    def check_algorithms(self) -> None:
        """Raises UnsupportedError if the signed attributes name other algorithms (RFC 6211)."""
        for value in self.attributes.get(ALGORITHM_PROTECTION, ()):
            reader = ber.BerReader(Source(io.BytesIO(value)))
            reader.enter(ber.SEQUENCE)
            digest = reader.element(ber.SEQUENCE)
            signature = reader.element()
            named = digest, bytes((ber.SEQUENCE,)) + signature[1:]
            if named != (self.digest_algorithm.encoded, self.signature_algorithm.encoded):
                raise UnsupportedError(
                    _("The signature names two different hash functions, so it is not accepted.")
                )

    def _parsed(self, oid: str, kind: Any) -> Any:
        values = self.attributes.get(oid, ())
        if len(values) != 1:
            raise AlteredError()
        try:
            found = kind.load(values[0], strict=True)
            found.native  # noqa: B018 -- parses what is inside as well
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise AlteredError() from error
        return found


def read_signer_info(encoded: bytes) -> SignerInfo:
    """From its encoding. Raises AlteredError, UnsupportedError."""
    reader = ber.BerReader(Source(io.BytesIO(ber.check(encoded))))
    reader.enter(ber.SEQUENCE)
    reader.element(ber.INTEGER)
    identifier = _identifier(reader.element())
    digest_algorithm = read_algorithm(reader.element(ber.SEQUENCE))
    hash_name = hash_of_digest(digest_algorithm)
    signed = reader.element() if reader.next_tag() == ber.CONTEXT_0 else b""
    if not signed:
        # Without them, a signature over attributes would be one over content that looks like them.
        raise UnsupportedError(
            _("The signature has no signed attributes, so it could have been made for other data.")
        )
    signature_algorithm = read_algorithm(reader.element(ber.SEQUENCE))
    signature = _octets(reader.element(ber.OCTET_STRING))
    unsigned = reader.element() if reader.next_tag() == ber.CONTEXT_1 else b""
    reader.leave()
    reader.finish()
    return SignerInfo(
        identifier,
        digest_algorithm,
        hash_name,
        # RFC 5652, 5.4. They are in DER (5.3): a signature over anything else is wrong.
        bytes((ber.SET,)) + signed[1:],
        _attributes(signed),
        signature_algorithm,
        signature,
        _attributes(unsigned) if unsigned else {},
    )


def _identifier(encoded: bytes) -> IssuerAndSerial | KeyIdentifier:
    try:
        parsed = cms.SignerIdentifier.load(encoded, strict=True)
        if parsed.name == "subject_key_identifier":
            return KeyIdentifier(bytes(parsed.chosen.native))
        issuer: bytes = parsed.chosen["issuer"].dump()
        serial: int = parsed.chosen["serial_number"].native
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise AlteredError() from error
    return IssuerAndSerial(issuer, serial)


def _attributes(encoded: bytes) -> Attributes:
    """Each kind at most once (RFC 5652, 5.3 and 11)."""
    reader = ber.BerReader(Source(io.BytesIO(encoded)))
    reader.enter(encoded[0])
    found: dict[str, tuple[bytes, ...]] = {}
    while reader.more():
        reader.enter(ber.SEQUENCE)
        oid = core.ObjectIdentifier.load(reader.element(ber.OBJECT_IDENTIFIER)).dotted
        reader.enter(ber.SET)
        values = []
        while reader.more():
            values.append(reader.element())
        reader.leave()
        reader.leave()
        if oid in found or len(found) == _MAX_ATTRIBUTES:
            raise AlteredError()
        found[oid] = tuple(values)
    reader.leave()
    reader.finish()
    return found


def _octets(encoded: bytes) -> bytes:
    try:
        return bytes(core.OctetString.load(encoded, strict=True).native)
    except (ValueError, TypeError) as error:
        raise AlteredError() from error
