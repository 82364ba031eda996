"""Cards that want a PIN for each operation are issued, certified and used by the same commands."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, FIRST, PAIR, PINS

UNLOCKED = ("-r", "sim:alice", "--pin-file", "pin")
SIZES = ("--certificate-bytes", "1500", "--chain-bytes", "0")


def test_a_careful_pair_is_used_as_any_other(desk: Desk) -> None:
    desk.done("sim", "new", "alice")
    desk.done("sim", "new", "控え")
    desk.done("group", "new", "--out", "g")
    issue = ("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST, "--pin-each-time", *SIZES)
    desk.done(*issue)
    other = [word for word in issue if word != "--pin-each-time"]
    desk.run(*other).failed(7, "different policy", "PIN required for each operation")
    desk.done("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    Path("alice.crt").write_bytes(desk.done("certificate", *UNLOCKED).out)
    desk.done("csr", *UNLOCKED)
    for name in ("first", "second"):
        Path(name).write_text(name)
    desk.done("encrypt", "--to", "alice.crt", "first", "second")
    desk.done("sign", *UNLOCKED, "first", "second")
    signer = ("--signer", "signature.crt")
    desk.done("certificate", "--signature-key", "--show", *UNLOCKED[:2], "-o", signer[1])
    for name in ("first", "second"):
        desk.done("verify", *signer, name)
        Path(name).unlink()
    desk.done("decrypt", *UNLOCKED, "first.p7m", "second.p7m")
    assert [Path(name).read_text() for name in ("first", "second")] == ["first", "second"]


def test_a_certificate_that_the_card_cannot_keep_is_no_success(desk: Desk) -> None:
    desk.done("sim", "new", "alice")
    desk.done("sim", "new", "控え")
    small = ("--certificate-bytes", "100", "--group-size", "1")
    desk.done("group", "new", "--size", "1", "--out", "g")
    desk.done("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST, *small)
    desk.done("duplicate", *PAIR, *PINS, "--key", "p256")
    desk.run("certificate", *UNLOCKED).failed(7, "room for 100 bytes", "--no-store")
    made = desk.done("certificate", *UNLOCKED, "--no-store").out
    assert made.count(b"BEGIN CERTIFICATE") == 2
    told = desk.json("certificate", *UNLOCKED, "--no-store")
    assert (told["stored"], told["made"], len(told["issuers"])) == (False, True, 1)
    desk.run("certificate", *UNLOCKED, "--no-store", "--show").failed(2, "--no-store")
