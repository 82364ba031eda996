"""Key blocks with a right MAC and something wrong inside, by somebody who has all components."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.bench import Bench, Stage
from tests.card.sealing import point_of, seal
from tests.refusals.expect import GROUP_KEY, refused

from twincard.card.duplication import ExportedKey, Ticket
from twincard.card.report import ImportState
from twincard.card.session import Card
from twincard.iso import tlv
from twincard.iso.status import Sw
from twincard.keys.keyblock import EC_HEADER, RSA_HEADER, build_block
from twincard.keys.public import PublicKey

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ARCHIVE = b"\xc0\x20" + bytes(range(200, 232))


@dataclass(frozen=True)
class EcPair:
    """What a block with a P-256 key holds."""

    scalar: int
    point: bytes
    private_list: bytes = bytes.fromhex("7F480292205F4820")
    public_list: bytes = bytes.fromhex("7F49438641")
    archive: bytes = ARCHIVE

    @classmethod
    def make(cls) -> EcPair:
        private = ec.generate_private_key(ec.SECP256R1())
        return cls(private.private_numbers().private_value, point_of(private.public_key()))

    def encode(self) -> bytes:
        scalar = self.scalar.to_bytes(32, "big")
        return self.private_list + scalar + self.public_list + self.point + self.archive


@dataclass(frozen=True)
class RsaPair:
    """What a block with an RSA-2048 key holds."""

    p: int
    q: int
    inverse: int
    dp: int
    dq: int
    n: int
    exponent: bytes = b"\x01\x00\x01"
    private_list: bytes = bytes.fromhex("7F480F9281809381809481809581809681805F48820280")
    archive: bytes = ARCHIVE

    @classmethod
    def make(cls) -> RsaPair:
        numbers = rsa.generate_private_key(65537, 2048).private_numbers()
        public = numbers.public_numbers
        return cls(numbers.p, numbers.q, numbers.iqmp, numbers.dmp1, numbers.dmq1, public.n)

    def encode(self) -> bytes:
        parts = (self.p, self.q, self.inverse, self.dp, self.dq)
        public = bytes.fromhex("7F498201098182 0100") + self.n.to_bytes(256, "big")
        private = b"".join(part.to_bytes(128, "big") for part in parts)
        return self.private_list + private + public + b"\x82\x03" + self.exponent + self.archive


@pytest.fixture(scope="module")
def ec_pair() -> EcPair:
    return EcPair.make()


@pytest.fixture(scope="module")
def rsa_pair() -> RsaPair:
    return RsaPair.make()


def ticketed(bench: Bench) -> tuple[Card, Ticket]:
    """A backup with an open ticket, for an original that is not there."""
    backup = bench.at(Stage.COMPLETE).backup.unlocked()
    return backup, backup.duplication.ticket(bytes(16))


def block(ticket: Ticket, header: bytes, key: bytes) -> ExportedKey:
    """The key under the KBPK of this ticket."""
    content = ticket.encoded[4:55]
    kbpk, padding = GROUP_KEY.kbpk(content), GROUP_KEY.pad(content)
    built = tlv.encode(0x80, build_block(kbpk, header, key, padding))
    return ExportedKey.parse(tlv.encode(0xE2, built))


def only_the_good_one_is_taken(
    bench: Bench, header: bytes, good: bytes, bad: bytes, public: PublicKey
) -> None:
    backup, ticket = ticketed(bench)
    with refused(Sw.CHECK_FAILED, backup):
        backup.duplication.import_key(block(ticket, header, bad))
    report = backup.report().import_
    assert report is not None
    assert report.state is ImportState.TICKETED
    backup.duplication.import_key(block(ticket, header, good))
    assert backup.usage.decipher(seal(public, bytes(32))) == bytes(32)


def negative(point: bytes) -> bytes:
    """The point with the same x."""
    y = PRIME - int.from_bytes(point[33:], "big")
    return point[:33] + y.to_bytes(32, "big")


EC_FORGERIES: dict[str, Callable[[EcPair], EcPair]] = {
    "another scalar": lambda pair: replace(pair, scalar=pair.scalar ^ 1),
    "the negative point": lambda pair: replace(pair, point=negative(pair.point)),
    "the negative scalar": lambda pair: replace(pair, scalar=ORDER - pair.scalar),
    "the point in hybrid form": lambda pair: replace(
        pair, point=bytes([6 + pair.point[64] % 2]) + pair.point[1:]
    ),
    "scalar zero": lambda pair: replace(pair, scalar=0),
    "scalar one": lambda pair: replace(pair, scalar=1),
    "scalar of the order": lambda pair: replace(pair, scalar=ORDER),
    "scalar beyond the order": lambda pair: replace(pair, scalar=2**256 - 1),
    "another point": lambda pair: replace(pair, point=EcPair.make().point),
    "point off the curve": lambda pair: replace(
        pair, point=pair.point[:64] + bytes([pair.point[64] ^ 1])
    ),
    "point of zeros": lambda pair: replace(pair, point=bytes(65)),
    "other private tags": lambda pair: replace(
        pair, private_list=bytes.fromhex("7F480293205F4820")
    ),
    "other public tags": lambda pair: replace(pair, public_list=bytes.fromhex("7F49438141")),
    "another tag of the archive key": lambda pair: replace(pair, archive=b"\xc1" + ARCHIVE[1:]),
    "another length of the archive key": lambda pair: replace(
        pair, archive=b"\xc0\x1f" + ARCHIVE[2:]
    ),
}


@pytest.mark.parametrize("forgery", EC_FORGERIES)
def test_ec_keys_that_are_no_pair(bench: Bench, ec_pair: EcPair, forgery: str) -> None:
    bad = EC_FORGERIES[forgery](ec_pair)
    public = PublicKey.from_point(ec_pair.point)
    only_the_good_one_is_taken(bench, EC_HEADER, ec_pair.encode(), bad.encode(), public)


RSA_FORGERIES: dict[str, Callable[[RsaPair], RsaPair]] = {
    "p and q swapped": lambda pair: replace(pair, p=pair.q, q=pair.p),
    "another p": lambda pair: replace(pair, p=pair.p ^ 2),
    "p is zero": lambda pair: replace(pair, p=0),
    "q is one": lambda pair: replace(pair, q=1),
    "another inverse": lambda pair: replace(pair, inverse=pair.inverse ^ 1),
    "another dp": lambda pair: replace(pair, dp=pair.dp ^ 2),
    "another dq": lambda pair: replace(pair, dq=pair.dq ^ 2),
    "another modulus": lambda pair: replace(pair, n=pair.n ^ 2),
    "an even modulus": lambda pair: replace(pair, n=pair.n ^ 1),
    "modulus zero": lambda pair: replace(pair, n=0),
    "all numbers zero": lambda _: RsaPair(0, 0, 0, 0, 0, 0),
    "another exponent": lambda pair: replace(pair, exponent=b"\x01\x00\x03"),
    "other private tags": lambda pair: replace(
        pair, private_list=pair.private_list[:3] + b"\x91" + pair.private_list[4:]
    ),
    "another tag of the archive key": lambda pair: replace(pair, archive=b"\xc1" + ARCHIVE[1:]),
}


@pytest.mark.parametrize("forgery", RSA_FORGERIES)
def test_rsa_keys_that_are_no_pair(bench: Bench, rsa_pair: RsaPair, forgery: str) -> None:
    bad = RSA_FORGERIES[forgery](rsa_pair)
    public = PublicKey.from_rsa(rsa_pair.n.to_bytes(256, "big"), b"\x01\x00\x01")
    only_the_good_one_is_taken(bench, RSA_HEADER, rsa_pair.encode(), bad.encode(), public)


@pytest.mark.parametrize("part", ["dp", "dq", "inverse"])
def test_rsa_parts_that_are_not_reduced(bench: Bench, part: str) -> None:
    # They compute the same, and would be another key's bytes for the same key.
    pair, bad = RsaPair.make(), 0
    while not 0 < bad < 2**1024:
        pair = RsaPair.make()
        modulus = {"dp": pair.p - 1, "dq": pair.q - 1, "inverse": pair.p}[part]
        bad = getattr(pair, part) + modulus
    public = PublicKey.from_rsa(pair.n.to_bytes(256, "big"), b"\x01\x00\x01")
    parts: dict[str, Any] = {part: bad}
    forged = replace(pair, **parts)
    only_the_good_one_is_taken(bench, RSA_HEADER, pair.encode(), forged.encode(), public)


@pytest.mark.parametrize(
    "header",
    [b"D0368K3EX00E0000", b"D0368K3EX00S0000", b"D0368K3RD00N0000", b"B0368K3EX00N0000"],
    ids=bytes.decode,
)
def test_blocks_for_another_use(bench: Bench, ec_pair: EcPair, header: bytes) -> None:
    backup, ticket = ticketed(bench)
    with refused(Sw.CHECK_FAILED, backup):
        backup.duplication.import_key(block(ticket, header, ec_pair.encode()))


def test_a_refused_key_leaves_nothing_on_the_card(bench: Bench, ec_pair: EcPair) -> None:
    backup, ticket = ticketed(bench)
    bad = replace(ec_pair, point=EcPair.make().point)
    with refused(Sw.CHECK_FAILED, backup):
        backup.duplication.import_key(block(ticket, EC_HEADER, bad.encode()))
    scalar = ec_pair.scalar.to_bytes(32, "big")
    assert scalar not in bench.backup.lab.image()
    backup.duplication.import_key(block(ticket, EC_HEADER, ec_pair.encode()))
    assert scalar in bench.backup.lab.image()
