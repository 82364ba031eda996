"""What is sealed is S/MIME that others read, and says nothing outside that it need not say."""

from __future__ import annotations

import io
import subprocess
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.cms.software_key import ec_key, rsa_key
from tests.mail.messages import draft, inside, opened, sealed

from twincard.cms import SourceError
from twincard.mail import DraftError, NotMailError, entity, seal_message
from twincard.mail.draft import content_of


def test_the_outside_hides_the_subject_and_the_inside_has_every_field() -> None:
    message = sealed(draft(subject="計画", cc=["carol@example.org"]), ec_key())
    outer = message_from_bytes(message, policy=SMTP)
    assert isinstance(outer, EmailMessage)
    assert outer["Subject"] == "[...]"
    assert outer.get_content_type() == "application/pkcs7-mime"
    assert outer.get_param("smime-type") == "enveloped-data"
    assert (outer["To"], outer["Cc"]) == ("Alice <alice@example.org>", "carol@example.org")
    assert "計画".encode() not in message
    assert max(map(len, message.split(b"\r\n"))) <= 78
    content = inside(message, ec_key())
    assert content["Subject"] == "計画"
    assert content.get_param("hp") == "cipher"
    for name in ("From", "To", "Cc", "Date", "Message-ID"):
        assert content[name] == outer[name]
    recorded = [field.partition(": ") for field in content.get_all("HP-Outer", [])]
    assert {name: value for name, _colon, value in recorded} == {
        name: str(outer[name]) for name in ("From", "To", "Cc", "Subject", "Date", "Message-ID")
    }


def test_programs_that_show_the_outer_subject_find_the_true_one_above_the_text() -> None:
    message = sealed(draft(), ec_key())
    assert inside(message, ec_key()).get_content() == "Subject: The plan\r\n\r\nDear Alice\r\n"
    assert opened(message, ec_key()).content.text == "Dear Alice\n"


@pytest.mark.parametrize("size", [0, 1, 47, 48, 49, 100_000])
def test_files_come_out_as_they_went_in(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    file = tmp_path / "見積 書.pdf"
    file.write_bytes(content)
    message = sealed(draft(attachments=file), ec_key())
    _text, attached = inside(message, ec_key()).iter_parts()
    assert isinstance(attached, EmailMessage)
    assert attached.get_filename() == "見積 書.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == content


def test_a_message_in_a_message_is_attached_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "old.eml"
    file.write_bytes(b"Subject: x\n\nFrom here\n")
    _text, attached = inside(sealed(draft(attachments=[file]), ec_key()), ec_key()).iter_parts()
    assert isinstance(attached, EmailMessage)
    assert attached.get_content_type() == "application/octet-stream"
    assert attached.get_content() == file.read_bytes()


def test_a_file_that_changes_meanwhile_fails_the_message(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"1")
    content = content_of(draft(attachments=file))
    file.write_bytes(b"12")
    with pytest.raises(SourceError, match="changed while it was being read"):
        entity.write(content[1], io.BytesIO())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sender": "bob"}, "Not an e-mail address: bob"),
        ({"sender": "a@b, c@d"}, "Not an e-mail address"),
        ({"to": ["x@y\r\nBcc: z@z"]}, "Not an e-mail address"),
        ({"to": ["Team: a@b;"]}, "Not an e-mail address"),
        ({"to": []}, "no recipient address"),
        ({"to": ["花子@example.org"]}, "only addresses in ASCII"),
        ({"to": ["hanako@例え.jp"]}, "xn--"),
        ({"subject": "a\r\nBcc: z@z"}, "one line"),
        ({"text": None}, "neither a text nor an attachment"),
    ],
)
def test_what_cannot_be_a_message_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(DraftError, match=words):
        sealed(draft(**changes), ec_key())


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_finished_message_keeps_its_body_and_its_fields(line_end: bytes) -> None:
    lines = (
        b"Received: from a by b",
        b"From: bob@example.org",
        b"To: alice@example.org,",
        b"\tcarol@example.org",
        b"Bcc: dora@example.org",
        b"Subject: secret",
        b"Keywords: secret",
        b"MIME-Version: 1.0",
        b'Content-Type: text/html; charset="utf-8"; hp=clear',
        b"Content-Transfer-Encoding: 8bit",
        b"",
        "<p>秘密</p>".encode(),
        b"From the beginning",
    )
    sink = io.BytesIO()
    seal_message(io.BytesIO(line_end.join(lines)), sink, [ec_key().recipient])
    message = sink.getvalue()
    outer = message_from_bytes(message, policy=SMTP)
    assert outer["Bcc"] == "dora@example.org"
    assert outer["Received"] == "from a by b"
    assert outer["Keywords"] is None
    assert b"secret" not in message
    content = inside(message, ec_key())
    assert (content["Subject"], content["Keywords"]) == ("secret", "secret")
    assert (content["Bcc"], content["Received"]) == (None, None)
    assert content.get_all("To") == ["alice@example.org, carol@example.org"]
    assert content.get_params() == [
        ("text/html", ""),
        ("charset", "utf-8"),
        ("hp", "cipher"),
    ]
    assert content.get_content() == "<p>秘密</p>\r\nFrom the beginning"


def test_a_message_without_a_content_type_is_plain_text() -> None:
    sink = io.BytesIO()
    seal_message(io.BytesIO(b"From: bob@example.org\n\nhi\n"), sink, [ec_key().recipient])
    content = inside(sink.getvalue(), ec_key())
    assert content.get_content_type() == "text/plain"
    assert content.get_param("hp") == "cipher"


@pytest.mark.parametrize("content", [b"", b"\x30\x80junk", b"no header\n\nat all", b"\n\nbody"])
def test_what_is_no_message_is_refused(content: bytes) -> None:
    with pytest.raises(NotMailError, match="does not begin with a header"):
        seal_message(io.BytesIO(content), io.BytesIO(), [ec_key().recipient])


def test_an_endless_header_is_refused() -> None:
    with pytest.raises(NotMailError, match="too long"):
        seal_message(io.BytesIO(b"X: y\n" * 100_000), io.BytesIO(), [ec_key().recipient])


def test_openssl_reads_it(tmp_path: Path) -> None:
    key = rsa_key()
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "message.eml").write_bytes(sealed(draft(), key))
    ran = subprocess.run(
        ["openssl", "cms", "-decrypt", "-in", "message.eml", "-inkey", "key.pem"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert b"Dear Alice\r\n" in ran.stdout
