"""A message goes to a real server through TLS, or nothing goes at all."""

from __future__ import annotations

import io
import re
import socket
import threading
from pathlib import Path

import pytest
from tests.cms.software_key import ec_key
from tests.mail.mail_server import PASSWORD, USER, Box, serving, write_certificate
from tests.mail.messages import draft, opened, sealed

from twincard.keys.secret import Secret
from twincard.mail import DraftError, NotMailError
from twincard.mail.submission import (
    MailServer,
    RefusedByServerError,
    Sent,
    UnreachableServerError,
    UnsettledSendError,
    WrongPasswordError,
    send,
)

PLAIN = b"From: bob@example.org\nTo: alice@example.org\nSubject: s\n\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the server."""
    return write_certificate(tmp_path_factory.mktemp("server"))


def sent_to(port: int, message: bytes, certificate: Path, **options: object) -> Sent:
    server = MailServer("127.0.0.1", port, bool(options.pop("implicit_tls", False)))
    return send(io.BytesIO(message), server, ca_file=certificate, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("implicit_tls", [False, True])
def test_a_sealed_message_arrives_as_it_was(certificate: Path, implicit_tls: bool) -> None:
    box = Box()
    message = sealed(draft(cc=["carol@example.org"]), ec_key())
    with serving(box, certificate, implicit_tls=implicit_tls) as port:
        done = sent_to(
            port,
            message.replace(b"\r\n", b"\n"),
            certificate,
            implicit_tls=implicit_tls,
            user=USER.decode(),
            password=Secret(PASSWORD),
        )
    assert done.recipients == ("alice@example.org", "carol@example.org")
    assert done.answer == "250 OK, queued as 1."
    (envelope,) = box.accepted
    assert (envelope.mail_from, envelope.rcpt_tos) == ("bob@example.org", list(done.recipients))
    assert envelope.content == message
    assert opened(message, ec_key()).content.text == "Dear Alice\n"
    assert box.logins == [USER]


def test_no_line_is_lost_or_ends_the_message_early(certificate: Path) -> None:
    box = Box()
    body = b".\n..x\n\n.\r\n" + b"long" * 240 + b"\n." * 40_000 + b"\n\r.\r\nMAIL FROM:<eve@x>\rend"
    with serving(box, certificate) as port:
        sent_to(port, PLAIN + body, certificate, plain=True)
    (envelope,) = box.accepted
    assert isinstance(envelope.content, bytes)
    assert envelope.content == re.sub(rb"\r\n|\r|\n", b"\r\n", PLAIN + body + b"\n")


def test_hidden_recipients_get_it_and_are_not_in_it(certificate: Path) -> None:
    box = Box()
    message = b"Bcc: dora@example.org,\n carol@example.org\n" + PLAIN + "やあ\n".encode()
    with serving(box, certificate) as port:
        sent_to(port, message, certificate, plain=True, sender="bounces@example.org")
    (envelope,) = box.accepted
    assert envelope.rcpt_tos == ["alice@example.org", "dora@example.org", "carol@example.org"]
    assert envelope.mail_from == "bounces@example.org"
    assert isinstance(envelope.content, bytes)
    assert b"dora" not in envelope.content
    assert "BODY=8BITMIME" in envelope.mail_options


def test_a_server_without_tls_gets_nothing(certificate: Path) -> None:
    box = Box()
    with serving(box, None) as port, pytest.raises(UnreachableServerError, match="offers no TLS"):
        sent_to(port, sealed(draft(), ec_key()), certificate, user="bob", password=Secret("x" * 8))
    assert (box.accepted, box.logins) == ([], [])


def test_a_server_that_is_not_trusted_gets_nothing(certificate: Path, tmp_path: Path) -> None:
    box = Box()
    message = sealed(draft(), ec_key())
    other = write_certificate(tmp_path, "127.0.0.2")
    for shown, trusted in ((certificate, other), (other, other), (certificate, None)):
        with (
            serving(box, shown) as port,
            pytest.raises(UnreachableServerError, match=r"not trusted.*Nothing was sent"),
        ):
            send(io.BytesIO(message), MailServer("127.0.0.1", port), ca_file=trusted)
    assert box.accepted == []


def test_a_wrong_password_and_a_server_that_takes_none_are_told_apart(certificate: Path) -> None:
    box = Box()
    message = sealed(draft(), ec_key())
    with serving(box, certificate) as port, pytest.raises(WrongPasswordError, match="535"):
        sent_to(port, message, certificate, user="bob", password=Secret("wrong-password"))
    assert box.accepted == []


def test_all_recipients_get_it_or_none(certificate: Path) -> None:
    box = Box(rejected="carol@example.org")
    message = sealed(draft(cc=["carol@example.org"]), ec_key())
    with serving(box, certificate) as port, pytest.raises(RefusedByServerError) as caught:
        sent_to(port, message, certificate)
    assert "550 5.1.1 nobody" in str(caught.value)
    assert "Nobody gets it" in str(caught.value)
    assert box.accepted == []


def test_a_refused_and_an_unanswered_message_are_told_apart(certificate: Path) -> None:
    message = sealed(draft(), ec_key())
    with (
        serving(Box(answer="554 no"), certificate) as port,
        pytest.raises(RefusedByServerError, match="554 no"),
    ):
        sent_to(port, message, certificate)
    with (
        serving(Box(), certificate, size=100) as port,
        pytest.raises(RefusedByServerError, match="552"),
    ):
        sent_to(port, message, certificate)
    with (
        serving(Box(hangs_up=True), certificate) as port,
        pytest.raises(UnsettledSendError, match="may deliver it twice"),
    ):
        sent_to(port, message, certificate)


def test_what_is_no_mail_server_is_told_so(certificate: Path) -> None:
    message = sealed(draft(), ec_key())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        answering = threading.Thread(target=lambda: listener.accept()[0].close())
        answering.start()
        with pytest.raises(UnreachableServerError, match="closed the connection"):
            sent_to(port, message, certificate)
        answering.join()
    with pytest.raises(UnreachableServerError, match="Cannot reach"):
        sent_to(port, message, certificate)
    with (
        serving(Box(), certificate) as plain_port,
        pytest.raises(UnreachableServerError, match="does not speak TLS there"),
    ):
        sent_to(plain_port, message, certificate, implicit_tls=True)


@pytest.mark.parametrize(
    ("message", "options", "error", "words"),
    [
        (PLAIN + b"hi\n", {}, NotMailError, "not encrypted"),
        (b"no message", {"plain": True}, NotMailError, "does not begin with a header"),
        (b"From: b@x\n\nhi", {"plain": True}, DraftError, "no recipient"),
        (b"To: b@x\n\nhi", {"plain": True}, DraftError, "--sender"),
        ("Subject: é\n".encode() + PLAIN, {"plain": True}, NotMailError, "not in ASCII"),
        (PLAIN + b"x" * 999 + b"\n", {"plain": True}, NotMailError, "too long"),
        (PLAIN.replace(b"alice@", b"<a b>@"), {"plain": True}, DraftError, "address"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_the_server_is_called(
    certificate: Path, message: bytes, options: dict[str, object], error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        sent_to(1, message, certificate, **options)


def test_authorities_must_be_certificates(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("none")
    with pytest.raises(DraftError, match="no certificates"):
        sent_to(1, sealed(draft(), ec_key()), file)
