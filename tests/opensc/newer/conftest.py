"""Cards in readers, and programs of an OpenSC that was built by hand (`--opensc PREFIX`)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.opensc.conftest import CardInReader, make_pair, put_in, run
from tests.pcsc.service import PcscService

from twincard.keys.key_type import KeyType


@dataclass(frozen=True)
class OpenSc:
    """An installed OpenSC."""

    prefix: Path

    @property
    def module(self) -> Path:
        """Its PKCS #11 module."""
        return self.prefix / "lib" / "opensc-pkcs11.so"

    def run(
        self, *words: str, folder: Path, stdin: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program that finds this OpenSC before any other."""
        path = f"{self.prefix / 'bin'}:{os.environ['PATH']}"
        environment |= {"PATH": path, "PKCS11_MODULE_PATH": str(self.module)}
        return run(*words, folder=folder, stdin=stdin, **environment)

    def pkcs11(self, card: CardInReader, *words: str) -> bytes:
        """What pkcs11-tool gives for a card, logged in."""
        login = ("--module", str(self.module), "--token-label", card.label, "--login")
        made = self.run(
            "pkcs11-tool", *login, "--pin", "env:PIN", *words, folder=card.folder, PIN=card.pin
        )
        assert made.returncode == 0, made.stderr.decode()
        return made.stdout

    def pkcs15(self, card: CardInReader, *words: str) -> bytes:
        """What pkcs15-tool gives for a card."""
        made = self.run("pkcs15-tool", "--reader", card.reader, *words, folder=card.folder)
        assert made.returncode == 0, made.stderr.decode()
        return made.stdout


@pytest.fixture(scope="session")
def newer(pytestconfig: pytest.Config) -> OpenSc:
    """The OpenSC that was named."""
    prefix = pytestconfig.getoption("--opensc")
    if not prefix:
        pytest.skip("--opensc names no newer OpenSC")
    return OpenSc(Path(prefix))


@pytest.fixture(scope="module", params=["rsa2048", "p256"])
def pair(
    request: pytest.FixtureRequest,
    newer: OpenSc,
    tmp_path_factory: pytest.TempPathFactory,
    pcsc_service: PcscService,
) -> Iterator[dict[str, CardInReader]]:
    """A pair in readers whose keys are all of one type; each card has its own signature key."""
    key = {"rsa2048": KeyType.RSA_2048, "p256": KeyType.P_256}[request.param]
    made = make_pair(key, key)
    with ExitStack() as stack:
        yield put_in(made, tmp_path_factory.mktemp(request.param), pcsc_service, stack)
    made.close()


@pytest.fixture(params=["alice", "backup"])
def card(request: pytest.FixtureRequest, pair: dict[str, CardInReader]) -> CardInReader:
    """The original, and its backup alike."""
    return pair[request.param]
