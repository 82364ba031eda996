"""A PC/SC service of the tests' own: pcscd with virtual readers, which no other program sees.

pcscd has one fixed place for its socket, /run/pcscd; here it runs where a folder of ours is mounted
over that. Programs find it there by the environment variable that libpcsclite knows.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from twincard.simulator.vpcd import Address

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
SOCKET_NAME = "pcscd.comm"
# pcscd's place is made anew, since only root could make it where it should be and is not.
_SCRIPT = """
mount -t tmpfs none /run && mkdir /run/pcscd && mount --bind "$1" /run/pcscd &&
exec setpriv --pdeathsig TERM /usr/sbin/pcscd --foreground --config "$1/readers"
"""
_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
# vpcd gives each of its entries two readers, on ports next to each other.
# The last two are names that programs trip over: not ASCII, and long. Each is there in every test.
_NAMES = ("Left", "Right", "Spare", "読取機", "Long" * 30)
_SECONDS = 60


@dataclass(frozen=True)
class Reader:
    """A virtual reader: what PC/SC calls it, and where vpcd listens for its card."""

    name: str
    address: Address


class PcscService:
    """A pcscd with its readers, running from `start` to `stop`."""

    def __init__(self, folder: Path, names: Sequence[str] = _NAMES) -> None:
        """Its socket and its configuration are in `folder`; each name gets two readers."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.readers: list[Reader] = []
        entries = ""
        for number, name in enumerate(names):
            port = _two_free_ports()
            # A driver keeps its readers by their slots alone: each entry needs a driver of its own.
            driver = shutil.copy(_DRIVER, folder / f"{number}.so")
            entries += (
                f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{port:#x}\n'
                f"LIBPATH {driver}\nCHANNELID {port:#x}\n"
            )
            self.readers += [
                Reader(f"{name} 00 {slot:02}", Address("127.0.0.1", port + slot))
                for slot in range(2)
            ]
        (folder / "readers").mkdir()
        (folder / "readers" / "vpcd").write_text(entries, "utf-8", "surrogateescape")

    def start(self) -> None:
        """Start it; programs find it when this returns."""
        # A user's own name space serves as well as root's.
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        log = self._folder / "pcscd.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                ["unshare", *as_root, "--mount", "sh", "-c", _SCRIPT, "sh", str(self._folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up = time.monotonic() + _SECONDS
        while not (self._folder / SOCKET_NAME).exists():
            assert self._process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < give_up, log.read_text(errors="replace")
            time.sleep(0.01)

    def stop(self) -> None:
        """End it: every reader is gone."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_SECONDS)
            self._process = None


def _two_free_ports() -> int:
    """The lower of two ports that nobody listens on now."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("", port + 1))
            except (OSError, OverflowError):
                continue
            return int(port)
