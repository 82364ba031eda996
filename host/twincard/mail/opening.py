"""Opens messages: finds what is encrypted or signed, and reads the content once all of it is there.

Only one encrypted part is decrypted, and shown by itself: parts around it, which anybody can add,
are counted and never shown beside it. So nobody can put the plaintext into a frame of their own
(RFC 8551, 3.3; the attacks known as EFAIL).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from os import PathLike
from pathlib import Path

from twincard.cms.decryption import Decrypted, decrypt
from twincard.cms.errors import UnsupportedError
from twincard.cms.framing.source import READ_BYTES, Progress, Readable, read_some
from twincard.cms.recipients.infos import Opener
from twincard.ground.language import N_, _
from twincard.mail.errors import NotMailError
from twincard.mail.header import Header, read_header
from twincard.mail.kept import KeptOutput, PieceStream
from twincard.mail.reading import Content, read_content
from twincard.mail.scanner import Scanner
from twincard.mail.structure import parts
from twincard.mail.transfer import decoded

_SMIME = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_NOT_ENCRYPTED = frozenset(("signed-data", "certs-only", "compressed-data"))
_SIGNED_MULTIPART = "multipart/signed"
_DER_SEQUENCE = b"\x30"


class Signature(Enum):
    """What is known of a signature."""

    NONE = N_("not signed")
    NOT_CHECKED = N_("signed, but the signature was not checked")


@dataclass(frozen=True)
class OpenedMail:
    """A message as it was opened.

    `decrypted`: how, or None if it was not encrypted. `other_parts`: how many parts around the
    encrypted one were left out. `outer_sender`: what the outside says, where that is another
    sender than the fields inside.
    """

    content: Content
    decrypted: Decrypted | None
    signature: Signature
    other_parts: int
    outer_sender: str | None

    @property
    def authenticated(self) -> bool:
        """Whether it would have been noticed if somebody had changed the message."""
        return self.decrypted is not None and self.decrypted.authenticated


def open_mail(
    source: Readable,
    opener: Callable[[], Opener] | None = None,
    *,
    save: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> OpenedMail:
    """Opens a message, or a CMS file of one (`.p7m`), and saves its attachments to a folder.

    `opener` is asked for when something is encrypted. Nothing is saved before the whole message
    was decrypted. Raises NotMailError, UnsupportedError for an encrypted message without an opener,
    and as `decrypt` does; OutputError for what cannot be saved.
    """
    folder = None if save is None else Path(save)
    scanner = Scanner(PieceStream(_Counted(source, progress).pieces()))
    with closing(KeptOutput()) as kept:
        if scanner.peek_line(1) == _DER_SEQUENCE:
            with kept:
                decrypted = _decrypt(PieceStream(scanner.body(())), kept, opener)
            return _opened(kept, None, decrypted, 0, folder)
        header = read_header(scanner)
        if not header.fields:
            raise NotMailError(_("This is not a mail message: it does not begin with a header."))
        return _open_message(scanner, header, kept, opener, folder)


def _open_message(
    scanner: Scanner,
    header: Header,
    kept: KeptOutput,
    opener: Callable[[], Opener] | None,
    folder: Path | None,
) -> OpenedMail:
    if is_encrypted(header):
        with kept:
            decrypted = _decrypt(_content(header, scanner.body(())), kept, opener)
        return _opened(kept, header, decrypted, 0, folder)
    with closing(KeptOutput()) as whole:
        with whole:
            whole.write(header.raw)
            for piece in scanner.body(()):
                whole.write(piece)
        found, others = _decrypt_one(whole, kept, opener)
        if found is None:
            return _opened(whole, None, None, 0, folder)
    return _opened(kept, header, found, others, folder)


def _decrypt_one(
    whole: KeptOutput, kept: KeptOutput, opener: Callable[[], Opener] | None
) -> tuple[Decrypted | None, int]:
    """Decrypts the one encrypted part, if there is one; and how many other parts there are."""
    decrypted, others = None, 0
    for part in parts(Scanner(whole.stream())):
        if not is_encrypted(part.header):
            others += 1
        elif decrypted is None:
            with kept:
                decrypted = _decrypt(_content(part.header, part.body()), kept, opener)
        else:
            raise NotMailError(
                _("The message has several encrypted parts. Save each, and open it by itself.")
            )
    return decrypted, others


def _opened(
    kept: KeptOutput,
    outer: Header | None,
    decrypted: Decrypted | None,
    others: int,
    folder: Path | None,
) -> OpenedMail:
    content = read_content(kept.stream(), outer, folder, inside=decrypted is not None)
    inside = read_header(Scanner(kept.stream()))
    return OpenedMail(content, decrypted, _signature(inside), others, _other_sender(content, outer))


def is_encrypted(header: Header) -> bool:
    """Whether a part is encrypted; or may be, where nothing says what kind of S/MIME it is."""
    if header.content_type not in _SMIME:
        return False
    kind = (header.parameter("smime-type") or "").lower()
    return kind not in _NOT_ENCRYPTED and not (header.filename or "").lower().endswith(".p7s")


def _signature(header: Header) -> Signature:
    signed = header.content_type == _SIGNED_MULTIPART or (
        header.content_type in _SMIME and not is_encrypted(header)
    )
    return Signature.NOT_CHECKED if signed else Signature.NONE


def _other_sender(content: Content, outer: Header | None) -> str | None:
    """The sender that the outside names, if the fields inside name another."""
    if outer is None or not content.protected:
        return None
    outside = {one.addr_spec.lower() for one in outer.addresses("from")}
    inside = {one.addr_spec.lower() for one in content.senders}
    return None if outside == inside else outer.text("from")


def _content(header: Header, body: Iterator[bytes]) -> Readable:
    return PieceStream(decoded(body, header.encoding))


def _decrypt(stream: Readable, kept: KeptOutput, opener: Callable[[], Opener] | None) -> Decrypted:
    if opener is None:
        raise UnsupportedError(_("The message is encrypted: a card is needed to open it."))
    return decrypt(stream, kept, opener(), mail=True)


class _Counted:
    """A stream that reports how much of it was read."""

    def __init__(self, stream: Readable, progress: Progress | None) -> None:
        self._stream = stream
        self._progress = progress
        self._done = 0

    def pieces(self) -> Iterator[bytes]:
        """All of it. Raises SourceError."""
        while piece := read_some(self._stream, READ_BYTES):
            self._done += len(piece)
            if self._progress is not None:
                self._progress(self._done)
            yield piece
