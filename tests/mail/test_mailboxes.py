"""A mailbox comes back byte for byte, but for the base64 of the messages that moved."""

from __future__ import annotations

import base64
import io
import mailbox
import quopri
from contextlib import closing
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cms.software_key import ec_key, encrypted, rsa_key
from tests.mail.mailboxes import PLAIN, SEPARATOR, mbox, mboxcl2, message, moving, rewritten
from tests.mail.messages import opened

from twincard.cms import AlteredError, NotCmsError, UnsupportedError
from twincard.cms.framing.source import Readable, Writable
from twincard.mail.maildir import in_maildir, settle_name
from twincard.mail.mbox import messages
from twincard.mail.rewriting import PartResult, read_messages

OLD, NEW = rsa_key(), ec_key()
MOVE = moving(OLD, NEW)


def assert_same_but_for_base64(before: bytes, after: bytes) -> None:
    """Lines that are no base64 are the same, but for lengths."""

    def others(content: bytes) -> list[bytes]:
        return [
            b"length" if line.startswith(b"Content-Length: ") else line
            for line in content.split(b"\n")
            if not (len(line) > 20 and b" " not in line and b":" not in line and b"-" not in line)
        ]

    assert others(before)[:-3] == others(after)[: len(others(before)) - 3]


@pytest.mark.parametrize("box", [mbox, mboxcl2])
def test_the_messages_of_a_mailbox_move(box: object, tmp_path: Path) -> None:
    assert callable(box)
    sealed = [message(OLD, f"letter {number}\n") for number in range(3)]
    stranger = message(ec_key("carol"))
    before = box(sealed[0], PLAIN, sealed[1], stranger, sealed[2])
    after, results = rewritten(before, MOVE)
    assert [(one.message, one.replaced, one.error) for one in results] == [
        (1, True, None),
        (3, True, None),
        (4, False, None),
        (5, True, None),
    ]
    assert_same_but_for_base64(before, after)
    (tmp_path / "box").write_bytes(after)
    with closing(mailbox.mbox(tmp_path / "box")) as there:
        found = [bytes(one) for one in there]
    assert len(found) == 5
    for number, at in enumerate((0, 2, 4)):
        assert opened(found[at], NEW).content.text == f"letter {number}\n"
    assert rewritten(after, MOVE)[0] == after


def test_lengths_are_those_of_the_new_bodies() -> None:
    sealed = message(OLD)
    before = mboxcl2(sealed, b"Subject: x\n\nFrom here to there\n\nFrom alice\n", sealed)
    after, results = rewritten(before, MOVE)
    assert [one.message for one in results] == [1, 3]
    for found in messages(io.BytesIO(after)):
        assert found.length_field == found.end - found.body
    assert b"\n\nFrom here to there\n\nFrom alice\n" in after


def test_a_length_that_was_wrong_stays_as_it_is() -> None:
    before = mbox(message(OLD).replace(b"\n\n", b"\nContent-Length: 17\n\n", 1), PLAIN)
    after, results = rewritten(before, MOVE)
    assert [one.replaced for one in results] == [True]
    assert b"\nContent-Length: 17\n" in after


def test_only_the_base64_of_a_single_message_changes() -> None:
    for line_end in (b"\r\n", b"\n"):
        before = message(OLD).replace(b"\n", line_end) + line_end * 2
        after, (result,) = rewritten(before, MOVE)
        assert result.replaced
        head = before.index(line_end * 2)
        assert after[:head] == before[:head]
        assert after.endswith(line_end * 3)
        assert opened(after, NEW).content.text == "Dear Alice\n"
        lines = after[head:].split(line_end)
        assert {len(line) for line in lines[2:10]} == {64}


@pytest.mark.parametrize("width", [4, 60, 72, 76, 1000])
def test_lines_keep_their_length(width: int) -> None:
    text = base64.b64encode(encrypted(b"hi" * 500, OLD, mail=True))
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    head = b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"
    after, (result,) = rewritten(head + b"\n".join(lines), MOVE)
    assert result.replaced
    body = after.removeprefix(head)
    assert not body.endswith(b"\n")
    assert len(body.split(b"\n")[0]) == width


def test_encrypted_parts_are_found_wherever_they_are() -> None:
    part = message(OLD).partition(b"MIME-Version: 1.0\n")[2]
    attached = part.replace(
        b"application/pkcs7-mime; smime-type=enveloped-data", b"application/octet-stream"
    )
    before = mbox(
        b"Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\nsigned by a list\n--b\n"
        + part
        + b"\n--b\nContent-Type: message/rfc822\n\n"
        + message(OLD)
        + b"--b\n"
        + attached
        + b"\n--b--\nepilogue\n"
    )
    after, results = rewritten(before, MOVE)
    assert [one.replaced for one in results] == [True, True, True]
    assert_same_but_for_base64(before, after)
    there = message_from_bytes(after.partition(b"\n")[2])
    assert [one.get_content_type() for one in there.walk()][1:] == [
        "text/plain",
        "application/pkcs7-mime",
        "message/rfc822",
        "application/pkcs7-mime",
        "application/octet-stream",
    ]


