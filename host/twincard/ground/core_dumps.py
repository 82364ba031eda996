"""No core dumps: they would hold PINs, components, and what is being decrypted."""

from __future__ import annotations

import contextlib
import sys

_PR_SET_DUMPABLE = 4


def forbid_core_dumps() -> None:
    """For this process and those that it starts; nothing where the system cannot do that.

    On Linux also no other process of the same user may look into its memory.
    """
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        # A limit does not hold back a program to which the system pipes core dumps.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def forbid_core_dumps_of(pid: int) -> None:
    """For a process that this one has started; only Linux can do that."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
