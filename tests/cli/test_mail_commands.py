"""`twincard mail` seals without a card, opens with one, and says first what can be trusted."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tests.cli.commands import Desk
from tests.cms.software_key import rsa_key
from tests.mail.mail_server import PASSWORD, Box, serving, write_certificate

from twincard.cms import Recipient, encrypt

ADDRESSES = ("--sender", "bob@example.org", "--to-address", "Alice <alice@example.org>")
BY_ORIGINAL = ("-r", "sim:alice", "--pin-file", "pin")


@pytest.fixture
def sealed(duplicated: Desk) -> Desk:
    """A message for Alice in m.eml, with a file."""
    Path("letter.txt").write_text("Dear Alice\r\n", encoding="utf-8-sig")
    Path("計画.pdf").write_bytes(b"%PDF" * 100)
    words = ("--subject", "The plan", "--text", "letter.txt", "--attach", "計画.pdf")
    done = duplicated.done("mail", "seal", "--to", "alice.pem", *ADDRESSES, *words, "-o", "m.eml")
    assert done.text == "The message was encrypted into m.eml.\nRecipients: alice.pem\n"
    return duplicated


def test_a_message_is_sealed_and_opened_by_either_card(sealed: Desk) -> None:
    for reader, pin in (("sim:alice", "pin"), ("sim:控え", "backup-pin")):
        text = sealed.done("mail", "open", "-r", reader, "--pin-file", pin, "m.eml").text
        first, *rest = text.splitlines()
        assert first == (
            "Unauthenticated: encrypted, but not signed. Anybody may have written or changed it."
        )
        assert "Subject:  The plan" in [" ".join(line.split(" ", 1)) for line in rest]
        assert "Dear Alice" in rest
        assert rest[-1] == "  計画.pdf (application/pdf, 400 bytes)"


def test_attachments_are_saved_and_no_file_is_replaced(sealed: Desk) -> None:
    for name in ("計画.pdf", "計画-2.pdf"):
        told = sealed.json("mail", "open", *BY_ORIGINAL, "m.eml", "--save", "saved")
        (attachment,) = told["attachments"]
        assert attachment["path"] == f"saved/{name}"
        assert Path("saved", name).read_bytes() == b"%PDF" * 100
    assert (told["encrypted"], told["authenticated"], told["authentic"]) == (True, False, False)
    assert (told["signature"], told["signers"], told["signed_outside"]) == ("none", [], [])
    assert told["fields_protected"]
    assert {"name": "Subject", "value": "The plan"} in told["fields"]


def test_authenticated_mail_is_called_unchanged(sealed: Desk) -> None:
    words = ("--text", "letter.txt", "--authenticated", "-o", "a.eml", "--json")
    told = sealed.run("mail", "seal", "--to", "alice.pem", *ADDRESSES, *words).json
    assert (told["output"], [one["name"] for one in told["recipients"]]) == ("a.eml", ["alice.pem"])
    text = sealed.done("mail", "open", *BY_ORIGINAL, "a.eml").text
    assert text.startswith("Encrypted and unchanged since, but not signed")


def test_a_pipe_seals_and_opens(duplicated: Desk) -> None:
    message = b"From: bob@example.org\nTo: alice@example.org\nSubject: s\n\nhi\n"
    sealed = duplicated.done("mail", "seal", "--to", "alice.pem", "-", stdin=message).out
    opened = duplicated.done("mail", "open", *BY_ORIGINAL, "-", stdin=sealed).text
    assert opened.endswith("Subject:  s\n\nhi\n")


def test_nothing_in_a_message_reaches_the_terminal_as_a_command(duplicated: Desk) -> None:
    content = (
        b"Content-Type: text/plain; charset=utf-8; hp=cipher\r\n"
        b"From: =?utf-8?q?Bob=1B]0;x=07=0AUnauthenticated?= <bob@example.org>\r\n"
        b"Subject: =?utf-8?b?4oCuZXhl?=\r\n\r\n"
        + "\x1b[2JEncrypted and unchanged since\u202e\x9b1m\r\n".encode()
    )
    sink = io.BytesIO()
    alice = Recipient.from_bytes(Path("alice.pem").read_bytes())
    encrypt(io.BytesIO(content), sink, [alice], mail=True)
    Path("m.p7m").write_bytes(sink.getvalue())
    text = duplicated.done("mail", "open", *BY_ORIGINAL, "m.p7m").text
    assert text.startswith("Unauthenticated: ")
    for forbidden in ("\x1b", "\x07", "\x9b", "\u202e"):
        assert forbidden not in text
    assert "\\x1b[2JEncrypted and unchanged since\\u202e\\x9b1m" in text
    assert len([line for line in text.splitlines() if line.startswith("Unauthenticated")]) == 1


def test_what_is_missing_is_said_before_a_card_is_asked_for(sealed: Desk) -> None:
    run = sealed.run
    run("mail", "open", "m.eml").failed(2, "--reader")
    run("mail", "open", "nowhere.eml").failed(8, "No such file")
    run("mail", "open", *BY_ORIGINAL, "letter.txt").failed(8, "not a mail message")
    run("mail", "open", "m.eml", "--save", "letter.txt").failed(2, "not a folder")
    seal = ("mail", "seal", "--to", "alice.pem")
    run(*seal, "--text", "letter.txt").failed(2, "--sender")
    run(*seal, *ADDRESSES).failed(2, "neither a text nor an attachment")
    run(*seal, *ADDRESSES, "m.eml").failed(2, "finished message")
    run(*seal, *ADDRESSES, "--text", "計画.pdf", "-o", "m.eml").failed(2, "--force")
    run(*seal, *ADDRESSES, "--attach", "nowhere").failed(8, "nowhere")
    Path("latin").write_bytes(b"\xe9")
    run(*seal, *ADDRESSES, "--text", "latin").failed(2, "UTF-8")
    run(*seal, "m.eml", "--json").failed(2, "--json")


def test_a_message_in_the_clear_needs_no_card(duplicated: Desk) -> None:
    Path("plain.eml").write_bytes(b"From: bob@example.org\n\nhi\n")
    text = duplicated.done("mail", "open", "plain.eml").text
    assert text.startswith("Unauthenticated: neither encrypted nor signed.")


def test_send_says_whether_the_server_accepted(sealed: Desk) -> None:
    certificate = write_certificate(sealed.folder)
    sealed.write_secret("password", PASSWORD)
    box = Box()
    with serving(box, certificate) as port:
        server = ("--server", f"127.0.0.1:{port}", "--ca-file", str(certificate))
        log_in = ("--user", "bob", "--password-file", "password")
        told = sealed.json("mail", "send", *server, *log_in, "m.eml")
        assert told["recipients"] == ["alice@example.org"]
        assert told["server"] == f"127.0.0.1:{port}"
        text = sealed.done("mail", "send", *server, "m.eml").text
        assert text == f"127.0.0.1:{port} accepted the message for 1 recipient: {box.answer}.\n"
        assert len(box.accepted) == 2
        sealed.write_secret("password", "another-4712")
        sealed.run("mail", "send", *server, *log_in, "m.eml").failed(5, "Nothing was sent")
        sealed.run("mail", "send", *server[:2], "m.eml").failed(10, "--ca-file")
        sealed.run("mail", "send", *server, "letter.txt").failed(8, "not a mail message")
        box.rejected = "alice@example.org"
        refused = sealed.run("mail", "send", *server, "m.eml").failed(7, "Nobody gets it")
        assert "\x1b" not in refused
        box.rejected, box.hangs_up = "", True
        sealed.run("mail", "send", *server, "m.eml").failed(11, "may deliver it twice")
    sealed.run("mail", "send", *server, "m.eml").failed(10, "Nothing was sent")
    for wrong in ("mail:0", "mail:x", ":587", "mail:99999"):
        sealed.run("mail", "send", "--server", wrong, "m.eml").failed(2, "HOST:PORT")
    sealed.run("mail", "send", *server, *log_in[2:], "m.eml").failed(2, "--user")
    sealed.run("mail", "send", *server, "--user", "bob", "m.eml").failed(2, "--password-file")
    both = ("--user", "bob", "--password-file", "-", "-")
    sealed.run("mail", "send", *server, *both).failed(2, "--password-file")


def test_who_signs_is_named_to_the_recipients_and_openssl_agrees(sealed: Desk) -> None:
    made = ("certificate", *BY_ORIGINAL, "--signature-key", "--name", "Bob")
    Path("bob.crt").write_bytes(sealed.done(*made, "--mail", "bob@example.org").out)
    key = rsa_key()
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    Path("carol.key").write_bytes(pem)
    public = key.private.public_key()
    Path("carol.pem").write_bytes(
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    words = ("--to", "alice.pem", "--to", "carol.pem", *ADDRESSES, "--text", "letter.txt")
    sign = ("--sign", *BY_ORIGINAL)
    sealed.done("mail", "seal", *words, "--subject", "s", *sign, "-o", "s.eml")
    text = sealed.done("mail", "open", *BY_ORIGINAL, "s.eml", "--signer", "bob.crt").text
    first, second, *_rest = text.splitlines()
    assert first.startswith("Authentic: signed by ")
    assert "bob@example.org" in first
    assert second == ""
    told = sealed.json("mail", "open", *BY_ORIGINAL, "s.eml")
    assert (told["signature"], told["authentic"]) == ("unknown_signer", False)
    trusting = ("mail", "open", *BY_ORIGINAL, "m.eml", "--signer", "bob.crt", "--save", "kept")
    assert sealed.run(*trusting).code == 9
    assert list(Path("kept").iterdir()) == []
    inside = run("openssl", "cms", "-decrypt", "-in", "s.eml", "-inkey", "carol.key")
    Path("inside.eml").write_bytes(inside)
    verify = ("openssl", "cms", "-verify", "-in", "inside.eml", "-CAfile", "bob.crt")
    content = run(*verify, "-purpose", "any", "-partial_chain")
    assert b'hp="cipher"' in content
    assert b"Dear Alice" in content
    finished = b"From: bob@example.org\nTo: alice@example.org\n\nhi\n"
    again = sealed.done("mail", "seal", "--to", "alice.pem", *sign, "-", stdin=finished).out
    opened = sealed.done("mail", "open", *BY_ORIGINAL, "-", "--signer", "bob.crt", stdin=again)
    assert opened.text.startswith("Authentic: ")
    sealed.run("mail", "seal", *words, "--sign").failed(2, "--reader")
    sealed.run("mail", "seal", *words, *BY_ORIGINAL).failed(2, "--sign")


def run(*words: str) -> bytes:
    return subprocess.run(words, capture_output=True, check=True).stdout