def test_damaged_messages_are_named_and_stay() -> None:
    good = message(OLD)
    head, _blank, body = good.partition(b"\n\n")
    short = head + b"\n\n" + body[: len(body) // 130 * 65]
    dirty = head + b"\n\n" + body.replace(b"\n", b"\n!\n", 1)
    after_end = good + b"\nQUJD\n"
    content = quopri.encodestring(base64.b64decode(body))
    quoted = head.replace(b"Encoding: base64", b"Encoding: quoted-printable") + b"\n\n" + content
    before = mbox(good, short, dirty, after_end, quoted, good)
    after, results = rewritten(before, MOVE)
    assert [one.replaced for one in results] == [True, False, False, False, False, True]
    assert all(isinstance(one.error, AlteredError) for one in results[1:4])
    assert isinstance(results[4].error, UnsupportedError)
    assert mbox(short, dirty, after_end, quoted) in after


def test_what_is_signed_only_is_no_encrypted_message() -> None:
    signed = message(OLD).replace(b"enveloped-data", b"signed-data")
    junk = b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nQUJD\n"
    before = mbox(signed, junk)
    assert rewritten(before, MOVE) == (before, [])
    named = junk.replace(b"mime\n", b"mime; smime-type=enveloped-data\n", 1)
    after, (result,) = rewritten(mbox(named), MOVE)
    assert after == mbox(named)
    assert isinstance(result.error, NotCmsError)


def test_a_failure_of_a_card_ends_it() -> None:
    def rewrite(source: Readable, sink: Writable) -> bool:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        rewritten(mbox(message(OLD)), rewrite)


def test_looking_changes_nothing_and_reads_every_part() -> None:
    seen: list[bytes | None] = []
    found: list[PartResult] = []
    box = io.BytesIO(mbox(message(OLD), PLAIN, message(OLD)))
    read_messages(box, lambda source: seen.append(source.read(4)), found.append)
    assert [one.message for one in found] == [1, 3]
    assert seen == [b"Cont", b"Cont"]


MAIL_LINES = st.lists(
    st.sampled_from(
        [
            b"From bob Sun Nov 29 01:00:00 2026",
            b"From here",
            b">From there",
            b"",
            b"Content-Length: 5",
            b"Content-Type: multipart/mixed; boundary=b",
            b"Content-Type: application/pkcs7-mime",
            b"Content-Transfer-Encoding: base64",
            b"--b",
            b"--b--",
            b"MIAGCSqGSIb3DQEHA6CAMIACAQAxAA==",
            b"text",
            b"\r",
        ]
    ),
    max_size=25,
).map(b"\n".join)


@settings(max_examples=100)
@given(MAIL_LINES)
def test_any_file_comes_back_as_it_was(content: bytes) -> None:
    after, results = rewritten(SEPARATOR + content, MOVE)
    assert after == SEPARATOR + content
    assert not any(one.replaced for one in results)
    assert rewritten(content, MOVE)[0] == content


@pytest.mark.parametrize(
    ("name", "settled"),
    [
        ("1.M2P3.host", "1.M2P3.host"),
        ("1.M2P3.host:2,FS", "1.M2P3.host:2,FS"),
        ("1.M2P3.host,S=9:2,FS", "1.M2P3.host,S=10:2,FS"),
        ("1.M2P3.host,S=9,W=9:2,", "1.M2P3.host,S=10,W=12:2,"),
        ("1.M2P3.host,U=5,W=9", "1.M2P3.host,U=5,W=12"),
        ("1.M2P3.host,S=10,W=12:2,S", "1.M2P3.host,S=10,W=12:2,S"),
    ],
)
def test_names_of_maildir_messages_have_their_size_and_keep_their_flags(
    tmp_path: Path, name: str, settled: str
) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "cur" / name
    path.write_bytes(b"ab\r\nc\nde\n\r")
    assert in_maildir(path)
    assert settle_name(path) == tmp_path / "cur" / settled
    assert [one.name for one in (tmp_path / "cur").iterdir()] == [settled]


def test_no_maildir_message_takes_the_name_of_another(tmp_path: Path) -> None:
    (tmp_path / "1,S=3").write_bytes(b"abc")
    path = tmp_path / "1,S=2"
    path.write_bytes(b"abd")
    with pytest.raises(FileExistsError):
        settle_name(path)
    assert (tmp_path / "1,S=3").read_bytes() == b"abc"
    assert not in_maildir(path)
