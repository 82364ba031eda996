"""Chips that speak T=0 alone give SELECT's answer only when asked again, which OpenSC does not."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.host.t0 import T0Laboratory
from tests.opensc.conftest import PINS, CardInReader, make_pair
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.keys.key_type import KeyType

SECRET = b"through T=0"


def test_opensc_works_without_that_answer(pcsc_service: PcscService, tmp_path: Path) -> None:
    pair = make_pair(KeyType.RSA_2048, KeyType.RSA_2048, chip=T0Laboratory)
    public = pair.certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    (tmp_path / "sealed").write_bytes(public.encrypt(SECRET, padding.PKCS1v15()))
    (tmp_path / "message").write_bytes(SECRET)
    reader = pcsc_service.readers[0]
    with ExitStack() as stack:
        stack.callback(pair.close)
        stack.enter_context(inserted(pair.alice, reader))
        card = CardInReader(
            "alice", reader.name, "twincard 会員0815番", PINS[0].reveal().decode(), tmp_path
        )
        shown = card.pkcs11("--decrypt", "-m", "RSA-PKCS", "--id", "01", "-i", "sealed")
        assert shown.stdout == SECRET, shown.stderr
        made = card.pkcs11("--sign", "-m", "SHA256-RSA-PKCS", "--id", "02", "-i", "message")
        assert len(made.stdout) == 256, made.stderr
        # What it was not told of: random numbers.
        assert card.pkcs11("--generate-random", "8").returncode != 0
