"""Signed and then encrypted: SignedData of the content type id-signedData inside of the message."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from tests.cms.software_key import ec_key
from tests.signed.forging import attributes, message, signer_info
from tests.signed.signers import Person, person

from twincard.cms import (
    SIGNED_CONTENT,
    BytesOutput,
    EncryptedOutput,
    FilesError,
    NotVerifiedError,
    OutputError,
    SignedOutput,
    Trust,
    VerifiedOutput,
    decrypt,
    encrypt,
    verify,
)
from twincard.cms.framing import ber
from twincard.cms.framing.message import SIGNED_DATA

LETTER = "こんにちは\n".encode() * 100_000
ALICE, MALLORY = person("alice"), person("mallory")
TO = ec_key()
TRUST = Trust((), (ALICE.certificate,))


def sealed(content: bytes = LETTER, signer: Person = ALICE) -> bytes:
    inner = BytesOutput()
    encrypted = EncryptedOutput(inner, [TO.recipient], content_type=SIGNED_CONTENT)
    with SignedOutput(encrypted, signer.signer()) as sink:
        sink.write(content)
    return inner.value


def wrapped(content: bytes, content_type: str = SIGNED_CONTENT) -> bytes:
    """Encrypted as it is, whatever it is."""
    out = io.BytesIO()
    encrypt(io.BytesIO(content), out, [TO.recipient], content_type=content_type)
    return out.getvalue()


def signed_data(whole: bytes) -> bytes:
    """What is inside of a ContentInfo in DER."""
    head = ber.encode(ber.SEQUENCE, SIGNED_DATA)[2:]
    return whole[whole.index(head) + len(head) + 4 :]


def opened(encoded: bytes, trust: Trust | None = TRUST) -> tuple[bytes, VerifiedOutput]:
    inner = BytesOutput()
    sink = VerifiedOutput(inner, trust)
    try:
        with sink:
            decrypt(io.BytesIO(encoded), sink, TO)
    except FilesError:
        with pytest.raises(ValueError, match="not complete"):
            assert inner.value
        raise
    return inner.value, sink


def test_the_content_comes_out_with_its_signature() -> None:
    for trust, trusted in ((TRUST, True), (None, False)):
        content, sink = opened(sealed(), trust)
        assert content == LETTER
        (found,) = sink.signatures
        assert (found.certificate, found.trusted) == (ALICE.certificate, trusted)
    assert opened(sealed(b""))[0] == b""


def test_what_is_not_signed_passes_only_where_nobody_is_expected() -> None:
    content, sink = opened(wrapped(b"hello", "1.2.840.113549.1.7.1"), None)
    assert (content, sink.signatures) == (b"hello", ())
    with pytest.raises(NotVerifiedError, match="not signed"):
        opened(wrapped(b"hello", "1.2.840.113549.1.7.1"))


def test_a_signature_that_is_not_right_or_not_trusted_is_refused() -> None:
    with pytest.raises(NotVerifiedError, match="does not lead to"):
        opened(sealed(signer=MALLORY))
    assert opened(sealed(signer=MALLORY), None)[0] == LETTER
    false = signer_info(MALLORY, attributes(b"x"), named=ALICE.certificate)
    for infos in ([signer_info(ALICE, attributes(b"other"))], [false], []):
        inside = signed_data(message(b"x", infos, [ALICE.certificate]))
        for trust in (TRUST, None):
            with pytest.raises(NotVerifiedError):
                opened(wrapped(inside), trust)
    for inside in (b"", b"no message", b"\x30\x80"):
        with pytest.raises(FilesError):
            opened(wrapped(inside), None)


def test_an_altered_message_gives_nothing() -> None:
    whole = bytearray(sealed(b"a letter"))
    for at in range(len(whole) - 60, len(whole), 7):
        altered = bytes(whole[:at]) + bytes([whole[at] ^ 1]) + bytes(whole[at + 1 :])
        with pytest.raises(FilesError):
            opened(altered, None)
    sink = VerifiedOutput(BytesOutput())

    def goes_on() -> None:
        with pytest.raises(FilesError):
            decrypt(io.BytesIO(bytes(whole[:-20])), sink, TO)

    with pytest.raises(OutputError), sink:
        goes_on()


def test_openssl_decrypts_it(tmp_path: Path) -> None:
    """It gives the SignedData, which needs only a ContentInfo around it."""
    key = TO.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "sealed").write_bytes(sealed(b"a letter"))
    ran = subprocess.run(
        ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", "sealed", "-inkey", "key.pem"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    whole = ber.encode(ber.SEQUENCE, SIGNED_DATA, ber.encode(ber.CONTEXT_0, ran.stdout))
    with BytesOutput() as sink:
        verify(io.BytesIO(whole), sink, TRUST)
    assert sink.value == b"a letter"
