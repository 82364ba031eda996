"""Memory does not grow with what is signed."""

from __future__ import annotations

import io
from pathlib import Path

from tests.cms.test_memory import ALLOWED_BYTES, CONTENT_BYTES, Zeros, peak_of
from tests.signed.signers import person

from twincard.cms import FileOutput, Trust, sign, sign_detached, verify, verify_detached


def test_64_mib_are_signed_and_verified_in_constant_memory(tmp_path: Path) -> None:
    alice = person("alice")
    trust = Trust((), (alice.certificate,))
    message, apart = tmp_path / "message", io.BytesIO()

    def sign_it() -> None:
        with FileOutput(message) as sink:
            sign(Zeros(CONTENT_BYTES), sink, alice.signer())

    def verify_it() -> None:
        with message.open("rb") as source, FileOutput(tmp_path / "content") as sink:
            verify(source, sink, trust)

    def detach() -> None:
        sign_detached(Zeros(CONTENT_BYTES), apart, alice.signer())

    def verify_detached_one() -> None:
        verify_detached(Zeros(CONTENT_BYTES), apart.getvalue(), trust)

    for work in (sign_it, verify_it, detach, verify_detached_one):
        assert peak_of(work) < ALLOWED_BYTES
    assert (tmp_path / "content").stat().st_size == CONTENT_BYTES
