"""A newer OpenSC asks GET DATA, which T=0 carries as well."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.host.t0 import T0Laboratory
from tests.opensc.conftest import LABELS, PINS, CardInReader, make_pair
from tests.opensc.newer.conftest import OpenSc
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.keys.key_type import KeyType


def test_it_knows_all_that_the_card_can_do(
    newer: OpenSc, pcsc_service: PcscService, tmp_path: Path
) -> None:
    pair = make_pair(KeyType.P_256, KeyType.P_256, chip=T0Laboratory)
    reader = pcsc_service.readers[0]
    (tmp_path / "message").write_bytes(b"through T=0")
    with ExitStack() as stack:
        stack.callback(pair.close)
        stack.enter_context(inserted(pair.alice, reader))
        pin = PINS[0].reveal().decode()
        card = CardInReader("alice", reader.name, LABELS["alice"], pin, tmp_path)
        words = ("--sign", "-m", "ECDSA-SHA384", "--id", "02", "-i", "message")
        assert len(newer.pkcs11(card, *words)) == 64
        assert len(newer.pkcs11(card, "--generate-random", "8")) == 8
