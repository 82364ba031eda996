"""Ephemeral points that are none: whoever signs them, no key is wrapped under their secret."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.bench import Bench
from tests.trust.authority import encode, point_of
from tests.trust.scene import Scene, software_backup, software_original
from tests.trust.software_cards import SoftwareBackup

from twincard.iso.status import Sw

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
GOOD = point_of(ec.derive_private_key(7, ec.SECP256R1()))
X, Y = GOOD[1:33], GOOD[33:]


def square_root(value: int) -> int | None:
    """Modulo P, which is 3 modulo 4."""
    root = pow(value, (P + 1) // 4, P)
    return root if root * root % P == value % P else None


def on_the_curve(x: int, b: int = B) -> tuple[int, int]:
    """The first point with this x or a greater one, on y² = x³ - 3x + b."""
    y = square_root(x**3 - 3 * x + b)
    return (x, y) if y is not None else on_the_curve(x + 1, b)


def uncompressed(x: int, y: int) -> bytes:
    """65 bytes."""
    return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def secp256k1() -> bytes:
    """The generator of the other well-known curve of this size."""
    x = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798
    y = 0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8
    return uncompressed(x, y)


SMALL = on_the_curve(1)
BAD_POINTS = {
    "all zeros": bytes(65),
    "the identity, 00, padded": b"\x00".ljust(65, b"\xff"),
    "x = y = 0": b"\x04" + bytes(64),
    "x = 0, y = 1": uncompressed(0, 1),
    "y off by one": uncompressed(int.from_bytes(X, "big"), int.from_bytes(Y, "big") ^ 1),
    "x and y swapped": b"\x04" + Y + X,
    "y = 0: of order 2 on a curve with another b": b"\x04" + X + bytes(32),
    "on a curve with another b": uncompressed(*on_the_curve(1, B + 1)),
    "of another curve": secp256k1(),
    "x beyond p": uncompressed(SMALL[0] + P, SMALL[1]),
    "y = p": b"\x04" + X + P.to_bytes(32, "big"),
    "all ones": b"\x04" + b"\xff" * 64,
    "compressed, padded": (b"\x02" + X).ljust(65, b"\x00"),
    "hybrid": bytes([6 + Y[-1] % 2]) + X + Y,
    "with another first byte": b"\x05" + X + Y,
}
bad_points = pytest.mark.parametrize("point", BAD_POINTS.values(), ids=BAD_POINTS)


def test_the_bad_points_are_bad_for_openssl_too() -> None:
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), GOOD)
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), uncompressed(*SMALL))
    for name, point in BAD_POINTS.items():
        if name != "hybrid":  # which OpenSSL takes
            with pytest.raises(ValueError, match=r"point|EC key"):
                ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def asks_with(scene: Scene, backup: SoftwareBackup, point: bytes) -> tuple[bytes, int]:
    """The original's answer to a ticket with this E_B, which a certified backup signs."""
    scene.original.meet(backup.certificate)
    ticket = backup.signed(replace(backup.ticket(scene.original.card_id), point=point))
    return scene.original.export_key(ticket.encode())


@bad_points
def test_an_original_refuses_as_e_b(bench: Bench, point: bytes) -> None:
    scene = Scene.on(bench)
    with scene.original.unmoved():
        assert asks_with(scene, software_backup(), point) == (b"", Sw.WRONG_DATA)


def test_an_original_takes_a_good_one(bench: Bench) -> None:
    # The first x on the curve: many leading zero bytes.
    for point in (GOOD, uncompressed(*SMALL)):
        assert asks_with(Scene.on(bench), software_backup(), point)[1] == Sw.DONE


@pytest.mark.parametrize("size", [0, 1, 33, 64, 66])
def test_an_original_refuses_an_e_b_of_another_length(bench: Bench, size: int) -> None:
    scene = Scene.on(bench)
    with scene.original.unmoved():
        point = (b"\x02" + X + Y + bytes(4))[:size]
        assert asks_with(scene, software_backup(), point) == (b"", Sw.WRONG_DATA)


def test_an_original_refuses_a_ticket_without_e_b(bench: Bench) -> None:
    scene, backup = Scene.on(bench), software_backup()
    scene.original.meet(backup.certificate)
    ticket = backup.ticket(scene.original.card_id)
    items = encode(0x80, ticket.header.encode()), encode(0x81, ticket.mac)
    with scene.original.unmoved():
        answer = scene.original.export_key(encode(0xE1, *items))
        assert answer == (b"", Sw.WRONG_DATA)


@bad_points
def test_a_backup_refuses_as_e_o(bench: Bench, point: bytes) -> None:
    scene, original = Scene.on(bench), software_original()
    scene.backup.meet(original.certificate)
    ticket = scene.backup.ticket(original.card_id)
    good = original.export(ticket)
    bad = original.signed(ticket, replace(good, point=point))
    with scene.backup.unmoved():
        assert scene.backup.import_key(bad.encode()) == (b"", Sw.CHECK_FAILED)
    scene.backup.take(good)


@pytest.mark.parametrize("first", [0x02, 0x06, 0x05, 0x00])
def test_a_backup_refuses_a_good_e_o_in_another_form(bench: Bench, first: int) -> None:
    # All else is right for this form: the signature, and the secret under which the block is.
    scene, original = Scene.on(bench), software_original()
    scene.backup.meet(original.certificate)
    ticket = scene.backup.ticket(original.card_id)
    export = original.export(ticket, lambda point: bytes([first | point[-1] & 1]) + point[1:])
    with scene.backup.unmoved():
        assert scene.backup.import_key(export.encode()) == (b"", Sw.CHECK_FAILED)


def test_a_backup_refuses_its_own_point_as_e_o(bench: Bench) -> None:
    scene, original = Scene.on(bench), software_original()
    scene.backup.meet(original.certificate)
    ticket = scene.backup.ticket(original.card_id)
    mirrored = original.signed(ticket, replace(original.export(ticket), point=ticket.point))
    with scene.backup.unmoved():
        assert scene.backup.import_key(mirrored.encode()) == (b"", Sw.CHECK_FAILED)
