"""Published vectors, on the card where a card can be made to meet them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psec
import pytest
from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bench import Bench, Stage
from tests.interop.cards import card_id, exchange, import_key, send, state
from tests.interop.independent import (
    EC_HEADER,
    RSA_HEADER,
    cmac,
    ec_key_data,
    number,
    rsa_key_data,
    wrap,
)

from twincard.keys.keyblock import build_block, open_block

VECTORS = Path(__file__).with_name("vectors")
CEK = bytes(range(32))


@dataclass(frozen=True)
class Case:
    """A cryptogram, and what is in it: None where it must be refused."""

    name: str
    cryptogram: bytes
    plaintext: bytes | None


@dataclass(frozen=True)
class RsaVectors:
    """A private key as key data, and what was encrypted under it."""

    key_data: bytes
    cases: Sequence[Case]

    @classmethod
    def load(cls, name: str) -> RsaVectors:
        """A file of `vectors`, which says where it is from."""
        content = json.loads((VECTORS / name).read_text(encoding="utf-8"))
        numbers: dict[str, Any] = {part: int(digits, 16) for part, digits in content["key"].items()}
        cases = [
            Case(
                f"{case['id']}: {case['comment']}",
                bytes.fromhex(case["cryptogram"]),
                None if case["plaintext"] is None else bytes.fromhex(case["plaintext"]),
            )
            for case in content["cases"]
        ]
        return cls(rsa_key_data(**numbers), cases)


@pytest.mark.parametrize(
    ("file", "algorithm"), [("rsa-oaep.json", "800112"), ("rsa-pkcs1.json", "800111")]
)
def test_the_card_opens_and_refuses_what_wycheproof_says(
    bench: Bench, file: str, algorithm: str
) -> None:
    vectors = RsaVectors.load(file)
    backup = bench.at(Stage.COMPLETE).backup
    import_key(backup, RSA_HEADER, vectors.key_data)
    card = backup.unlocked()
    send(card, "002241B8", bytes.fromhex(algorithm))
    for case in vectors.cases:
        expected = (b"", 0x6A80) if case.plaintext is None else (case.plaintext, 0x9000)
        assert exchange(card, "002A8086", b"\x00" + case.cryptogram) == expected, case.name


@pytest.mark.parametrize(
    ("scalar", "point", "shared"),
    [
        pytest.param(
            "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
            "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
            "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
            "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b",
            id="NIST CAVS 14.1, ECC CDH primitive, P-256, COUNT = 0",
        ),
        pytest.param(
            "0a0d622a47e48f6bc1038ace438c6f528aa00ad2bd1da5f13ee46bf5f633d71a",
            "0458fd4168a87795603e2b04390285bdca6e57de6027fe211dd9d25e2212d29e62"
            "080d36bd224d7405509295eed02a17150e03b314f96da37445b0d1d29377d12c",
            "0000000000000000000000000000000000000000000000000000000000000000",
            id="Wycheproof ecdh_secp256r1_ecpoint 3: x = 0",
        ),
        pytest.param(
            "0a0d622a47e48f6bc1038ace438c6f528aa00ad2bd1da5f13ee46bf5f633d71a",
            "04a1ecc24bf0d0053d23f5fd80ddf1735a1925039dc1176c581a7e795163c8b9ba"
            "2cb5a4e4d5109f4527575e3137b83d79a9bcb3faeff90d2aca2bed71bb523e7e",
            "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
            id="Wycheproof ecdh_secp256r1_ecpoint 4: x = p - 3",
        ),
    ],
)
def test_the_card_agrees_on_published_shared_secrets(
    bench: Bench, scalar: str, point: str, shared: str
) -> None:
    backup = bench.at(Stage.COMPLETE).backup
    own = ec.derive_private_key(number(bytes.fromhex(scalar)), ec.SECP256R1()).public_key()
    own_point = own.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    import_key(backup, EC_HEADER, ec_key_data(bytes.fromhex(scalar), own_point))
    kek = X963KDF(SHA256(), 32, b"info").derive(bytes.fromhex(shared))
    wrapped = keywrap.aes_key_wrap(kek, CEK)
    content = bytes.fromhex("800101 810120 8204") + b"info"
    content += b"\x83\x28" + wrapped + b"\x86\x41" + bytes.fromhex(point)
    answer = send(backup.unlocked(), "002A8086", b"\xa6" + bytes([len(content)]) + content)
    assert answer == CEK


def test_key_blocks_agree_with_the_example_of_tr_31() -> None:
    # TR-31:2018, A.7.4: version D, AES-256 KBPK, AES-128 PIN encryption key
    kbpk = bytes.fromhex("88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6")
    key = bytes.fromhex("3F419E1CB7079442AA37474C2EFBF8B8")
    padding = bytes.fromhex("1C2965473CE206BB855B01533782")
    header = "D0112P0AE00E0000"
    ciphertext = "B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A2"
    block = header.encode() + bytes.fromhex(ciphertext + "7E8E31DA05F7425509593D03A457DC34")
    assert wrap(kbpk, header, key, padding) == block
    assert build_block(kbpk, header.encode(), key, padding) == block
    assert open_block(kbpk, block, header.encode()) == key
    assert psec.tr31.unwrap(kbpk, header + block[16:].hex().upper())[1] == key


def test_the_card_shows_the_key_check_value_of_a_published_key(bench: Bench) -> None:
    # The AES-256 key of the examples of SP 800-38B
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    specimen = bench.at(Stage.ISSUED).backup
    kcv = cmac(key, bytes(16))[:3]
    card = specimen.unlocked()
    wrong = kcv[:2] + bytes([kcv[2] ^ 1])
    assert exchange(card, "80120200", key + wrong) == (b"", 0x6A80)
    send(card, "80120200", key + kcv)
    assert state(specimen)[0x88][4:8] == b"\x02" + kcv


def test_the_card_knows_its_issuer_by_a_mac_made_here(bench: Bench) -> None:
    specimen = bench.at(Stage.BLANK).original
    identity = card_id(specimen)
    for altered in (1, 0):
        card = specimen.card()
        challenge, sw = card.connection.transmit(bytes.fromhex("0084000010"))
        assert (len(challenge), sw) == (16, 0x9000)
        mac = cmac(specimen.transport_key.reveal(), b"twincard/issuer/1" + identity + challenge)
        mac = mac[:-1] + bytes([mac[-1] ^ altered])
        assert exchange(card, "00820000", mac) == (b"", 0x6300 if altered else 0x9000)
