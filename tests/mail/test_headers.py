"""Fields of headers, however strange, are read in a bounded time, or shown as they are."""

from __future__ import annotations

import io
import time

import pytest
from tests.cms.software_key import ec_key
from tests.mail.messages import HEAD, opened

from twincard.mail.address import split_addresses
from twincard.mail.header import Header, read_header
from twincard.mail.scanner import Scanner


def header(text: bytes) -> Header:
    return read_header(Scanner(io.BytesIO(text)))


@pytest.mark.parametrize(
    ("field", "addresses"),
    [
        ("a@b", ["a@b"]),
        ("a@b, c@d ,", ["a@b", "c@d"]),
        ('"Doe, Jane" <a@b>, (x, y) c@d', ['"Doe, Jane" <a@b>', "(x, y) c@d"]),
        ("Team: a@b, c@d; e@f", ["a@b", "c@d", "e@f"]),
        ("undisclosed-recipients:;", []),
        (r'"a\", b" <a@b>', [r'"a\", b" <a@b>']),
        ("<a@b, c@d>, e@f", ["<a@b, c@d>", "e@f"]),
        ("", []),
    ],
)
def test_addresses_are_told_apart(field: str, addresses: list[str]) -> None:
    assert split_addresses(field) == addresses


def test_a_sender_that_cannot_be_read_whole_is_no_sender() -> None:
    fields = header(b"From: bob@example.org, <eve\n\n")
    assert fields.addresses("from") == ()
    assert [one.addr_spec for one in header(b"From: B <bob@x.org>\n\n").addresses("from")] == [
        "bob@x.org"
    ]


def test_fields_are_read_as_people_read_them() -> None:
    fields = header(
        b"Subject: =?utf-8?b?6KiI55S7?=\n plan\nCONTENT-TYPE: Text/HTML; Name*=utf-8''%E8%A8%88;\n"
        b" boundary=x\nContent-Disposition: ATTACHMENT; filename=a.txt\n\n"
    )
    assert fields.text("subject") == "計画 plan"
    assert (fields.content_type, fields.boundary) == ("text/html", None)
    assert (fields.disposition, fields.filename) == ("attachment", "a.txt")
    assert fields.parameter("name") == "計"


@pytest.mark.parametrize("name", [b"From", b"Subject", b"Content-Type", b"Content-Disposition"])
@pytest.mark.parametrize("junk", [b'"', b"(", b";", b"a,", b"\\", b"=?utf-8?q?a?= ", b"<", b"a@"])
def test_no_field_takes_long(name: bytes, junk: bytes) -> None:
    begun = time.process_time()
    opened(
        name + b": text/plain" + junk * (16_000 // len(junk)) + b"\r\n" + HEAD + b"\r\nhi", ec_key()
    )
    assert time.process_time() - begun < 2
