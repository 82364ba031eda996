"""`inspect` says to whom a file is encrypted, and how, without a card or a PIN."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.cli.commands import Desk
from tests.cms.certified import certificate, pem
from tests.cms.software_key import ec_key, rsa_key

from twincard.cms import Readable, Recipient, encrypt, inspect
from twincard.cms.content.encryption import MessageWriter


class Head(io.RawIOBase, Readable):
    """A stream that must not be read to its end."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)
        self.read_bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        self.read_bytes += size
        assert self.read_bytes <= 1 << 21
        return self._inner.read(size)


def to(*recipients: Recipient, mail: bool = False, content: bytes = b"x" * 99) -> bytes:
    sink = io.BytesIO()
    encrypt(io.BytesIO(content), sink, recipients, mail=mail)
    return sink.getvalue()


def bare(key: object) -> Recipient:
    public = key.public_key()  # type: ignore[attr-defined]
    return Recipient.from_bytes(
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )


@pytest.mark.parametrize(
    ("key", "kind", "algorithm"),
    [
        (rsa_key().private, "rsa", "RSAES-OAEP with SHA-256"),
        (ec_key().private, "p256", "ECDH P-256, SHA-256, AES-256 key wrap"),
        (rsa.generate_private_key(65537, 3072), "rsa", "RSA-OAEP"),
        (ec.generate_private_key(ec.SECP384R1()), "key_agreement", "ECDH P-384"),
        (ec.generate_private_key(ec.SECP521R1()), "key_agreement", "ECDH P-521"),
        (x25519.X25519PrivateKey.generate(), "key_agreement", "X25519"),
        (mlkem.MLKEM768PrivateKey.generate(), "kem", "ML-KEM-768"),
        (mlkem.MLKEM1024PrivateKey.generate(), "kem", "ML-KEM-1024"),
    ],
)
def test_every_kind_of_recipient_is_told(key: object, kind: str, algorithm: str) -> None:
    found = inspect(io.BytesIO(to(bare(key))))
    (one,) = found.recipients
    assert (one.kind, one.algorithm) == (kind, algorithm)
    assert one.identifier == bare(key).identifier
    assert (found.encryption, found.is_authenticated) == ("AES-256-GCM", True)


def test_only_the_head_is_read() -> None:
    content = to(rsa_key().recipient, content=bytes(8 << 20))
    assert inspect(Head(content)).content_type == "1.2.840.113549.1.7.1"


def test_a_file_is_inspected_without_a_card(desk: Desk) -> None:
    made = certificate("Hanako", ec_key().private.public_key(), key_identifier=b"hanako")
    Path("hanako.crt").write_bytes(pem(made))
    desk.done("contact", "add", "花子", "hanako.crt")
    Path("bob.pem").write_bytes(rsa_key().public.to_pem())
    Path("letter").write_bytes(b"secret")
    desk.done("encrypt", "--to", "花子", "--to", "bob.pem", "letter")
    shown = desk.json("inspect", "letter.p7m")
    assert (shown["kind"], shown["encryption"], shown["authenticated"]) == (
        "auth_enveloped",
        "AES-256-GCM",
        True,
    )
    assert (shown["content_bytes"], shown["armoured"]) == (None, False)
    by_kind = {one["kind"]: one for one in shown["recipients"]}
    assert by_kind["p256"]["contacts"] == ["花子"]
    assert by_kind["p256"]["key_identifier"] == b"hanako".hex()
    assert (by_kind["rsa"]["contacts"], by_kind["rsa"]["cards"]) == ([], [])
    desk.done("encrypt", "--to", "花子", "--for-mail", "letter", "-o", "mail.p7m")
    (mail,) = desk.json("inspect", "mail.p7m")["recipients"]
    assert (mail["issuer"], int(mail["serial_number"], 16)) == ("CN=Some CA", made.serial_number)
    assert mail["contacts"] == ["花子"]
    text = desk.done("inspect", "-", stdin=Path("mail.p7m").read_bytes()).text
    for words in ("AES-256-CBC (tampering cannot be detected)", "花子", "CN=Some CA"):
        assert words in text
    assert all(len(line) <= 80 for line in text.splitlines())
    desk.run("inspect", "letter").failed(8, "not a CMS file")
    desk.run("inspect", "missing").failed(8, "missing")


@pytest.mark.parametrize(("size", "told"), [(1, "1 byte\n"), (1000, "1,000 bytes\n")])
def test_the_size_is_told_where_the_head_says_it(desk: Desk, size: int, told: str) -> None:
    sink = io.BytesIO()
    message = MessageWriter(sink, [ec_key().recipient], mail=True, authenticated=True, size=size)
    message.write(bytes(size))
    message.finish()
    Path("message").write_bytes(sink.getvalue())
    assert desk.json("inspect", "message")["content_bytes"] == size
    assert told in desk.done("inspect", "message").text


def test_cards_are_recognised_without_a_pin(duplicated: Desk) -> None:
    Path("letter").write_bytes(b"secret")
    Path("bob.pem").write_bytes(ec_key().public.to_pem())
    duplicated.done("encrypt", "--to", "alice.pem", "--to", "bob.pem", "letter")
    found = duplicated.json("inspect", "letter.p7m")["recipients"]
    assert sorted(one["cards"] for one in found) == [[], ["sim:alice", "sim:控え"]]
    again = duplicated.json("inspect", "letter.p7m", "-r", "sim:控え")["recipients"]
    assert sorted(one["cards"] for one in again) == [[], ["sim:控え", "sim:alice"]]
    duplicated.run("inspect", "letter.p7m", "-r", "sim:none").failed(3, "none")
    assert "sim:alice" in duplicated.done("inspect", "letter.p7m").text
