"""OpenSC signs with an RSA signature key, hashes that are worth it; never with the decipher key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from tests.opensc.conftest import CardInReader, make_pair, put_in, run
from tests.pcsc.service import PcscService
from tests.trust.test_signing import digest_info

from twincard.keys.key_type import KeyType

MESSAGE = "署名する".encode()
HASHES = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}


@pytest.fixture(scope="module")
def signing_pair(
    tmp_path_factory: pytest.TempPathFactory, pcsc_service: PcscService
) -> Iterator[dict[str, CardInReader]]:
    """A pair whose cards have RSA signature keys."""
    pair = make_pair(KeyType.P_256, KeyType.RSA_2048)
    with ExitStack() as stack:
        yield put_in(pair, tmp_path_factory.mktemp("signing"), pcsc_service, stack)
    pair.close()


@pytest.fixture(params=["alice", "backup"])
def card(request: pytest.FixtureRequest, signing_pair: dict[str, CardInReader]) -> CardInReader:
    chosen = signing_pair[request.param]
    (chosen.folder / "message").write_bytes(MESSAGE)
    return chosen


def public_key(card: CardInReader) -> rsa.RSAPublicKey:
    read = card.tool("pkcs15-tool", "--read-public-key", "02").stdout
    key = load_pem_public_key(read)
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def sign(card: CardInReader, mechanism: str, name: str = "message") -> bytes:
    result = card.pkcs11("--sign", "-m", mechanism, "--id", "02", "-i", name)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("name", HASHES)
def test_pkcs11_tool_signs(card: CardInReader, name: str) -> None:
    signature = sign(card, f"{name}-RSA-PKCS")
    public_key(card).verify(signature, MESSAGE, padding.PKCS1v15(), HASHES[name])
    with pytest.raises(InvalidSignature):
        public_key(card).verify(signature, b"another", padding.PKCS1v15(), HASHES[name])


def test_a_digest_info_that_the_host_made_is_signed(card: CardInReader) -> None:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(MESSAGE)
    (card.folder / "info").write_bytes(digest_info("sha256", digest.finalize()))
    signature = sign(card, "RSA-PKCS", "info")
    public_key(card).verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


def test_openssl_confirms_what_its_engine_let_the_card_sign(card: CardInReader) -> None:
    key = f"pkcs11:serial={serial_number(card)};id=%02;type=private?pin-source=file:/dev/stdin"
    made = run(
        *("openssl", "dgst", "-sha256", "-engine", "pkcs11", "-keyform", "engine"),
        *("-sign", key, "-out", "signature", "message"),
        folder=card.folder,
        stdin=card.pin.encode(),
    )
    assert made.returncode == 0, made.stderr
    public = card.tool("pkcs15-tool", "--read-public-key", "02").stdout
    (card.folder / "public.pem").write_bytes(public)
    words = ("-verify", "public.pem", "-signature", "signature", "message")
    verified = run("openssl", "dgst", "-sha256", *words, folder=card.folder)
    assert verified.stdout == b"Verified OK\n", verified.stderr


def serial_number(card: CardInReader) -> str:
    text = card.tool("pkcs15-tool", "--dump").stdout.decode()
    (line,) = [line for line in text.splitlines() if "Serial number" in line]
    return line.split(": ")[1]


@pytest.mark.parametrize("name", ["SHA1", "MD5", "RIPEMD160", "SHA224"])
def test_other_hashes_are_refused_by_the_card(card: CardInReader, name: str) -> None:
    result = card.pkcs11("--sign", "-m", f"{name}-RSA-PKCS", "--id", "02", "-i", "message")
    assert result.returncode == 1
    assert b"CKR_DATA_LEN_RANGE" in result.stderr
    assert result.stdout == b""


def test_the_tools_own_test_stops_where_it_wants_sha1_signed(card: CardInReader) -> None:
    # It has every RSA signature key sign SHA-1, then MD5 and RIPEMD-160: see docs/opensc.md.
    result = card.pkcs11("--test")
    assert result.returncode == 1
    assert b"C_SignFinal failed: rv = CKR_DATA_LEN_RANGE" in result.stderr
    assert b"ERR" not in result.stdout


def test_the_signature_key_deciphers_nothing(card: CardInReader) -> None:
    cryptogram = public_key(card).encrypt(b"for the wrong key", padding.PKCS1v15())
    (card.folder / "cryptogram").write_bytes(cryptogram)
    result = card.pkcs11("--decrypt", "-m", "RSA-PKCS", "--id", "02", "-i", "cryptogram")
    assert result.returncode == 1
    assert b"CKR_KEY_TYPE_INCONSISTENT" in result.stderr
