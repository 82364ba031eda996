"""Creates new files with secrets, which only their owner may read.

A file gets its name only when it is complete and on the disk. So neither a killed process nor a
power failure leaves half a file.
"""

from __future__ import annotations

from pathlib import Path

from twincard.ground.unfinished import UnfinishedFile
from twincard.ground.whole_writes import write_whole


def write_private(path: Path, content: bytes) -> None:
    """Make a file of mode 0600 with this content, whole or not at all.

    It is on the disk when this returns: the next step may give the card a key that only this file
    holds. Raises FileExistsError when the name is taken, OSError.
    """
    try:
        unfinished = UnfinishedFile(path.parent, buffer_bytes=0)
        try:
            write_whole(unfinished.file, content)
            unfinished.publish(path)
        finally:  # Ctrl-C too
            unfinished.discard()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
