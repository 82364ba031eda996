"""Other people's code computes the KBPK, opens what the card hands out, and finds its key."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bench import Bench, Stage
from tests.interop.cards import SPKI, Export, card_id, export, group, import_block, send, state
from tests.interop.independent import (
    ARCHIVE_KEY,
    EC_HEADER,
    RSA_HEADER,
    archive_id,
    archive_key,
    ec_key,
    ec_key_data,
    objects,
    padding_of,
    rsa_key,
    unwrap,
    wrap,
)

from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey

SIZES = pytest.mark.parametrize("size", [1, 3, 8])
CEK = bytes(range(100, 132))


def exported(bench: Bench, key: KeyType, size: int = 3) -> Export:
    bench.at(Stage.KEYED, key=key, size=size)
    return export(bench.original, bench.backup)


def public_key(bench: Bench) -> bytes:
    """The DER SubjectPublicKeyInfo of the original's key."""
    return bench.original.card().usage.public_key().spki


@SIZES
def test_the_ec_block_holds_the_private_key_of_the_card(bench: Bench, size: int) -> None:
    found = exported(bench, KeyType.P_256, size)
    header, key_data = unwrap(group(size).kbpk(found.ticket.said), found.block)
    assert header == EC_HEADER == found.block[:16].decode()
    assert ec_key(key_data).public_key().public_bytes(*SPKI) == public_key(bench)


@SIZES
def test_the_rsa_block_holds_the_private_key_of_the_card(bench: Bench, size: int) -> None:
    found = exported(bench, KeyType.RSA_2048, size)
    header, key_data = unwrap(group(size).kbpk(found.ticket.said), found.block)
    assert header == RSA_HEADER == found.block[:16].decode()
    assert rsa_key(key_data).public_key().public_bytes(*SPKI) == public_key(bench)


def test_what_the_card_enciphers_opens_with_the_rsa_key_in_its_block(bench: Bench) -> None:
    found = exported(bench, KeyType.RSA_2048)
    _, key_data = unwrap(group().kbpk(found.ticket.said), found.block)
    card = bench.original.unlocked()
    send(card, "002281B8", bytes.fromhex("830100"))
    cryptogram = send(card, "002A8680", CEK)
    oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    assert rsa_key(key_data).decrypt(cryptogram[1:], oaep) == CEK


def test_what_the_card_enciphers_opens_with_the_ec_key_in_its_block(bench: Bench) -> None:
    found = exported(bench, KeyType.P_256)
    _, key_data = unwrap(group().kbpk(found.ticket.said), found.block)
    card = bench.original.unlocked()
    send(card, "002281B8", bytes.fromhex("830100"))
    ((_, content),) = objects(send(card, "002A8680", CEK))
    parts = dict(objects(content))
    ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), parts[0x86])
    shared = ec_key(key_data).exchange(ec.ECDH(), ephemeral)
    kek = X963KDF(SHA256(), 32, parts[0x82]).derive(shared)
    assert keywrap.aes_key_unwrap(kek, parts[0x83]) == CEK


@pytest.mark.parametrize(("key", "bytes_of_padding"), [(KeyType.RSA_2048, 7), (KeyType.P_256, 14)])
def test_the_padding_is_the_derived_one(bench: Bench, key: KeyType, bytes_of_padding: int) -> None:
    found = exported(bench, key)
    kbpk, pad = (group().kbpk(found.ticket.said), group().pad(found.ticket.said))
    assert padding_of(kbpk, found.block) == pad[:bytes_of_padding]


@pytest.mark.parametrize("key", list(KeyType), ids=lambda key: key.name)
def test_the_block_is_byte_for_byte_what_the_standard_gives(bench: Bench, key: KeyType) -> None:
    found = exported(bench, key)
    kbpk, pad = (group().kbpk(found.ticket.said), group().pad(found.ticket.said))
    header, key_data = unwrap(kbpk, found.block)
    assert wrap(kbpk, header, key_data, pad) == found.block


def test_a_block_does_not_open_under_the_key_of_another_ticket(bench: Bench) -> None:
    found = exported(bench, KeyType.P_256)
    other = found.ticket.said[:-1] + bytes([found.ticket.said[-1] ^ 1])
    with pytest.raises(Exception, match="MAC"):
        unwrap(group().kbpk(other), found.block)


def test_the_card_takes_a_block_that_other_code_made(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    ticket = export(bench.original, bench.backup).ticket
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    scalar = private.private_numbers().private_value.to_bytes(32, "big")
    kbpk, pad = group().kbpk(ticket.said), group().pad(ticket.said)
    receipt = import_block(bench.backup, wrap(kbpk, EC_HEADER, ec_key_data(scalar, point), pad))
    digest, named = sha256(point).digest(), archive_id(ARCHIVE_KEY)
    assert receipt.mac == group().receipt_mac(b"done" + ticket.said + digest + named)
    report = state(bench.backup)
    assert (report[0x89], report[0x90]) == (bytes([KeyType.P_256.number, 0]) + digest, named)


@pytest.mark.parametrize("size", [1, 3, 8])
def test_tickets_carry_the_mac_of_the_group(bench: Bench, size: int) -> None:
    ticket = exported(bench, KeyType.P_256, size).ticket
    assert ticket.mac == group(size).ticket_mac(ticket.said)
    head, nonce = ticket.said[:35], ticket.said[35:]
    assert head == b"\x01\x00\x01" + card_id(bench.backup) + card_id(bench.original)
    assert nonce == state(bench.backup)[0x8B][-17:-1] == state(bench.original)[0x8A][-17:-1]


@pytest.mark.parametrize("key", list(KeyType), ids=lambda key: key.name)
def test_the_receipt_of_a_key_names_ticket_and_key(bench: Bench, key: KeyType) -> None:
    found = exported(bench, key)
    receipt = import_block(bench.backup, found.block)
    _, key_data = unwrap(group().kbpk(found.ticket.said), found.block)
    named = archive_id(archive_key(key_data))
    assert state(bench.original)[0x90] == named == state(bench.backup)[0x90]
    digest = sha256(PublicKey.from_bytes(public_key(bench)).value).digest()
    assert receipt.said == b"\x01"
    assert receipt.mac == group().receipt_mac(b"done" + found.ticket.said + digest + named)


def test_the_receipt_of_a_void_ticket_names_the_ticket(bench: Bench) -> None:
    found = exported(bench, KeyType.P_256)
    card = bench.backup.unlocked()
    content = objects(send(card, "80280000"))[0][1]
    assert dict(objects(content)) == {
        0x80: b"\x02",
        0x81: group().receipt_mac(b"void" + found.ticket.said),
    }
