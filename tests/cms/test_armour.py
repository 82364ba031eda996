"""PEM and S/MIME are read as they are written, and stay what they are."""

from __future__ import annotations

import base64
import io
import random
import tracemalloc

import pytest
from tests.cms.framing import definite
from tests.cms.software_key import decrypted, ec_key, encrypted, rsa_key

from twincard.cms import AlteredError, NotCmsError, read_recipients, transcode

PLAINTEXT = bytes(range(256)) * 2
MESSAGE = encrypted(PLAINTEXT, ec_key())


def lines(message: bytes | memoryview, width: int, end: bytes) -> bytes:
    digits = base64.b64encode(message)
    return end.join(digits[at : at + width] for at in range(0, len(digits), width)) + end


def pem(message: bytes, label: str = "CMS", width: int = 64, end: bytes = b"\n") -> bytes:
    begin, finish = (f"-----{word} {label}-----".encode() for word in ("BEGIN", "END"))
    return begin + end + lines(message, width, end) + finish + end


def smime(message: bytes, width: int = 64, end: bytes = b"\n", encoding: str = "base64") -> bytes:
    head = [
        b"Subject: =?utf-8?q?=E6=89=8B=E7=B4=99?=",
        b"MIME-Version: 1.0",
        b'Content-Disposition: attachment; filename="smime.p7m"',
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data;",
        b' name="smime.p7m"',
        b"Content-Transfer-Encoding: " + encoding.encode(),
        b"",
        b"",
    ]
    body = lines(message, width, end) if encoding == "base64" else message
    return end.join(head) + body


FORMS = {
    "pem": pem(MESSAGE),
    "pkcs7": pem(MESSAGE, "PKCS7"),
    "gpgsm": pem(MESSAGE, "ENCRYPTED MESSAGE"),
    "pem-crlf": pem(MESSAGE, end=b"\r\n"),
    "pem-one-line": pem(MESSAGE, width=1 << 20),
    "pem-after-text": b"For Alice - and nobody else\n\n" + pem(MESSAGE, width=76) + b"\n\n",
    "smime": smime(MESSAGE),
    "smime-crlf": smime(MESSAGE, 76, b"\r\n"),
    "smime-blank-end": smime(MESSAGE) + b"\r\n\r\n",
    "smime-no-end": smime(MESSAGE).rstrip(),
    "smime-binary": smime(MESSAGE, encoding="binary"),
    "x-pkcs7": smime(MESSAGE).replace(b"application/pkcs7", b"Application/x-pkcs7"),
    "octets": smime(MESSAGE).replace(b"application/pkcs7-mime", b"application/octet-stream"),
}
SAME_WIDTH = [name for name in FORMS if name != "pem-one-line"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_it_is_read_and_given_to_another_key(form: bytes) -> None:
    assert decrypted(form, ec_key()) == PLAINTEXT
    assert len(read_recipients(io.BytesIO(form))) == 1
    sink = io.BytesIO()
    transcode(io.BytesIO(form), sink, ec_key().giving_to(rsa_key("new").recipient))
    assert decrypted(sink.getvalue(), rsa_key("new")) == PLAINTEXT


@pytest.mark.parametrize("name", SAME_WIDTH)
def test_a_transcode_keeps_everything_around_the_message_and_the_length_of_lines(name: str) -> None:
    form = FORMS[name]
    there, back = io.BytesIO(), io.BytesIO()
    transcode(io.BytesIO(form), there, ec_key().giving_to(ec_key("new").recipient))
    transcode(io.BytesIO(there.getvalue()), back, ec_key("new").giving_to(ec_key().recipient))
    for result in (there.getvalue(), back.getvalue()):
        assert len(result) == len(form)
        widths = [[len(line) for line in text.splitlines()] for text in (form, result)]
        assert name == "smime-binary" or widths[0] == widths[1]
        at = form.index(b"MI" if name != "smime-binary" else b"\x30\x80")
        assert result[:at] == form[:at]


@pytest.mark.parametrize("name", FORMS)
def test_a_part_of_it_gives_no_content(name: str) -> None:
    form = FORMS[name].rstrip()
    for length in {*range(0, len(form), 41), *range(len(form) - 40, len(form))}:
        with pytest.raises((AlteredError, NotCmsError)):
            decrypted(form[:length], ec_key())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda form: form + b"more\n",
        lambda form: form.replace(b"-----END CMS", b"-----END PKCS7"),
        lambda form: form + form,
        lambda form: form.replace(b"\n", b"\n=\n", 3),
        lambda form: form.replace(b"MI", b"M*I", 1),
        lambda form: form.replace(b"-----END", b"QUJD\n-----END"),
        lambda form: form.replace(b"-----END", b"\0-----END"),
    ],
)
def test_what_does_not_belong_there_is_refused(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises((AlteredError, NotCmsError)):
        decrypted(spoil(pem(definite(MESSAGE))), ec_key())


def test_other_texts_are_no_encrypted_files() -> None:
    for text in (
        b"Dear Alice,\n\nhow are you?\n",
        b"Subject: hello\nContent-Type: text/plain\n\nMIIB\n",
        smime(MESSAGE).replace(b"pkcs7-mime", b"pdf"),
        b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        b"x" * 200_000,
        b"x: y\n" * 50_000,
    ):
        with pytest.raises(NotCmsError):
            read_recipients(io.BytesIO(text))


class Dribble(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)
        self._chance = random.Random(7)

    def read(self, size: int = -1, /) -> bytes:
        return self._inner.read(self._chance.randint(1, 50))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_slow_pipe_gives_the_same(form: bytes) -> None:
    sink, slow = io.BytesIO(), io.BytesIO()
    for stream, result in ((io.BytesIO(form), sink), (Dribble(form), slow)):
        transcode(stream, result, ec_key().giving_to(ec_key("new").recipient))
    for result in (sink, slow):
        assert decrypted(result.getvalue(), ec_key("new")) == PLAINTEXT


class Text(io.RawIOBase):
    """A large message in PEM that is made while it is read."""

    def __init__(self, message: bytes) -> None:
        self._pieces = iter(
            (b"-----BEGIN CMS-----\n", *self._lines(message), b"-----END CMS-----\n")
        )

    @staticmethod
    def _lines(message: bytes) -> list[memoryview]:
        return [memoryview(message)[at : at + 48_000] for at in range(0, len(message), 48_000)]

    def read(self, size: int = -1, /) -> bytes:
        piece = next(self._pieces, b"")
        return lines(piece, 64, b"\n") if isinstance(piece, memoryview) else bytes(piece)


def test_text_is_read_in_constant_memory() -> None:
    class Nowhere:
        def write(self, piece: bytes | memoryview, /) -> None:
            pass

    message = encrypted(bytes(8 << 20), ec_key())
    tracemalloc.start()
    try:
        transcode(Text(message), Nowhere(), ec_key().giving_to(ec_key("new").recipient))
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()
