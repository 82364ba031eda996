"""BER lets the same message be framed in many ways; all of them are read."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from tests.cms.framing import AUTH, Build, Parts, indefinite, long_form
from tests.cms.software_key import decrypted, ec_key, encrypted

from twincard.cms import AlteredError, SourceError, UnsupportedError, encrypt, transcode
from twincard.cms.framing import ber

PLAINTEXT = bytes(range(256)) * 40


@pytest.fixture(scope="module", params=[False, True], ids=["file", "mail"])
def parts(request: pytest.FixtureRequest) -> Parts:
    return Parts.of(encrypted(PLAINTEXT, ec_key(), mail=request.param))


def reads(message: bytes) -> bool:
    """Whether it is read, also after it was given to another key."""
    sink = io.BytesIO()
    transcode(io.BytesIO(message), sink, ec_key().giving_to(ec_key("new").recipient))
    results = (decrypted(message, ec_key()), decrypted(sink.getvalue(), ec_key("new")))
    return results == (PLAINTEXT, PLAINTEXT)


@pytest.mark.parametrize("build", [ber.encode, indefinite, long_form])
def test_lengths_of_every_form_are_read(parts: Parts, build: Build) -> None:
    assert reads(parts.message(build))


@pytest.mark.parametrize("size", [1, 7, 16, 4096])
@pytest.mark.parametrize("build", [ber.encode, indefinite, long_form])
def test_content_in_chunks_of_any_size_is_read(parts: Parts, build: Build, size: int) -> None:
    whole = parts.ciphertext
    chunks = [ber.encode(ber.OCTET_STRING, whole[i : i + size]) for i in range(0, len(whole), size)]
    assert reads(parts.message(build, build(ber.CONTEXT_0, *chunks)))


def test_content_in_nested_strings_is_read(parts: Parts) -> None:
    def chunk(start: int, end: int | None) -> bytes:
        return ber.encode(ber.OCTET_STRING, parts.ciphertext[start:end])

    empty = ber.encode(ber.OCTET_STRING)
    inner = ber.encode(ber.CONSTRUCTED_OCTET_STRING, chunk(100, 200), empty)
    nested = indefinite(ber.CONSTRUCTED_OCTET_STRING, inner, chunk(200, 300))
    content = indefinite(ber.CONTEXT_0, empty, chunk(0, 100), nested, chunk(300, None))
    assert reads(parts.message(content=content))


def test_anything_but_strings_inside_the_content_is_refused(parts: Parts) -> None:
    content = ber.encode(ber.CONTEXT_0, ber.encode(ber.INTEGER, parts.ciphertext))
    with pytest.raises(AlteredError):
        decrypted(parts.message(content=content), ec_key())


def test_information_about_the_originator_is_passed_over_and_kept(parts: Parts) -> None:
    originator_info = ber.encode(ber.CONTEXT_0, indefinite(ber.CONTEXT_0))
    message = replace(parts, originator_info=originator_info).message()
    assert reads(message)
    sink = io.BytesIO()
    transcode(io.BytesIO(message), sink, ec_key().giving_to(ec_key("new").recipient))
    assert originator_info in sink.getvalue()


def test_attributes_that_are_not_authenticated_are_passed_over(parts: Parts) -> None:
    tag = ber.CONTEXT_2 if parts.kind is AUTH else ber.CONTEXT_1
    attributes = ber.encode(tag, ber.encode(ber.SEQUENCE))
    assert reads(replace(parts, unauthenticated=attributes).message(indefinite))


def test_content_that_is_kept_apart_is_not_supported(parts: Parts) -> None:
    with pytest.raises(UnsupportedError, match="is detached"):
        decrypted(parts.message(content=b""), ec_key())


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        ("06082A864886F70D0302", "RC2"),
        ("06082A864886F70D0304", "RC4"),
        ("06052B0E030207", "DES"),
        ("060960864801650304012F", "AES-CCM"),
        ("060B2A864886F70D0109100312", "ChaCha20-Poly1305"),
        ("0602 2A03", "1.2.3"),
    ],
)
def test_another_cipher_is_refused_by_its_name(parts: Parts, oid: str, name: str) -> None:
    algorithm = ber.encode(ber.SEQUENCE, bytes.fromhex(oid), ber.encode(ber.OCTET_STRING, bytes(8)))
    with pytest.raises(UnsupportedError, match=f"is encrypted with {name}, which"):
        decrypted(replace(parts, algorithm=algorithm).message(), ec_key())


def test_triple_des_is_not_taken_for_authenticated() -> None:
    parts = Parts.of(encrypted(PLAINTEXT, ec_key()))
    with pytest.raises(UnsupportedError, match="does not match"):
        decrypted(replace(parts, algorithm=TRIPLE_DES).message(), ec_key())


TRIPLE_DES = bytes.fromhex("3014 06082A864886F70D0307 0408 0000000000000000")
AES_256_GCM = bytes.fromhex("060960864801650304012E")
AES_256_CBC = bytes.fromhex("060960864801650304012A")


def nonce_of(size: int) -> bytes:
    """Parameters of AES-GCM with a nonce of this many bytes."""
    nonce = ber.encode(ber.OCTET_STRING, bytes(size))
    return ber.encode(ber.SEQUENCE, nonce, bytes.fromhex("020110"))


@pytest.mark.parametrize(
    ("algorithm", "parameters"),
    [
        (AES_256_GCM, b""),
        (AES_256_GCM, ber.encode(ber.OCTET_STRING, bytes(12))),
        (AES_256_CBC, b""),
        (AES_256_CBC, nonce_of(12)),
        (AES_256_CBC, ber.encode(ber.OCTET_STRING, bytes(8))),
    ],
)
def test_malformed_parameters_of_a_cipher_are_refused(
    parts: Parts, algorithm: bytes, parameters: bytes
) -> None:
    encoded = ber.encode(ber.SEQUENCE, algorithm, parameters)
    with pytest.raises(AlteredError):
        decrypted(replace(parts, algorithm=encoded).message(), ec_key())


@pytest.mark.parametrize("size", [0, 8, 17])
def test_a_nonce_of_another_size_than_12_bytes_is_not_supported(parts: Parts, size: int) -> None:
    encoded = ber.encode(ber.SEQUENCE, AES_256_GCM, nonce_of(size))
    with pytest.raises(UnsupportedError, match="nonce"):
        decrypted(replace(parts, algorithm=encoded).message(), ec_key())


def test_a_nonce_of_16_bytes_which_some_write_in_enveloped_data_is_not_supported_elsewhere() -> (
    None
):
    parts = Parts.of(encrypted(PLAINTEXT, ec_key()))
    encoded = ber.encode(ber.SEQUENCE, AES_256_GCM, nonce_of(16))
    with pytest.raises(UnsupportedError, match="nonce"):
        decrypted(replace(parts, algorithm=encoded).message(), ec_key())


@pytest.mark.parametrize("size", [0, 1, 15, 17])
def test_mail_that_is_not_a_whole_number_of_blocks_is_refused(size: int) -> None:
    parts = Parts.of(encrypted(PLAINTEXT, ec_key(), mail=True))
    with pytest.raises(AlteredError):
        decrypted(replace(parts, ciphertext=parts.ciphertext[:size]).message(), ec_key())


def test_an_element_may_not_reach_beyond_the_one_around_it(parts: Parts) -> None:
    content = bytes((0x80,)) + (len(parts.ciphertext) + 1).to_bytes(1 + 2)
    with pytest.raises(AlteredError):
        decrypted(parts.message(content=content + parts.ciphertext), ec_key())


class Failing(io.RawIOBase):
    """A medium that fails after its first bytes."""

    def __init__(self, first: bytes) -> None:
        self._first: bytes | None = first

    def read(self, size: int = -1, /) -> bytes:
        first, self._first = self._first, None
        if first is None:
            raise OSError(5, "Input/output error")
        return first


class NotWaiting(io.RawIOBase):
    """A stream that has nothing just now."""

    def read(self, size: int = -1, /) -> None:
        return None


def test_a_source_that_fails_is_an_error_of_its_own(parts: Parts) -> None:
    message = parts.message()
    transcoder = ec_key().giving_to(ec_key("new").recipient)
    for length in (0, 3, len(message) // 2):
        with pytest.raises(SourceError, match="Cannot read the file: Input/output error"):
            transcode(Failing(message[:length] or b"0"), io.BytesIO(), transcoder)
    with pytest.raises(SourceError, match="Cannot read the file"):
        encrypt(Failing(b"text"), io.BytesIO(), [ec_key().recipient])


def test_a_stream_that_does_not_wait_is_not_taken_for_its_end() -> None:
    with pytest.raises(SourceError, match="non-blocking"):
        encrypt(NotWaiting(), io.BytesIO(), [ec_key().recipient])


@pytest.mark.parametrize("version", ["020106", "0201FF", "02020100", "0200", "02028000"])
def test_a_version_that_no_standard_knows_is_refused_by_every_way_in(version: str) -> None:
    message = replace(Parts.of(encrypted(b"text", ec_key())), version=bytes.fromhex(version))
    for build in (ber.encode, indefinite):
        data = message.message(build)
        with pytest.raises(AlteredError):
            decrypted(data, ec_key())
        with pytest.raises(AlteredError):
            transcode(io.BytesIO(data), io.BytesIO(), ec_key().giving_to(ec_key("new").recipient))
