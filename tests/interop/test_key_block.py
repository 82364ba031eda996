"""The exported key block opens with psec under a KBPK computed without any code of the product."""

from __future__ import annotations

import hashlib

import psec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFCMAC, CounterLocation, Mode
from tests.bench import GROUP_ID, Bench, Stage, components

from twincard.card.report import KeyType
from twincard.card.session import Card

HEADERS = {KeyType.RSA_2048: "D1936D1RD00N0000", KeyType.P_256: "D0272K3EX00N0000"}
RSA_TEMPLATE = bytes.fromhex("7f480f9281809381809481809581809681805f48820280")
EC_TEMPLATE = bytes.fromhex("7f480292205f4820")


def group_key(size: int) -> bytes:
    """SP 800-56C, one step."""
    fixed = b"twincard/group/1" + GROUP_ID + bytes([size])
    secret = b"".join(item.value.reveal() for item in components(size))
    return ConcatKDFHash(SHA256(), 32, fixed).derive(secret)


def derive(key: bytes, label: bytes, context: bytes, size: int) -> bytes:
    """SP 800-108, counter mode."""
    kdf = KBKDFCMAC(
        AES, Mode.CounterMode, size, 1, 2, CounterLocation.BeforeFixed, label, context, None
    )
    return kdf.derive(key)


def exported(original: Card, backup: Card) -> tuple[bytes, bytes]:
    """T, and the key block on the wire."""
    ticket = backup.duplication.ticket(original.report().card_id)
    assert ticket.encoded[:4].hex() == "e1478033"
    return ticket.encoded[4:55], original.duplication.export_key(ticket).key_block


@pytest.mark.parametrize("size", [1, 3, 8])
@pytest.mark.parametrize("key_type", list(KeyType))
def test_psec_opens_the_block_and_the_key_in_it_is_the_originals(
    bench: Bench, key_type: KeyType, size: int
) -> None:
    bench.at(Stage.KEYED, key=key_type, size=size)
    original = bench.original.unlocked()
    ticket, block = exported(original, bench.backup.unlocked())
    context = hashlib.sha256(ticket).digest()
    kbpk = derive(group_key(size), b"kbpk", context, 32)
    assert block[:16].decode() == HEADERS[key_type]
    header, key = psec.tr31.unwrap(kbpk, block[:16].decode() + block[16:].hex().upper())
    assert (header.version_id, header.exportability) == ("D", "N")
    public_key = original.usage.public_key().loaded()
    if key_type is KeyType.RSA_2048:
        assert isinstance(public_key, rsa.RSAPublicKey)
        assert_rsa(key, public_key.public_numbers())
    else:
        assert isinstance(public_key, ec.EllipticCurvePublicKey)
        assert_ec(key, public_key.public_numbers())


def assert_rsa(key: bytes, public: rsa.RSAPublicNumbers) -> None:
    assert (len(key), key[: len(RSA_TEMPLATE)]) == (933, RSA_TEMPLATE)
    values = key[len(RSA_TEMPLATE) :]
    p, q, inverse, dp, dq = (int.from_bytes(values[i : i + 128], "big") for i in range(0, 640, 128))
    assert (p * q, public.e) == (public.n, 65537)
    assert (inverse * q % p, dp * 65537 % (p - 1), dq * 65537 % (q - 1)) == (1, 1, 1)
    n = public.n.to_bytes(256, "big")
    assert values[640:].hex() == "7f4982010981820100" + n.hex() + "8203010001"


def assert_ec(key: bytes, public: ec.EllipticCurvePublicNumbers) -> None:
    assert (len(key), key[: len(EC_TEMPLATE)]) == (110, EC_TEMPLATE)
    scalar = int.from_bytes(key[8:40], "big")
    assert ec.derive_private_key(scalar, ec.SECP256R1()).public_key().public_numbers() == public
    point = b"\x04" + public.x.to_bytes(32, "big") + public.y.to_bytes(32, "big")
    assert key[40:] == bytes.fromhex("7f49438641") + point


def test_the_padding_is_derived_so_the_same_ticket_gives_the_same_block(bench: Bench) -> None:
    bench.at(Stage.KEYED, key=KeyType.RSA_2048)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    first = exported(original, backup)
    original.reset()
    original.pin.verify(bench.original.pin)
    assert exported(original, backup) == first
