"""Files encrypted to cards and to anybody else; no card is needed."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from twincard.cms.encryption import encrypt
from twincard.cms.errors import SourceError
from twincard.cms.framing.output import Output
from twincard.cms.recipients.infos import Recipient
from twincard.flows.events import BytesEvent, Listener, counting, ignore
from twincard.ground.language import _
from twincard.ground.system_words import reason

SUFFIX = ".p7m"
"""What the name of an encrypted file ends with, unless its user names another."""


def open_source(path: Path) -> BinaryIO:
    """Open a file to read from; raises SourceError, which names it."""
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(
            _("Cannot read {path}: {reason}.").format(path=path, reason=reason(error))
        ) from error


def encrypt_file(
    source: str | PathLike[str],
    output: Output,
    recipients: Sequence[Recipient],
    *,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Encrypt a file to one or more keys. Told are the bytes done. Raises FilesError."""
    source = Path(source)
    with output as sink, open_source(source) as stream:
        encrypt(stream, sink, recipients, progress=counting(on_event, source))
