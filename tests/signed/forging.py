"""Signed messages put together piece by piece, so that each piece can be wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from tests.signed.signers import NOW, Person

from twincard.cms.framing import ber

SHA256 = {"algorithm": "sha256"}
HASHES = {"sha256": hashes.SHA256(), "sha512": hashes.SHA512(), "sha1": hashes.SHA1()}  # noqa: S303


def attributes(
    content: bytes, *, person: Person | None = None, hash_name: str = "sha256", **others: Any
) -> dict[str, Any]:
    """The usual signed attributes, by name; None leaves one out."""
    found: dict[str, Any] = {
        "content_type": "data",
        "message_digest": hashlib.new(hash_name, content).digest(),
        "signing_time": cms.Time({"utc_time": core.UTCTime(NOW)}),
    }
    if person is not None:
        der = person.certificate.public_bytes(Encoding.DER)
        identity = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(der).digest()})
        found["signing_certificate_v2"] = tsp.SigningCertificateV2({"certs": [identity]})
    found |= others
    return {name: value for name, value in found.items() if value is not None}


def encoded(wanted: dict[str, Any]) -> cms.CMSAttributes:
    """As a SET; a list has several values for one attribute."""
    return cms.CMSAttributes(
        [
            {"type": name, "values": value if isinstance(value, list) else [value]}
            for name, value in wanted.items()
        ]
    )


def signature(person: Person, signed: bytes, hash_name: str = "sha256") -> bytes:
    """The signature of a key over these bytes."""
    private = person.private
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(signed, padding.PKCS1v15(), HASHES[hash_name])
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(signed, ec.ECDSA(HASHES[hash_name]))
    assert isinstance(private, ed25519.Ed25519PrivateKey)
    return private.sign(signed)


def signer_info(
    person: Person,
    signed: dict[str, Any] | None,
    *,
    content: bytes = b"",
    named: x509.Certificate | None = None,
    hash_name: str = "sha256",
    digest: str | None = None,
    algorithm: str = "sha256_ecdsa",
    value: bytes | None = None,
    unsigned: dict[str, Any] | None = None,
) -> cms.SignerInfo:
    """A SignerInfo; without attributes, the signature is over the content itself."""
    certificate = asn1_x509.Certificate.load(
        (named or person.certificate).public_bytes(Encoding.DER)
    )
    identifier = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    set_of = None if signed is None else encoded(signed)
    over = content if set_of is None else set_of.dump()
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": identifier}),
        "digest_algorithm": {"algorithm": digest or hash_name},
        "signature_algorithm": {"algorithm": algorithm},
        "signature": signature(person, over, hash_name) if value is None else value,
    }
    if set_of is not None:
        info["signed_attrs"] = set_of
    if unsigned is not None:
        info["unsigned_attrs"] = encoded(unsigned)
    return cms.SignerInfo(info)


def message(
    content: bytes | None,
    infos: Sequence[cms.SignerInfo],
    certificates: Sequence[x509.Certificate],
    *,
    digests: Sequence[str] = ("sha256",),
    content_type: str = "data",
) -> bytes:
    """A message in DER; without content, a detached signature."""
    inside = cms.ContentType(content_type).dump()
    if content is not None:
        inside += ber.encode(ber.CONTEXT_0, ber.encode(ber.OCTET_STRING, content))
    algorithms = [cms.DigestAlgorithm({"algorithm": name}).dump() for name in digests]
    data = ber.encode(
        ber.SEQUENCE,
        b"\2\1\1",
        ber.encode(ber.SET, *algorithms),
        ber.encode(ber.SEQUENCE, inside),
        ber.encode(ber.CONTEXT_0, *(one.public_bytes(Encoding.DER) for one in certificates)),
        ber.encode(ber.SET, *(info.dump() for info in infos)),
    )
    outer = cms.ContentType("signed_data").dump()
    return ber.encode(ber.SEQUENCE, outer, ber.encode(ber.CONTEXT_0, data))
