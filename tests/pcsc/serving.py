"""`twincard sim serve` as a program of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Self

from tests.pcsc.inserted import wait_until
from tests.pcsc.service import Reader

_SECONDS = 60


class Serving:
    """A simulated card in a reader, until it is taken out."""

    def __init__(self, name: str, reader: Reader) -> None:
        """Start the command, and wait until PC/SC has seen the card."""
        self._reader = reader
        words = ["sim", "serve", name, "--vpcd", str(reader.address), "--json"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "twincard.cli", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        first = ""
        while not first.endswith("}\n"):
            line = self._process.stdout.readline()
            assert line, self._process.communicate()
            first += line
        served = json.loads(first)
        assert served == {"version": 1, "reader": f"sim:{name}", "vpcd": str(reader.address)}
        wait_until(reader, card=True)

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit code and what was told on standard error."""
        self._process.send_signal(signal.SIGINT)
        return self.wait()

    def kill(self) -> None:
        """End it at once, as a machine that crashes would."""
        self._process.kill()
        self._process.wait(_SECONDS)

    def wait(self) -> tuple[int, str]:
        """Wait for its end; the exit code and what was told on standard error."""
        _, errors = self._process.communicate(timeout=_SECONDS)
        return self._process.returncode, errors

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        wait_until(self._reader, card=False)
