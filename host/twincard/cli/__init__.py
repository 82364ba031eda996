"""The command line `twincard`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from twincard.ground.core_dumps import forbid_core_dumps

__all__ = ["main"]

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (see docs/cli.md) and raises nothing.

    `arguments` are those after the program's name; None takes the program's own.
    """
    _open_closed_streams()
    if arguments is None:  # the process is this program's own
        forbid_core_dumps()
    try:
        # A short command spends most of its time here, and Ctrl-C must work then too.
        from twincard.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Error: Interrupted. To finish, run the command again.\n")
        return _INTERRUPTED
    return run(arguments)


def _open_closed_streams() -> None:
    """Replace missing standard streams by the null device.

    Otherwise a file that is opened later, such as one with a secret, could take the place of a
    stream.
    """
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(descriptor)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
