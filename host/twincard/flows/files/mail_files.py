"""Files of mail: mbox files, and messages of which only a part is encrypted."""

from __future__ import annotations

from typing import BinaryIO

from twincard.cms.errors import FilesError
from twincard.ground.language import _
from twincard.mail.header import read_header
from twincard.mail.mbox import is_mbox
from twincard.mail.opening import is_encrypted
from twincard.mail.regions import Region
from twincard.mail.scanner import Scanner

_HEAD_BYTES = 1 << 12
_DER_SEQUENCE = b"\x30"
# Fields of which a message has at least one, and hardly any other text.
_USUAL = ("received", "from", "return-path", "mime-version", "message-id", "content-type")


class MailFileError(FilesError):
    """The file holds messages, each with recipients of its own, or parts of one message."""

    def __init__(self) -> None:
        super().__init__(_("The file is a mailbox, or a message of several parts."))


def check_no_mailbox(file: BinaryIO) -> None:
    """Raises MailFileError for an mbox file, or a message that is not encrypted as a whole.

    The file is at its beginning, and stays there. Raises OSError.
    """
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if head[:1] == _DER_SEQUENCE:
        return
    if is_mbox(head):
        raise MailFileError
    if b":" not in head.partition(b"\n")[0]:
        return
    try:
        header = read_header(Scanner(Region(file, 0, file.seek(0, 2))))
    except FilesError:
        return
    finally:
        file.seek(0)
    if any(header.all(name) for name in _USUAL) and not is_encrypted(header):
        raise MailFileError
