"""The parts of a message are those that the standard library finds, however the bytes come."""

from __future__ import annotations

import io
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twincard.mail import NotMailError
from twincard.mail.scanner import Scanner
from twincard.mail.structure import parts
from twincard.mail.transfer import Base64Output, base64_length, decoded


class Slow:
    """A stream that gives a few bytes at a time."""

    def __init__(self, content: bytes, step: int) -> None:
        self._content = io.BytesIO(content)
        self._step = step

    def read(self, size: int, /) -> bytes:
        return self._content.read(min(size, self._step))


def found(message: bytes, step: int = 1 << 20, *, into_messages: bool = False) -> list[bytes]:
    """The bodies of the parts; each is where its offsets say."""
    bodies = []
    for part in parts(Scanner(Slow(message, step)), into_messages=into_messages):
        bodies.append(b"".join(part.body()))
        assert message[part.start : part.end] == bodies[-1]
    return bodies


NESTED = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\npreamble\r\n"
    b"--outer\r\nContent-Type: multipart/alternative; boundary=outer1\r\n\r\n"
    b"--outer1\r\n\r\nplain --outer1\r\n--outer2\r\n--outer1 \t\r\nContent-Type: text/html\r\n\r\n"
    b"\r\n--outer1--\r\nepilogue\r\n"
    b"--outer\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nthe message\r\n"
    b"--outer--\r\nend\r\n"
)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 1 << 20])
def test_parts_within_parts(step: int) -> None:
    plain, html = b"plain --outer1\r\n--outer2", b""
    assert found(NESTED, step) == [plain, html, b"Subject: x\r\n\r\nthe message"]
    assert found(NESTED, step, into_messages=True) == [plain, html, b"the message"]
    lf = NESTED.replace(b"\r\n", b"\n")
    assert found(lf, step) == [b"plain --outer1\n--outer2", b"", b"Subject: x\n\nthe message"]


BODIES = st.lists(
    st.sampled_from([b"a", b"--b", b"--b--", b"--c", b"-", b"", b"\r", b"--bb", b"x: y"]),
    max_size=12,
).map(b"\r\n".join)


@given(BODIES, st.integers(1, 40))
def test_the_standard_library_finds_the_same(body: bytes, step: int) -> None:
    message = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body
    there = message_from_bytes(message, policy=default)
    assert isinstance(there, EmailMessage)
    if not there.is_multipart():
        return  # it gives up where no delimiter ends the last part
    theirs = list(there.iter_parts())
    if any(one.defects for one in (there, *theirs)):
        return
    bodies = [one.get_payload(decode=True) for one in theirs]
    assert [one.replace(b"\r", b"") for one in found(message, step)] == [
        one.replace(b"\r", b"") for one in bodies if isinstance(one, bytes)
    ]


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_are_read_to_their_end(content: bytes, step: int) -> None:
    assert found(content, step) == found(content)


def test_parts_within_parts_have_a_limit() -> None:
    inner = b"hi"
    for number in range(100):
        mark = b"b%d" % number
        inner = (
            b"Content-Type: multipart/mixed; boundary=" + mark + b"\n\n--" + mark + b"\n" + inner
        )
    with pytest.raises(NotMailError, match="too many parts"):
        found(inner)
    many = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 2001
    with pytest.raises(NotMailError, match="too many parts"):
        found(many)


@given(st.binary(max_size=400), st.integers(1, 100), st.integers(1, 30))
def test_base64_is_written_and_read_in_any_pieces(content: bytes, step: int, width: int) -> None:
    sink = io.BytesIO()
    output = Base64Output(sink, characters=4 * min(width, 19))
    for at in range(0, len(content), step):
        output.write(content[at : at + step])
    output.finish()
    text = sink.getvalue()
    assert len(text) == base64_length(len(content), characters=4 * min(width, 19))
    assert max(map(len, text.split(b"\r\n"))) <= 76
    pieces = (text[at : at + step] for at in range(0, len(text), step))
    assert b"".join(decoded(pieces, "base64")) == content


@pytest.mark.parametrize("step", [1, 2, 3, 5, 100])
def test_quoted_printable_is_read_in_any_pieces(step: int) -> None:
    text = b"=E3=82=84=E3=81=82 =\r\nand=20more=3D\r\n" * 3 + b"=41=4"
    pieces = (text[at : at + step] for at in range(0, len(text), step))
    assert b"".join(decoded(pieces, "quoted-printable")) == (
        "やあ and more=\r\n".encode() * 3 + b"A=4"
    )
