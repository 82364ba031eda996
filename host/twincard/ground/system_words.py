"""The operating system's reasons for refusing a file, in the language in use.

Python gets them in English from the C library, whatever the user's language is.
"""

from __future__ import annotations

from twincard.ground.language import N_, _

WORDS = (
    N_("Bad file descriptor"),
    N_("Broken pipe"),
    N_("Cross-device link"),
    N_("Device or resource busy"),
    N_("Disk quota exceeded"),
    N_("File exists"),
    N_("File name too long"),
    N_("File too large"),
    N_("Input/output error"),
    N_("Invalid argument"),
    N_("Is a directory"),
    N_("Link has been severed"),
    N_("No space left on device"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Operation not permitted"),
    N_("Operation not supported"),
    N_("Permission denied"),
    N_("Read-only file system"),
    N_("Stale file handle"),
    N_("Text file busy"),
    N_("Too many levels of symbolic links"),
    N_("Too many links"),
    N_("Too many open files"),
    N_("Too many open files in system"),
)
"""Those that occur with files, as in glibc; any others are shown unchanged."""


def reason(error: OSError) -> str:
    """Why the file was refused, without a full stop."""
    return _(error.strerror) if error.strerror else type(error).__name__
