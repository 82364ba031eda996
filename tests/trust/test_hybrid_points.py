"""A point has one form on the wire: 04. Certificates with another are refused, whoever signed them.

Other entrances: `test_host_blind_points.py` (tickets and exports), `channel/test_handshake.py`
(SCP11b), `../card/test_use_of_key.py` (contacts, targets, cryptograms), and
`../refusals/test_forged_blocks.py` (key blocks).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import pytest
from tests.bench import ISSUER, Bench, Stage
from tests.card.wire import Command, status
from tests.trust.authority import ISSUER_NAME_BYTES, ORIGINAL, Issuer, encode
from tests.trust.scene import Scene, software_original

from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.iso.chaining import Link
from twincard.iso.status import Sw


def hybrid(point: bytes) -> bytes:
    """The same point with the parity of y in its first byte (X9.62, 4.3.6), which OpenSSL takes."""
    return bytes([6 + point[64] % 2]) + point[1:]


@dataclass(frozen=True)
class HybridIssuer(Issuer):
    """An issuer whose key is given in hybrid form, and named accordingly."""

    @property
    def name(self) -> bytes:
        """See Issuer."""
        return sha256(hybrid(self.key.point)).digest()[:ISSUER_NAME_BYTES]


@pytest.mark.parametrize("form", ["uncompressed", "hybrid"])
def test_an_issuer_s_key(bench: Bench, form: str) -> None:
    bench.at(Stage.BLANK)
    bench.original.card()
    card = bench.original.as_issuer()
    card.issuer.personalise(
        Personalisation(
            Role.ORIGINAL, bench.original.pin, bench.original.puk, 1, policy=PolicyFlags.NONE
        )
    )
    issuer = ISSUER if form == "uncompressed" else HybridIssuer(ISSUER.key)
    point = ISSUER.key.point if form == "uncompressed" else hybrid(ISSUER.key.point)
    device = Link(card.connection).exchange(Command(0x00, 0xCA, 0x00, 0xE5, answer=256)).data[5:70]
    certificate = issuer.certificate(bench.original.card_id, ORIGINAL, device)
    command = Command(0x80, 0x04, data=encode(0x86, point) + certificate)
    expected = Sw.DONE if form == "uncompressed" else Sw.WRONG_DATA
    assert Link(card.connection, extended=True).exchange(command).sw == expected


@pytest.mark.parametrize("form", ["uncompressed", "hybrid"])
def test_the_device_key_in_another_card_s_certificate(bench: Bench, form: str) -> None:
    scene, other = Scene.on(bench), software_original()
    point = other.device.point if form == "uncompressed" else hybrid(other.device.point)
    certificate = ISSUER.certificate(other.card_id, ORIGINAL, point)
    command = Command(0x00, 0x2A, 0x00, 0xBE, certificate)
    expected = Sw.DONE if form == "uncompressed" else Sw.WRONG_DATA
    assert status(scene.backup.lab, command) == expected
