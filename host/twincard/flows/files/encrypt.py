"""Files encrypted to cards and to anybody else; no card is needed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from io import IOBase
from os import PathLike
from pathlib import Path

from twincard.cms.encryption import EncryptedOutput, encrypt
from twincard.cms.errors import SourceError
from twincard.cms.framing.output import Output
from twincard.cms.framing.source import Readable
from twincard.cms.recipients.infos import ArchiveWrapper, Recipient
from twincard.flows.events import BytesEvent, Listener, counting, ignore
from twincard.ground.language import _
from twincard.ground.regular_file import NotRegularError, open_regular
from twincard.ground.system_words import reason

SUFFIX = ".p7m"
"""The default suffix of encrypted files."""
FOLDER_SUFFIX = ".tar" + SUFFIX
"""The default suffix of encrypted folders."""


@dataclass(frozen=True)
class StreamSource:
    """What is read in place of a file, such as standard input; it is left open.

    `name` is its name in events.
    """

    stream: Readable
    name: Path = Path("-")


Source = str | PathLike[str] | StreamSource
"""A file by its name, or a stream."""


def name_of(source: Source) -> Path:
    """Its name in events."""
    return source.name if isinstance(source, StreamSource) else Path(source)


def open_source(source: Source) -> AbstractContextManager[Readable]:
    """A file opened to be read from, or the stream; raises SourceError, which names the file."""
    if isinstance(source, StreamSource):
        return nullcontext(source.stream)
    path = Path(source)
    try:
        return open_regular(path)
    except NotRegularError:
        raise SourceError(
            _(
                "{path} is not a regular file. Give '-' and redirect standard input to read from "
                "a pipe or a device."
            ).format(path=path)
        ) from None
    except OSError as error:
        raise SourceError(
            _("Cannot read {path}: {reason}.").format(path=path, reason=reason(error))
        ) from error


@contextmanager
def reading_into(source: Source, output: Output) -> Iterator[tuple[Readable, Output]]:
    """The source opened, and the output, which takes over what a file keeps of its source."""
    with output as sink, open_source(source) as stream:
        if not isinstance(source, StreamSource) and isinstance(stream, IOBase):
            sink.inherit(os.fstat(stream.fileno()))
        yield stream, sink


def encrypt_file(
    source: Source,
    output: Output,
    recipients: Sequence[Recipient],
    *,
    mail: bool = False,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Encrypt a file to one or more keys. Told are the bytes done. Raises FilesError.

    With `mail`, in the form that the recipients' mail programs read.
    """
    progress = counting(on_event, name_of(source))
    with reading_into(source, output) as (stream, sink):
        encrypt(stream, sink, recipients, mail=mail, progress=progress)


def encrypt_folder(
    folder: str | PathLike[str],
    output: Output,
    encrypted_to: Sequence[Recipient] | ArchiveWrapper,
    *,
    mail: bool = False,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Encrypt a folder with all in it, as a tar archive (pax): names, times and modes are inside.

    To recipients, or to the archive key of a card. Told are the bytes done of its files. Raises
    FilesError: also where a link leads out of the folder, where something is neither a file nor a
    folder nor a link, and where a file changes while it is read.
    """
    from twincard.flows.files.packing import pack

    folder = Path(folder)
    with EncryptedOutput(output, encrypted_to, mail=mail) as sink:
        pack(folder, sink, counting(on_event, folder))
