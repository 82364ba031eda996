"""Messages taken apart, and put together with lengths of other forms."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from twincard.cms.framing import ber
from twincard.cms.framing.message import DATA, MessageKind, MessageReader

AUTH = MessageKind.AUTH_ENVELOPED
Build = Callable[..., bytes]
"""Makes an element of a tag and its contents."""


def indefinite(tag: int, *contents: bytes) -> bytes:
    return bytes((tag, 0x80)) + b"".join(contents) + ber.END_OF_CONTENTS


def long_form(tag: int, *contents: bytes) -> bytes:
    """With a length of eight bytes, which BER allows and DER does not."""
    content = b"".join(contents)
    return bytes((tag, 0x88)) + len(content).to_bytes(8) + content


@dataclass(frozen=True)
class Parts:
    """A message taken apart, to be put together otherwise."""

    kind: MessageKind
    version: bytes
    infos: tuple[bytes, ...]
    algorithm: bytes
    ciphertext: bytes
    mac: bytes
    originator_info: bytes = b""
    authenticated: bytes = b""
    unauthenticated: bytes = b""
    content_type: bytes = DATA

    @classmethod
    def of(cls, message: bytes) -> Parts:
        reader = MessageReader(io.BytesIO(message))
        opening = reader.opening()
        algorithm = reader.algorithm()
        ciphertext = b"".join(reader.content())
        tail = reader.tail()
        mac = ber.encode(ber.OCTET_STRING, tail.mac) if opening.kind is AUTH else b""
        version = ber.encode(ber.INTEGER, bytes((opening.version,)))
        infos = opening.recipient_infos
        return cls(
            opening.kind,
            version,
            infos,
            algorithm,
            ciphertext,
            mac,
            authenticated=tail.authenticated,
        )

    def message(self, build: Build = ber.encode, content: bytes | None = None) -> bytes:
        content = ber.encode(0x80, self.ciphertext) if content is None else content
        enveloped = build(
            ber.SEQUENCE,
            self.version,
            self.originator_info,
            build(ber.SET, *self.infos),
            build(ber.SEQUENCE, self.content_type, self.algorithm, content),
            self.authenticated,
            self.mac,
            self.unauthenticated,
        )
        return build(ber.SEQUENCE, self.kind.value, build(ber.CONTEXT_0, enveloped))


def definite(message: bytes) -> bytes:
    """The same message in DER: all lengths definite, the content in one piece."""
    return Parts.of(message).message()


def body(message: bytes) -> bytes:
    """From the EncryptedContentInfo to the end."""
    reader = MessageReader(io.BytesIO(message))
    opening = reader.opening()
    sink = io.BytesIO()
    reader.copy_to(sink)
    reader.algorithm()
    for _ in reader.content():
        pass
    reader.tail()
    assert message.endswith(sink.getvalue())
    assert opening.frame[0].tag == ber.SEQUENCE
    return sink.getvalue()
