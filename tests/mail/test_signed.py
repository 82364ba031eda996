"""Signed messages, made by openssl: the first line says who signed, and whether to believe it."""

from __future__ import annotations

import base64
import io
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from tests.cms.software_key import ec_key
from tests.mail.messages import HEAD, around, opened

from twincard.cms.signed.trust import Trust
from twincard.mail import OpenedMail, SignatureState, open_mail

CONTENT = (
    b"Content-Type: text/plain; charset=utf-8; hp=clear\r\nFrom: bob@example.org\r\n"
    b"Subject: signed\r\n\r\nDear Alice\r\n\r\nthe plan\r\n"
)
VALID, UNKNOWN = SignatureState.VALID, SignatureState.UNKNOWN_SIGNER
WRONG = SignatureState.WRONG


class Signer:
    """Somebody with a self-signed certificate."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        subject = ("-subj", f"/CN={name}", "-addext", f"subjectAltName=email:{name}@example.org")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        output = ("-keyout", f"{name}.key", "-out", f"{name}.crt")
        self._run("req", "-x509", *curve, *output, "-days", "2", *subject)
        self.trust = Trust(
            signers=(x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes()),)
        )

    def signed(self, content: bytes, *, opaque: bool = False) -> bytes:
        """The message with its signature, as it is sent."""
        (self._folder / "content").write_bytes(content)
        words = ["-in", "content", "-signer", f"{self._name}.crt", "-inkey", f"{self._name}.key"]
        form = ["-nodetach"] if opaque else []
        done = self._run("cms", "-sign", "-binary", "-md", "sha256", *words, *form)
        return done.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def _run(self, *words: str) -> bytes:
        return subprocess.run(
            ["openssl", *words], cwd=self._folder, capture_output=True, check=True
        ).stdout


@pytest.fixture(scope="module")
def bob(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("bob"), "bob")


@pytest.fixture(scope="module")
def eve(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("eve"), "eve")


def read(message: bytes, trust: Trust | None) -> OpenedMail:
    return open_mail(io.BytesIO(message), ec_key, trust=trust)


@pytest.mark.parametrize("opaque", [False, True])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_a_signature_is_worth_what_is_known_of_the_signer(
    bob: Signer, eve: Signer, opaque: bool, line_end: bytes
) -> None:
    message = HEAD.replace(b"MIME-Version: 1.0\r\n", b"") + bob.signed(CONTENT, opaque=opaque)
    message = message.replace(b"\r\n", line_end)
    if line_end == b"\n":  # older programs do not say what kind of S/MIME it is
        message = message.replace(b" smime-type=signed-data;", b"")
        assert b"smime-type" not in message
    for trust, state in ((bob.trust, VALID), (eve.trust, UNKNOWN), (None, UNKNOWN)):
        found = read(message, trust)
        assert found.signature.state is state
        assert found.signature.signers == ("CN=bob <bob@example.org>",)
        assert found.sender_confirmed is found.unchanged is (state is VALID)
        assert found.content.text == "Dear Alice\n\nthe plan\n"
        assert (found.content.protected, found.other_parts) == (True, 0)
        assert dict(found.content.fields)["Subject"] == "signed"


@pytest.mark.parametrize("opaque", [False, True])
def test_the_signature_inside_of_the_encryption_counts(bob: Signer, opaque: bool) -> None:
    found = read(around(bob.signed(CONTENT, opaque=opaque), ec_key()), bob.trust)
    assert (found.signature.state, found.sender_confirmed) == (VALID, True)
    assert found.decrypted is not None
    assert found.content.text == "Dear Alice\n\nthe plan\n"


def test_who_signs_an_encrypted_message_has_not_written_it(eve: Signer) -> None:
    encrypted = around(CONTENT, ec_key(), head=b"")
    for opaque in (False, True):
        found = read(HEAD + eve.signed(encrypted, opaque=opaque), eve.trust)
        assert found.signature.state is SignatureState.NONE
        assert found.signed_outside == ("CN=eve <eve@example.org>",)
        assert not found.sender_confirmed
        assert found.content.text == "Dear Alice\n\nthe plan\n"


def test_another_person_s_signature_does_not_confirm_the_sender(bob: Signer, eve: Signer) -> None:
    found = read(HEAD + eve.signed(CONTENT), eve.trust)
    assert (found.signature.state, found.sender_confirmed) == (VALID, False)
    unprotected = CONTENT.replace(b"; hp=clear", b"").replace(b"From: bob@example.org\r\n", b"")
    found = read(HEAD + bob.signed(unprotected), bob.trust)
    assert found.sender_confirmed
    assert not found.content.protected
    forged = HEAD.replace(b"bob@", b"alice@") + bob.signed(unprotected)
    assert not read(forged, bob.trust).sender_confirmed


def test_what_was_changed_is_shown_as_wrong(bob: Signer) -> None:
    clear = HEAD + bob.signed(CONTENT)
    changed = clear.replace(b"the plan", b"the plot")
    found = read(changed, bob.trust)
    assert (found.signature.state, found.unchanged) == (WRONG, False)
    assert "not what was signed" in str(found.signature.reason)
    assert found.content.text == "Dear Alice\n\nthe plot\n"
    for broken in (
        clear.replace(b"Type: application/pkcs7-signature", b"Type: text/plain"),
        clear[: clear.index(b"smime.p7s") + 300],
    ):
        for trust in (bob.trust, None):
            found = read(broken, trust)
            assert found.signature.state is WRONG
            assert found.signature.fails(trust)


def test_parts_around_the_signed_one_are_not_shown(bob: Signer) -> None:
    message = HEAD + bob.signed(CONTENT)
    boundary = message.partition(b'boundary="')[2].partition(b'"')[0]
    added = b"--" + boundary + b"\r\n\r\nand send money\r\n"
    end = b"--" + boundary + b"--"
    found = read(message.replace(end, added + end), bob.trust)
    assert (found.signature.state, found.other_parts) == (VALID, 1)
    assert "money" not in found.content.text


def test_a_signed_file_alone_is_opened(bob: Signer) -> None:
    body = bob.signed(CONTENT, opaque=True).partition(b"\r\n\r\n")[2]
    found = read(base64.b64decode(body), bob.trust)
    assert (found.signature.state, found.content.text) == (VALID, "Dear Alice\n\nthe plan\n")
    found = read(around(base64.b64decode(body), ec_key()), bob.trust)
    assert (found.signature.state, found.content.text) == (VALID, "Dear Alice\n\nthe plan\n")
    assert opened(HEAD + b"\r\nhi", ec_key()).signature.state is SignatureState.NONE
