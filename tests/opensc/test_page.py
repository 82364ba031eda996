"""The commands and the Python lines of docs/opensc.md run as they stand, with either card."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.docs.examples import example, search_path
from tests.docs.typed import Walk
from tests.opensc.conftest import run
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.ground.language import speaking
from twincard.simulator.folder import open_card

PAGE = "docs/opensc.md"
PIN = b"123456"
ANSWER = "こんにちは\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cards of the page were made, with secrets typed at a terminal, in Japanese."""
    made = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.setenv("PATH", search_path())
        patch.setenv("TWINCARD_HOME", str(made / "cards"))
        patch.setenv("TWINCARD_LANGUAGE", "ja")
        with speaking(["ja"]), Walk() as walk:
            walk.block(example(PAGE, "sh", "sim new"))
            # Two components; PIN and PUK twice; two PINs of `duplicate`, two of `certificate`.
            assert walk.questions == 2 * 17 + 4 + 2 + 2
    return made


def shell(script: str, folder: Path) -> str:
    return output(["bash", "-euo", "pipefail", "-c", script], folder)


def output(words: list[str], folder: Path) -> str:
    cards = str(folder / "cards")
    result = run(
        *words,
        folder=folder,
        stdin=PIN + b"\n",
        PATH=search_path(),
        TWINCARD_HOME=cards,
        PIN=PIN.decode(),
    )
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode()


@contextmanager
def in_reader(name: str, folder: Path, service: PcscService) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWINCARD_HOME", str(folder / "cards"))
        card = open_card(name)
    with closing(card), inserted(card, service.readers[0]):
        yield


@pytest.mark.parametrize("name", ["alice", "alice-backup"])
def test_the_page_works_as_it_stands(folder: Path, pcsc_service: PcscService, name: str) -> None:
    with in_reader(name, folder, pcsc_service):
        assert "Private RSA Key [Decryption key]" in shell(example(PAGE, "sh", "--dump"), folder)
        assert shell(example(PAGE, "sh", "pkcs15-crypt"), folder) == ANSWER * 2
        assert shell(example(PAGE, "sh", "openssl cms"), folder).splitlines()[-1] + "\n" == ANSWER
        library = output([sys.executable, "-c", example(PAGE, "python", "import pkcs11")], folder)
        label = "twincard 会員0815番" if name == "alice" else "twincard backup"
        assert library == f"{label} {ANSWER}\n"
        if name == "alice":
            assert shell(example(PAGE, "sh", "--sign"), folder) == "Verified OK\n"
