"""Signed messages and signatures as text: what openssl and gpgsm call them."""

from __future__ import annotations

import base64
import io

import pytest
from tests.signed.signers import person

from twincard.cms import AlteredError, BytesOutput, NotCmsError, Trust, verify, verify_detached
from twincard.cms.signed.signing import sign, sign_detached

ALICE = person("alice")
TRUST = Trust((), (ALICE.certificate,))
LETTER = bytes(range(256)) * 50
LABELS = ("CMS", "PKCS7", "SIGNED MESSAGE")


def signed() -> bytes:
    out = io.BytesIO()
    sign(io.BytesIO(LETTER), out, ALICE.signer())
    return out.getvalue()


def pem(message: bytes, label: str) -> bytes:
    body = base64.encodebytes(message)
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label.encode(), body, label.encode())


def smime(message: bytes) -> bytes:
    head = (
        b"Subject: s\r\n"
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head + base64.encodebytes(message).replace(b"\n", b"\r\n")


def verified(message: bytes) -> bytes:
    with BytesOutput() as sink:
        verify(io.BytesIO(message), sink, TRUST)
    return sink.value


@pytest.mark.parametrize("label", LABELS)
def test_signed_messages_in_pem_are_verified(label: str) -> None:
    assert verified(pem(signed(), label)) == LETTER


@pytest.mark.parametrize("label", LABELS)
def test_signatures_in_pem_are_verified(label: str) -> None:
    out = io.BytesIO()
    sign_detached(io.BytesIO(LETTER), out, ALICE.signer())
    (found,) = verify_detached(io.BytesIO(LETTER), pem(out.getvalue(), label), TRUST)
    assert found.certificate == ALICE.certificate


def test_signed_messages_in_smime_are_verified() -> None:
    assert verified(smime(signed())) == LETTER


@pytest.mark.parametrize("after", [b"more", pem(b"\x30\x00", "CMS")])
def test_nothing_may_follow_the_end_of_pem(after: bytes) -> None:
    with pytest.raises((AlteredError, NotCmsError)):
        verified(pem(signed(), "CMS") + after)
