"""`openssl cms` verifies what twincard signs, and twincard what `openssl cms` signs."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.signed.signers import Person, authority, person

from twincard.cms import BytesOutput, FilesError, NotVerifiedError, Trust, verify, verify_detached
from twincard.cms.signed.signing import sign, sign_detached

ROOT = authority("root")
MIDDLE = authority("middle", ROOT)
TRUST = Trust((ROOT.certificate,))
LETTER = "こんにちは\r\n".encode() * 3000


def openssl(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", "cms", *words], capture_output=True, check=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter").write_bytes(LETTER)
    (tmp_path / "root.pem").write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    return tmp_path


def made(make: Callable[..., None], signer: Person) -> bytes:
    out = io.BytesIO()
    make(io.BytesIO(LETTER), out, signer.signer())
    return out.getvalue()


@pytest.mark.parametrize("name", ["alice", "rsa alice"])
def test_openssl_verifies_ours(folder: Path, name: str) -> None:
    alice = person(name, MIDDLE, mail="alice@example.org")
    (folder / "signed").write_bytes(made(sign, alice))
    (folder / "signature").write_bytes(made(sign_detached, alice))
    verify_it = ("-verify", "-binary", "-inform", "DER", "-CAfile", "root.pem", "-cades")
    ran = openssl(*verify_it, "-in", "signed")
    assert (ran.returncode, ran.stdout) == (0, LETTER), ran.stderr
    assert b"CAdES Verification successful" in ran.stderr
    apart = (*verify_it, "-in", "signature", "-content", "letter")
    assert openssl(*apart).returncode == 0
    (folder / "letter").write_bytes(LETTER + b"!")
    assert openssl(*apart).returncode != 0


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("alice", ""),
        ("alice", "-cades -md sha384"),
        ("alice", "-keyid -nosmimecap"),
        ("p384 alice", "-md sha512"),
        ("rsa alice", ""),
        ("rsa alice", "-md sha512 -keyopt rsa_padding_mode:pss"),
        ("rsa alice", "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32"),
    ],
)
def test_we_verify_what_openssl_signs(folder: Path, name: str, options: str) -> None:
    alice = person(name, MIDDLE, mail="alice@example.org")
    signing = ("-sign", "-binary", "-in", "letter", *alice.write(folder, "alice"), *options.split())
    for form in ("DER", "PEM"):
        assert openssl(*signing, "-outform", form, "-out", "signature").returncode == 0
        apart = (folder / "signature").read_bytes()
        (found,) = verify_detached(io.BytesIO(LETTER), apart, TRUST)
        assert found.certificate == alice.certificate
        with pytest.raises(NotVerifiedError):
            verify_detached(io.BytesIO(LETTER[1:]), apart, TRUST)
    # OpenSSL 3.0 fails to stream with PSS.
    streams = ((),) if "pss" in options else ((), ("-stream",))
    for streamed, form in product(streams, ("DER", "PEM", "SMIME")):
        words = (*signing, "-nodetach", *streamed, "-outform", form, "-out", "signed")
        assert openssl(*words).returncode == 0
        with BytesOutput() as sink:
            verify(io.BytesIO((folder / "signed").read_bytes()), sink, TRUST)
        assert sink.value == LETTER


def test_two_signers_of_openssl(folder: Path) -> None:
    people = [person("rsa bob"), person("alice", MIDDLE)]
    options = [word for n, one in enumerate(people) for word in one.write(folder, f"person-{n}")]
    words = ("-sign", "-binary", "-in", "letter", *options, "-outform", "DER", "-out", "signature")
    assert openssl(*words).returncode == 0
    trust = Trust((ROOT.certificate,), (people[0].certificate,))
    found = verify_detached(io.BytesIO(LETTER), (folder / "signature").read_bytes(), trust)
    assert {one.certificate for one in found} == {one.certificate for one in people}


def test_signatures_that_could_be_of_something_else_are_refused(folder: Path) -> None:
    alice = person("alice", MIDDLE)
    signing = ("-sign", "-binary", "-in", "letter", *alice.write(folder, "alice"))
    for options in ("-noattr", "-md sha1"):
        words = (*signing, *options.split(), "-outform", "DER", "-out", "signature")
        assert openssl(*words).returncode == 0
        with pytest.raises(FilesError):
            verify_detached(io.BytesIO(LETTER), (folder / "signature").read_bytes(), TRUST)
