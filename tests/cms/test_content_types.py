"""What a content is: authenticated with it where it is not plain bytes (RFC 5083, 2.1)."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.cms.framing import Parts, indefinite
from tests.cms.software_key import ec_key, key_of

from twincard.cms import (
    DATA_CONTENT,
    AlteredError,
    BytesOutput,
    Decrypted,
    EncryptedOutput,
    UnsupportedError,
    decrypt,
    encrypt,
    transcode,
    wrap_key,
)
from twincard.cms.content.cipher import CipherMode, ContentCipher
from twincard.cms.framing import ber
from twincard.cms.framing.message import DATA, MessageKind
from twincard.cms.recipients.codec import encode_recipient
from twincard.keys.key_type import KeyAlgorithm

SIGNED_DATA = "1.2.840.113549.1.7.2"
SIGNED = bytes.fromhex("06092A864886F70D010702")
PLAINTEXT = b"signed by somebody" * 1000
ATTRIBUTES = bytes.fromhex("A11A 3018 0609 2A864886F70D010903 310B 0609 2A864886F70D010702")
"""[1] with one attribute: content-type, signedData; written from RFC 5652, 11.1."""


class Pipe(io.RawIOBase):
    """A stream that cannot be read twice."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self._inner.read(size)


def opened(message: bytes, *, pipe: bool = False) -> tuple[bytes, Decrypted]:
    with BytesOutput() as output:
        source = Pipe(message) if pipe else io.BytesIO(message)
        result = decrypt(source, output, ec_key(), mail=True)
    return output.value, result


def written(content_type: str, *, mail: bool = False) -> bytes:
    sink = io.BytesIO()
    recipients = [ec_key().recipient]
    encrypt(io.BytesIO(PLAINTEXT), sink, recipients, mail=mail, content_type=content_type)
    return sink.getvalue()


def made(encoded_type: bytes, attributes: bytes) -> Parts:
    """A message made here of the standards, with these attributes authenticated."""
    key, cipher = bytes(range(32)), ContentCipher(CipherMode.GCM, 32, bytes(12))
    authenticated = b"\x31" + attributes[1:] if attributes else None
    sealed = AESGCM(key).encrypt(bytes(12), PLAINTEXT, authenticated)
    return Parts(
        MessageKind.AUTH_ENVELOPED,
        b"\2\1\0",
        (encode_recipient(wrap_key(key, ec_key().recipient)),),
        cipher.encode(),
        sealed[:-16],
        ber.encode(ber.OCTET_STRING, sealed[-16:]),
        authenticated=attributes,
        content_type=encoded_type,
    )


@pytest.mark.parametrize("pipe", [False, True], ids=["file", "pipe"])
def test_attributes_are_written_and_read_as_the_standard_has_them(pipe: bool) -> None:
    message = written(SIGNED_DATA)
    assert SIGNED in message
    assert ATTRIBUTES in message
    for one in (
        message,
        made(SIGNED, ATTRIBUTES).message(),
        made(SIGNED, ATTRIBUTES).message(indefinite),
    ):
        content, result = opened(one, pipe=pipe)
        assert content == PLAINTEXT
        assert result.content_type == SIGNED_DATA
        assert result.authenticated


def test_plain_bytes_are_written_without_attributes() -> None:
    parts = Parts.of(written(DATA_CONTENT))
    assert parts.authenticated == b""
    assert opened(parts.message())[1].content_type == DATA_CONTENT


def test_plain_bytes_with_attributes_are_read_from_a_file_but_not_from_a_pipe() -> None:
    attributes = ATTRIBUTES.replace(SIGNED, DATA)
    message = made(DATA, attributes).message()
    assert opened(message)[0] == PLAINTEXT
    with pytest.raises(UnsupportedError, match="Give the file by its name"):
        opened(message, pipe=True)


def test_no_change_of_the_content_type_or_of_the_attributes_is_overlooked() -> None:
    good = made(SIGNED, ATTRIBUTES)
    other = ATTRIBUTES.replace(SIGNED, DATA)
    for spoiled in (
        replace(good, content_type=DATA),
        replace(good, content_type=DATA, authenticated=other),
        replace(good, content_type=DATA, authenticated=b""),
        replace(good, authenticated=other),
        replace(good, authenticated=ber.encode(ber.CONTEXT_1)),
        replace(good, authenticated=ATTRIBUTES + ATTRIBUTES),
        replace(good, authenticated=bytes.fromhex("A1023000")),
    ):
        with pytest.raises(AlteredError):
            opened(spoiled.message())
    with pytest.raises(UnsupportedError, match=r"authenticates its content type, 1\.2\.840"):
        opened(replace(good, authenticated=b"").message())
    plain = Parts.of(written(DATA_CONTENT))
    with pytest.raises(UnsupportedError, match="authenticates its content type"):
        opened(replace(plain, content_type=SIGNED).message())


def test_a_transcode_keeps_attributes_and_content_type() -> None:
    sink = io.BytesIO()
    target = key_of(KeyAlgorithm.RSA, "new")
    transcode(io.BytesIO(written(SIGNED_DATA)), sink, ec_key().giving_to(target.recipient))
    with BytesOutput() as output:
        result = decrypt(io.BytesIO(sink.getvalue()), output, target)
    assert (output.value, result.content_type) == (PLAINTEXT, SIGNED_DATA)


def test_what_is_encrypted_anew_keeps_its_content_type() -> None:
    held = BytesOutput()
    with EncryptedOutput(held, [ec_key("new").recipient]) as output:
        decrypt(io.BytesIO(written(SIGNED_DATA)), output, ec_key())
    with BytesOutput() as plain:
        result = decrypt(io.BytesIO(held.value), plain, ec_key("new"))
    assert (plain.value, result.content_type) == (PLAINTEXT, SIGNED_DATA)


def test_mail_says_what_its_content_is_too() -> None:
    content, result = opened(written(SIGNED_DATA, mail=True))
    assert (content, result.content_type) == (PLAINTEXT, SIGNED_DATA)
    assert not result.authenticated
