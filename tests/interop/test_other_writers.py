"""What pkijs and a library for Go write, which put AES-GCM into EnvelopedData."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from tests.cms.software_key import SoftwareKey, key_of

from twincard.cms import (
    AlteredError,
    BytesOutput,
    Decrypted,
    NotAuthenticatedError,
    UnsupportedError,
    decrypt,
    transcode,
)

DATA = json.loads((Path(__file__).parent / "vectors" / "other_writers.json").read_text())


class Vector(NamedTuple):
    """A message with its content, and who wrote it."""

    key: SoftwareKey
    cipher: str
    content: bytes
    message: bytes


def vector(entry: dict[str, str]) -> Vector:
    private = load_der_private_key(base64.b64decode(DATA["keys"][entry["key"]]), None)
    assert isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    message = base64.b64decode(entry["message"])
    return Vector(SoftwareKey(private), entry["cipher"], entry["content"].encode(), message)


def name(entry: dict[str, str]) -> str:
    return "-".join(filter(None, (entry[k] for k in ("writer", "key", "cipher", "hash"))))


READ = [entry for entry in DATA["messages"] if entry["cipher"] != "DES"]
GCM = [entry for entry in READ if entry["cipher"] == "AES-GCM"]


def opened(message: bytes, key: SoftwareKey, *, mail: bool) -> tuple[bytes, Decrypted]:
    with BytesOutput() as output:
        result = decrypt(io.BytesIO(message), output, key, mail=mail)
    return output.value, result


@pytest.mark.parametrize("entry", READ, ids=name)
def test_it_is_read_and_what_is_authenticated_needs_no_leave(entry: dict[str, str]) -> None:
    one = vector(entry)
    authenticated = one.cipher == "AES-GCM"
    content, result = opened(one.message, one.key, mail=not authenticated)
    assert content == one.content
    assert result.authenticated is authenticated
    if not authenticated:
        with pytest.raises(NotAuthenticatedError):
            opened(one.message, one.key, mail=False)


@pytest.mark.parametrize("entry", READ, ids=name)
def test_it_is_given_to_another_key(entry: dict[str, str]) -> None:
    one, new = vector(entry), key_of(vector(entry).key.algorithm, "new")
    sink = io.BytesIO()
    transcode(io.BytesIO(one.message), sink, one.key.giving_to(new.recipient))
    assert opened(sink.getvalue(), new, mail=True)[0] == one.content


@pytest.mark.parametrize("entry", GCM, ids=name)
def test_no_altered_byte_of_content_or_tag_is_overlooked(entry: dict[str, str]) -> None:
    one = vector(entry)
    end = len(one.message) - (10 if one.message.endswith(bytes(10)) else 0)
    for place in range(end - 16 - len(one.content), end):
        altered = bytearray(one.message)
        altered[place] ^= 1
        with pytest.raises(AlteredError):
            opened(bytes(altered), one.key, mail=True)


def test_des_is_refused_by_its_name() -> None:
    (entry,) = (one for one in DATA["messages"] if one["cipher"] == "DES")
    with pytest.raises(UnsupportedError, match="encrypted with DES"):
        opened(vector(entry).message, vector(entry).key, mail=True)
