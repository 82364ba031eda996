"""Decrypts a message into an output that holds it back until it is verified."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, cast

from twincard.cms.content.cipher import CipherMode, ContentCipher
from twincard.cms.content.decryption import decrypt_content, is_whole
from twincard.cms.errors import (
    AlteredError,
    OutputError,
    RecipientRejectedError,
    UnsupportedError,
)
from twincard.cms.framing.message import MessageKind, MessageReader, check_authenticated
from twincard.cms.framing.output import Output
from twincard.cms.framing.source import Progress, Readable
from twincard.cms.recipients.codec import decode_all
from twincard.cms.recipients.infos import (
    OpenableRecipient,
    Opener,
    RecipientInfo,
)
from twincard.cms.recipients.opening import open_all
from twincard.ground.language import _
from twincard.ground.system_words import reason

DATA_CONTENT = "1.2.840.113549.1.7.1"
"""The content type of plain bytes, id-data (RFC 5652, 4)."""
_Keys = dict[bytes, OpenableRecipient]
"""Content-encryption keys, and the recipient info that each came from."""
_PIECE_BYTES = 1 << 20
_KIND_OF_MODE = {
    CipherMode.GCM: MessageKind.AUTH_ENVELOPED,
    CipherMode.CBC: MessageKind.ENVELOPED,
}


@dataclass(frozen=True, slots=True)
class Decrypted:
    """What was decrypted, and how far it can be trusted.

    ``authenticated``: a tag protects it from changes (AES-GCM). Otherwise it may have been changed
    in transit (AES-CBC). ``content_type``: the object identifier of what it is, such as
    DATA_CONTENT; no tag protects that. ``recipient``: the recipient info that opened it.
    """

    authenticated: bool
    content_type: str
    recipient: OpenableRecipient


def decrypt(
    source: Readable,
    sink: Output,
    opener: Opener,
    *,
    mail: bool = False,
    progress: Progress | None = None,
) -> Decrypted:
    """Decrypts AuthEnvelopedData with AES-GCM; with ``mail``, EnvelopedData with AES-CBC as well.

    In BER or DER. The sink is an Output whose block is entered, because plaintext is written to it
    before the authentication tag, which comes last, is checked: what was written vanishes if this
    raises, even if the caller goes on. BytesOutput keeps it in memory.
    AES-CBC has no tag at all; there, changes to the content are found only where they break its
    padding. Such a message could also be made of an authenticated one, to decrypt it block by
    block, so ask for it only where it is expected.

    Raises NotCmsError, AlteredError, UnsupportedError, NotAuthenticatedError, NotForThisKeyError,
    TooLargeError, SourceError, and whatever the opener raises but RecipientRejectedError.
    """
    if not isinstance(sink, Output):
        raise TypeError(
            "what is decrypted goes to a FileOutput, a SpooledOutput or a BytesOutput, which hold "
            f"it back until it is authenticated, not to a {type(sink).__name__}"
        )
    try:
        return _decrypt(MessageReader(source, progress), sink, opener, mail=mail)
    except BaseException:
        sink.spoil()
        raise


def _decrypt(message: MessageReader, sink: Output, opener: Opener, *, mail: bool) -> Decrypted:
    opening = message.opening()
    if not mail:
        check_authenticated(opening)
    algorithm = ContentCipher.decode(message.algorithm())
    if _KIND_OF_MODE[algorithm.mode] is not opening.kind:
        raise UnsupportedError(
            _("The file's encryption algorithm does not match its content type.")
        )
    keys = _open(decode_all(opening.recipient_infos), opener, algorithm.key_length)
    content_type = message.content_type()
    if len(keys) == 1:
        (key,) = keys
        decrypt_content(algorithm, key, message.content(), message.tail, sink)
    else:
        key = _decrypt_with_one_of(keys, algorithm, message, sink)
    return Decrypted(opening.kind is MessageKind.AUTH_ENVELOPED, content_type, keys[key])


def _open(recipients: Sequence[RecipientInfo], opener: Opener, key_length: int) -> _Keys:
    """The different content-encryption keys that the recipient infos give, at least one."""

    def attempt(recipient: OpenableRecipient) -> bytes:
        key = opener.open(recipient)
        # RSA PKCS#1 v1.5 with a wrong key can give any bytes of any length.
        if len(key) != key_length:
            raise RecipientRejectedError(
                _("The recipient info does not contain a key of the right length.")
            )
        return key

    keys: _Keys = {}
    for one in open_all(recipients, opener, attempt):
        keys.setdefault(one.result, one.recipient)
    return keys


def _decrypt_with_one_of(
    keys: Iterable[bytes], algorithm: ContentCipher, message: MessageReader, sink: Output
) -> bytes:
    """Decrypts with the first key that fits; until then the content waits on disk, encrypted."""
    with ExitStack() as stack:
        # mypy knows only the portable type of what this gives.
        try:
            file = cast(BinaryIO, stack.enter_context(tempfile.TemporaryFile()))
            for piece in message.content():
                file.write(piece)
            tail = message.tail()
        except OSError as error:
            raise OutputError(
                _("Cannot write a temporary file: {reason}.").format(reason=reason(error))
            ) from error
        for key in keys:
            if is_whole(algorithm, key, _pieces(file), tail):
                decrypt_content(algorithm, key, _pieces(file), lambda: tail, sink)
                return key
    raise AlteredError()


def _pieces(file: BinaryIO) -> Iterator[memoryview]:
    file.seek(0)
    while piece := file.read(_PIECE_BYTES):
        yield memoryview(piece)
