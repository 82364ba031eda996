"""Other programs at the same readers: nobody breaks in, nothing is lost, and turns are taken."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event, Thread
from typing import Self

import pytest
from tests.bench import Bench, Stage, components
from tests.flows.test_duplicate import assert_exactly_one_backup
from tests.pcsc.inserted import inserted
from tests.pcsc.service import Reader

from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.keys.key_type import KeyType
from twincard.transport import CardInUseError, connect

_SECONDS = 60
_MOST_ATTEMPTS = 50


@pytest.fixture
def gnupg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: Reader) -> Iterator[None]:
    """GnuPG with a home of its own, which looks for its cards in the left reader."""
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    (home / "scdaemon.conf").write_text(f"disable-ccid\nreader-port {left.name}\n")
    yield
    run("gpgconf", "--kill", "all")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        env=os.environ | {"LC_ALL": "C"},
    )


class Busy:
    """A program that is run again and again beside the test."""

    def __init__(self, *words: str) -> None:
        self.ended: list[subprocess.CompletedProcess[str]] = []
        self._words = words
        self._stopped = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.ended.append(run(*self._words))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(_SECONDS)


def test_other_programs_cannot_use_a_card_that_is_held(
    bench: Bench, gnupg: None, left: Reader
) -> None:
    bench.at(Stage.KEYED)
    with inserted(bench.original.lab, left):
        card = Card(connect(f"pcsc:{left.name}"))
        with closing(card.connection):
            card.pin.verify(bench.original.pin)
            cryptogram = card.usage.encipher(bytes(32), 0)
            refused = run("opensc-tool", "--reader", left.name, "--name")
            assert refused.returncode != 0
            assert "in use by another application" in refused.stderr
            assert run("gpg", "--card-status").returncode != 0
            # Neither the PIN nor the command's environment was lost over it.
            assert card.usage.decipher(cryptogram) == bytes(32)
        free = run("opensc-tool", "--reader", left.name, "--atr")
        assert free.stdout.strip().replace(":", "") == bench.original.lab.atr.hex()


def test_a_duplication_takes_turns_with_programs_that_look_at_every_card(
    bench: Bench, gnupg: None, left: Reader, right: Reader
) -> None:
    bench.at(Stage.ISSUED)
    with ExitStack() as stack:
        stack.enter_context(inserted(bench.original.lab, left))
        stack.enter_context(inserted(bench.backup.lab, right))
        others = [
            stack.enter_context(Busy("opensc-tool", "--reader", left.name, "--name")),
            stack.enter_context(Busy("opensc-tool", "--reader", right.name, "--name")),
            stack.enter_context(Busy("gpg", "--card-status")),
        ]
        for rounds in range(1, _MOST_ATTEMPTS):
            if duplicated(bench, left, right) and rounds > 5:
                break
    assert_exactly_one_backup(bench)
    for other in others[:2]:
        got_in = [ended for ended in other.ended if "Unsupported card" in ended.stdout]
        kept_out = [ended for ended in other.ended if "in use by another" in ended.stderr]
        assert got_in
        assert len(got_in) + len(kept_out) == len(other.ended)
    assert others[2].ended


def duplicated(bench: Bench, left: Reader, right: Reader) -> bool:
    """Begin, or go on, or find that all is done; False where another program was in the way."""
    try:
        with ExitStack() as stack:
            cards = []
            for reader, specimen in ((left, bench.original), (right, bench.backup)):
                connection = connect(f"pcsc:{reader.name}")
                stack.callback(connection.close)
                card = specimen.session(connection)
                card.pin.verify(specimen.pin)
                cards.append(card)
            duplicate_key(cards[0], cards[1], components(), KeyType.P_256)
    except CardInUseError:
        return False
    return True
