"""Published messages: NIST's certification paths, and the examples of draft-ireland-examples-cms.

`pip install cryptography-vectors` brings all messages of PKITS, for `make test-long`.
`EXAMPLES_CMS` names a clone of davidi67/examples-cms. It has no licence, so it is not copied here.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests.cms.software_key import SoftwareKey

from twincard.cms import (
    BytesOutput,
    FilesError,
    Trust,
    UnsupportedError,
    UntrustedError,
    decrypt,
    verify,
    verify_detached,
)

PKITS = json.loads((Path(__file__).parent / "vectors" / "pkits.json").read_text())
ANCHOR = x509.load_der_x509_certificate(base64.b64decode(PKITS["trust_anchor"]))
unexpired = pytest.mark.skipif(
    datetime.now(UTC) > ANCHOR.not_valid_after_utc, reason="the certificates of PKITS have expired"
)


def trusted(content: bytes, signature: bytes) -> bool:
    """Whether twincard takes a signature for one by somebody trusted."""
    try:
        verify_detached(io.BytesIO(content), signature, Trust((ANCHOR,)))
    except FilesError:
        return False
    return True


@unexpired
@pytest.mark.parametrize("entry", PKITS["messages"], ids=lambda entry: str(entry["test"]))
def test_signers_are_trusted_as_pkits_says(entry: dict[str, str]) -> None:
    content, signature = PKITS["content"].encode(), base64.b64decode(entry["signature"])
    # Revocation is not looked up, which docs/security.md says.
    wanted = {"trusted": True, "revoked": True, "refused": False}[entry["wanted"]]
    assert trusted(content, signature) is wanted
    if not wanted and "Signature" not in entry["test"]:
        with pytest.raises(UntrustedError):
            verify_detached(io.BytesIO(content), signature, Trust((ANCHOR,)))
    assert not trusted(content + b"!", signature)


REVOCATION = re.compile(
    "CRL|Revoked|IDPwith|OldWithNewTest2|NewWithOldTest5|LongSerialNumberTest18|Separate|cRL"
    "|delta|distributionPoint|only(Contains|Some)"
)
"""Tests of PKITS whose signer is invalid for nothing but a list of revocations."""


@unexpired
@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_no_other_signer_is_trusted_who_is_invalid_in_pkits() -> None:
    vectors = pytest.importorskip("cryptography_vectors")
    tried = 0
    for path in (Path(vectors.__file__).parent / "x509/PKITS_data/smime").glob("SignedInvalid*"):
        tried += 1
        if trusted(*parts_of(path.read_bytes())):
            assert REVOCATION.search(path.name), path.name
    assert tried > 100


def parts_of(message: bytes) -> tuple[bytes, bytes]:
    """Content and signature of a multipart/signed message."""
    parsed = message_from_bytes(message)
    boundary = parsed.get_boundary()
    assert boundary is not None
    lines = message.replace(b"\r\n", b"\n").split(f"--{boundary}".encode())[1]
    *_content, signature = parsed.walk()
    decoded = signature.get_payload(decode=True)
    assert isinstance(decoded, bytes)
    return lines[1:-1].replace(b"\n", b"\r\n"), decoded


EXAMPLE = b"This is some sample content."


@pytest.fixture(scope="module")
def examples() -> Path:
    folder = os.environ.get("EXAMPLES_CMS")
    if folder is None:
        pytest.skip("EXAMPLES_CMS names no clone of davidi67/examples-cms")
    return Path(folder)


def bob(examples: Path) -> SoftwareKey:
    """Of RFC 9216."""
    pem = (examples / "certs-and-keys/lamps-bob.decrypt.p8.pem").read_bytes()
    private = load_pem_private_key(pem, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return SoftwareKey(private)


@pytest.mark.parametrize("name", ["encryptedForBobAndDana", "encryptedForBobRSAOaep"])
def test_messages_to_bob_are_read(examples: Path, name: str) -> None:
    message = (examples / f"binary-files/{name}.p7m").read_bytes()
    with BytesOutput() as output:
        decrypt(io.BytesIO(message), output, bob(examples), mail=True)
    assert output.value == EXAMPLE


def test_chacha20_is_refused_by_its_name(examples: Path) -> None:
    message = (examples / "binary-files/authEnvelopedForBobChaCha20Poly1305.p7m").read_bytes()
    with (
        pytest.raises(UnsupportedError, match="encrypted with ChaCha20-Poly1305"),
        BytesOutput() as output,
    ):
        decrypt(io.BytesIO(message), output, bob(examples))


@pytest.mark.parametrize(
    ("name", "signer"), [("signedByAliceRSAPSS", "alice"), ("signedByCarlosEd25519", "carlos")]
)
def test_signed_messages_are_verified(examples: Path, name: str, signer: str) -> None:
    message = (examples / f"binary-files/{name}.p7m").read_bytes()
    pem = (examples / f"certs-and-keys/lamps-{signer}.crt").read_bytes()
    trust = Trust((), (x509.load_pem_x509_certificate(pem),))
    with BytesOutput() as output:
        verify(io.BytesIO(message), output, trust)
    assert output.value == EXAMPLE
