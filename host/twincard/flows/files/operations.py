"""Files encrypted to cards: encrypt without one, decrypt and transcode with one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from twincard.card.session import Card
from twincard.cms.decryption import Decrypted, decrypt
from twincard.cms.encryption import encrypt
from twincard.cms.errors import SourceError
from twincard.cms.framing.output import Output
from twincard.cms.framing.source import Progress
from twincard.cms.recipients.infos import Recipient
from twincard.cms.transcoding import transcode
from twincard.flows.files.opener import CardOpener, CardTranscoder, PinProvider
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
            _("{path} could not be read: {reason}.").format(path=path, reason=reason(error))
        ) from error


def encrypt_file(
    source: Path,
    output: Output,
    recipients: Sequence[Recipient],
    *,
    progress: Progress | None = None,
) -> None:
    """Encrypt a file to one or more keys. `progress` is told the bytes done. Raises FilesError."""
    with output as sink, open_source(source) as stream:
        encrypt(stream, sink, recipients, progress=progress)


def decrypt_file(
    card: Card,
    source: Path,
    output: Output,
    *,
    pin: PinProvider | None = None,
    mail: bool = False,
    progress: Progress | None = None,
) -> Decrypted:
    """Decrypt a file with a card: one card operation, whatever the file's size.

    With `mail` also one that mail programs made, which may have been changed by anybody. Without
    `pin` the PIN must be verified. Raises FilesError, CardError, TransportError.
    """
    opener = CardOpener(card, pin)
    with output as sink, open_source(source) as stream:
        return decrypt(stream, sink, opener, mail=mail, progress=progress)


def transcode_file(
    card: Card,
    source: Path,
    output: Output,
    target: Recipient,
    *,
    pin: PinProvider | None = None,
    progress: Progress | None = None,
) -> None:
    """Give an encrypted file to another key; nobody sees its content, nor the key to it.

    Without `pin` the PIN must be verified. Raises FilesError, CardError, TransportError.
    """
    transcoder = CardTranscoder(card, target, pin)
    with output as sink, open_source(source) as stream:
        transcode(stream, sink, transcoder, progress=progress)
