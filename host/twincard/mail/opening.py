"""Opens messages: finds what is encrypted or signed, and reads the content once all of it is there.

Only one encrypted part is decrypted, and shown by itself: parts around it, which anybody can add,
are counted and never shown beside it. So nobody can put the plaintext into a frame of their own
(RFC 8551, 3.3; the attacks known as EFAIL).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from twincard.cms.decryption import Decrypted, decrypt
from twincard.cms.errors import UnsupportedError
from twincard.cms.framing.source import READ_BYTES, Progress, Readable, read_some
from twincard.cms.recipients.infos import Opener
from twincard.cms.signed.trust import Trust
from twincard.ground.language import _
from twincard.mail.errors import NotMailError
from twincard.mail.header import Header, read_header
from twincard.mail.kept import KeptOutput, PieceStream
from twincard.mail.reading import Content, read_content
from twincard.mail.scanner import Scanner
from twincard.mail.signatures import (
    NOT_SIGNED,
    SMIME_TYPES,
    SignatureCheck,
    SignatureState,
    check_multipart,
    check_opaque,
    copy_decoded,
    is_multipart_signed,
    is_signed,
)
from twincard.mail.structure import parts
from twincard.mail.transfer import decoded

_NOT_ENCRYPTED = frozenset(("signed-data", "certs-only", "compressed-data"))
_DER_SEQUENCE = b"\x30"
_PEM = b"-----BEGIN "
_MBOX = b"From "
_LINE_BYTES = 1000
_SIGNED_DATA = bytes.fromhex("2A864886F70D010702")
_SIGNED_CONTENT = "1.2.840.113549.1.7.2"
_HEAD_BYTES = 32
_MAX_LAYERS = 6
"""Signed, encrypted and signed again is usual at most (RFC 2634, 1.1)."""


@dataclass(frozen=True)
class OpenedMail:
    """A message as it was opened.

    `decrypted`: how, or None if it was not encrypted. `signature`: that of the content.
    `signed_outside`: who signed it only after it was encrypted, and may not know the content.
    `other_parts`: how many parts around the encrypted or signed one were left out. `outer_sender`:
    what the outside says, where that is another sender than the fields inside.
    """

    content: Content
    decrypted: Decrypted | None
    signature: SignatureCheck
    signed_outside: tuple[str, ...]
    other_parts: int
    outer_sender: str | None

    @property
    def unchanged(self) -> bool:
        """Whether it would have been noticed if somebody had changed the message."""
        encrypted = self.decrypted is not None and self.decrypted.authenticated
        return encrypted or self.signature.state is SignatureState.VALID

    @property
    def sender_confirmed(self) -> bool:
        """Whether somebody signed it whose certificate names the address of its sender."""
        senders = self.content.senders
        return (
            self.signature.state is SignatureState.VALID
            and bool(senders)
            and all(self.signature.confirms(one.addr_spec) for one in senders)
        )


def open_mail(
    source: Readable,
    opener: Callable[[], Opener] | None = None,
    *,
    trust: Trust | None = None,
    save: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> OpenedMail:
    """Opens a message, or a CMS file of one (`.p7m`), and saves its attachments to a folder.

    `opener` is asked for when something is encrypted. `trust` says whose signatures are believed.
    Nothing is saved before the whole message was decrypted, and nothing of a message whose
    signature fails (see SignatureCheck.fails). Raises NotMailError, UnsupportedError for an
    encrypted message without an opener, and as `decrypt` does; OutputError for what cannot be
    saved.
    """
    scanner = Scanner(PieceStream(_counted(source, progress)))
    with ExitStack() as stack:
        layers = _Layers(stack, opener, trust)
        entity = layers.begin(scanner)
        for _layer in range(_MAX_LAYERS):
            inner = layers.inside(entity)
            if inner is None:
                break
            entity = inner
        inside = layers.decrypted is not None or layers.signature is not NOT_SIGNED
        failed = layers.signature.fails(trust)
        content = read_content(
            entity.stream(),
            layers.outer,
            None if save is None or failed else Path(save),
            inside=inside,
        )
    return OpenedMail(
        content,
        layers.decrypted,
        layers.signature,
        layers.signed_outside,
        layers.others,
        _other_sender(content, layers.outer),
    )


def is_encrypted(header: Header) -> bool:
    """Whether a part is encrypted; or may be, where nothing says what kind of S/MIME it is."""
    if header.content_type not in SMIME_TYPES:
        return False
    kind = (header.parameter("smime-type") or "").lower()
    return kind not in _NOT_ENCRYPTED and not (header.filename or "").lower().endswith(".p7s")


@dataclass
class _Layers:
    """The layers of a message, taken off from the outside to the inside."""

    stack: ExitStack
    opener: Callable[[], Opener] | None
    trust: Trust | None
    outer: Header | None = None
    """The header of the message itself, once there is something inside of it."""
    decrypted: Decrypted | None = None
    signature: SignatureCheck = field(default=NOT_SIGNED)
    signed_outside: tuple[str, ...] = ()
    others: int = 0

    def begin(self, scanner: Scanner) -> KeptOutput:
        """The message, or what is encrypted in it, if all of it is."""
        head = scanner.peek(_HEAD_BYTES)
        if _is_signed_data(head):
            return self._whole(b"", scanner.body(()))
        if head[:1] == _DER_SEQUENCE or head.startswith(_PEM):
            return self._decrypted(PieceStream(scanner.body(())))
        body = scanner.body(())
        if head.startswith(_MBOX):
            # One message in an mbox file, as some programs save it.
            while not scanner.line(_LINE_BYTES).endswith(b"\n"):
                if not scanner.peek(1):
                    break
            body = _only_message(body)
        header = read_header(scanner)
        if not header.fields:
            raise NotMailError(_("This is not a mail message: it does not begin with a header."))
        if is_encrypted(header):
            self.outer = header
            return self._decrypted(_content(header, body))
        return self._whole(header.raw, body)

    def inside(self, entity: KeptOutput) -> KeptOutput | None:
        """What is inside of a layer, if it is one."""
        scanner = Scanner(entity.stream())
        if _is_signed_data(scanner.peek(_HEAD_BYTES)):
            return self._signed(entity, nested=False)  # as gpgsm signs what it encrypts
        header = read_header(scanner)
        if is_multipart_signed(header):
            self._note_outer(header)
            content = self._kept()
            self.signature, others = check_multipart(entity.stream(), header, content, self.trust)
            self.others += others
            return content
        if is_signed(header):
            self._note_outer(header)
            cms = self._kept()
            with cms:
                copy_decoded(entity.stream(), cms)
            return self._signed(cms, nested=False)
        if self.decrypted is None:
            return self._encrypted_part(entity, header)
        return None

    def _encrypted_part(self, entity: KeptOutput, header: Header) -> KeptOutput | None:
        """The content of the one encrypted part, if there is one; other parts are counted."""
        found: KeptOutput | None = None
        others = 0
        for part in parts(Scanner(entity.stream())):
            if not is_encrypted(part.header):
                others += 1
            elif found is None:
                found = self._decrypted(_content(part.header, part.body()))
            else:
                raise NotMailError(
                    _("The message has several encrypted parts. Save each, and open it by itself.")
                )
        if found is not None:
            self._note_outer(header)
            self.others += others
        return found

    def _decrypted(self, stream: Readable) -> KeptOutput:
        scanner = Scanner(stream)
        if _is_signed_data(scanner.peek(_HEAD_BYTES)):  # some programs do not say which it is
            return self._signed(self._whole(b"", scanner.body(())), nested=False)
        if self.opener is None:
            raise UnsupportedError(_("The message is encrypted: a card is needed to open it."))
        # A signature outside says who sent the encrypted message, not who wrote it.
        self.signed_outside, self.signature = self.signature.signers, NOT_SIGNED
        kept = self._kept()
        with kept:
            content = PieceStream(scanner.body(()))
            self.decrypted = decrypt(content, kept, self.opener(), mail=True)
        if self.decrypted.content_type == _SIGNED_CONTENT:
            return self._signed(kept, nested=True)
        return kept

    def _signed(self, cms: KeptOutput, *, nested: bool) -> KeptOutput:
        content = self._kept()
        self.signature = check_opaque(cms, content, self.trust, nested=nested)
        return content

    def _note_outer(self, header: Header) -> None:
        if self.outer is None and self.decrypted is None and self.signature is NOT_SIGNED:
            self.outer = header

    def _whole(self, head: bytes, body: Iterator[bytes]) -> KeptOutput:
        kept = self._kept()
        with kept:
            kept.write(head)
            for piece in body:
                kept.write(piece)
        return kept

    def _kept(self) -> KeptOutput:
        return self.stack.enter_context(closing(KeptOutput()))


def _is_signed_data(head: bytes) -> bool:
    """Whether a SignedData begins so, as it is, without a header of mail."""
    return head[:1] == _DER_SEQUENCE and _SIGNED_DATA in head


def _only_message(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The body of the only message of an mbox file, in which other lines never begin so."""
    end = b"\n"
    for piece in pieces:
        if b"\n" + _MBOX in end + piece:
            raise NotMailError(
                _("The file is a mailbox with several messages. Save one as a file of its own.")
            )
        end = (end + piece)[-len(_MBOX) :]
        yield piece


def _other_sender(content: Content, outer: Header | None) -> str | None:
    """The sender that the outside names, if the fields inside name another."""
    if outer is None or not content.protected:
        return None
    outside = {one.addr_spec.lower() for one in outer.addresses("from")}
    inside = {one.addr_spec.lower() for one in content.senders}
    return None if outside == inside else outer.text("from")


def _content(header: Header, body: Iterator[bytes]) -> Readable:
    return PieceStream(decoded(body, header.encoding))


def _counted(stream: Readable, progress: Progress | None) -> Iterator[bytes]:
    """A stream in pieces; `progress` hears how much of it was read."""
    done = 0
    while piece := read_some(stream, READ_BYTES):
        done += len(piece)
        if progress is not None:
            progress(done)
        yield piece
