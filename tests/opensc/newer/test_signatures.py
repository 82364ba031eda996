"""A newer OpenSC signs with keys of either type, hashes that are worth it, and decrypts."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from tests.opensc.conftest import CERTIFICATE, CardInReader
from tests.opensc.newer.conftest import OpenSc

MESSAGE = "署名する".encode()
SECRET = "ひみつ".encode()
HASHES = {"SHA256": hashes.SHA256(), "SHA384": hashes.SHA384(), "SHA512": hashes.SHA512()}


def signer(newer: OpenSc, card: CardInReader) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    key = load_pem_public_key(newer.pkcs15(card, "--read-public-key", "02"))
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return key


def sign(newer: OpenSc, card: CardInReader, *words: str, message: bytes = MESSAGE) -> bytes:
    (card.folder / "message").write_bytes(message)
    return newer.pkcs11(card, "--sign", "--id", "02", "-i", "message", "-m", *words)


@pytest.mark.parametrize("name", HASHES)
def test_it_signs(newer: OpenSc, card: CardInReader, name: str) -> None:
    key = signer(newer, card)
    if isinstance(key, rsa.RSAPublicKey):
        made = sign(newer, card, f"{name}-RSA-PKCS")
        key.verify(made, MESSAGE, padding.PKCS1v15(), HASHES[name])
    else:
        made = sign(newer, card, f"ECDSA-{name}", "--signature-format", "openssl")
        key.verify(made, MESSAGE, ec.ECDSA(HASHES[name]))


@pytest.mark.parametrize("name", HASHES)
def test_it_signs_by_pss(newer: OpenSc, card: CardInReader, name: str) -> None:
    key = signer(newer, card)
    if not isinstance(key, rsa.RSAPublicKey):
        pytest.skip("a curve has no PSS")
    function = HASHES[name]
    padded = padding.PSS(padding.MGF1(function), function.digest_size)
    made = sign(newer, card, f"{name}-RSA-PKCS-PSS", "--mgf", f"MGF1-{name}", "--salt-len", "-1")
    key.verify(made, MESSAGE, padded, function)


def test_sha1_is_refused_by_the_card(newer: OpenSc, card: CardInReader) -> None:
    is_rsa = isinstance(signer(newer, card), rsa.RSAPublicKey)
    mechanism = "SHA1-RSA-PKCS" if is_rsa else "ECDSA-SHA1"
    with pytest.raises(AssertionError, match="CKR_"):
        sign(newer, card, mechanism)


def test_it_decrypts(newer: OpenSc, card: CardInReader) -> None:
    public = x509.load_pem_x509_certificate((card.folder / CERTIFICATE).read_bytes()).public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        pytest.skip("the driver knows no ECDH")
    (card.folder / "sealed").write_bytes(public.encrypt(SECRET, padding.PKCS1v15()))
    words = ("--decrypt", "-m", "RSA-PKCS", "--id", "01", "-i", "sealed")
    assert newer.pkcs11(card, *words) == SECRET
