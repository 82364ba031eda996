"""Cards that want a PIN for each operation: OpenSC is told, asks again, and nobody else profits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.opensc.conftest import CERTIFICATE, PROFILE, CardInReader, make_pair, put_in, run
from tests.opensc.shared import held
from tests.pcsc.service import PcscService

from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.cms import FileOutput
from twincard.flows.files.decrypt import decrypt_file
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.transport import connect

SECRET = b"for one time"
TWICE = """
import os, pathlib, sys
import pkcs11
(token,) = pkcs11.lib("opensc-pkcs11.so").get_tokens(token_label=sys.argv[1])
with token.open(user_pin=os.environ["PIN"]) as session:
    key = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, id=b"\\x01")
    assert key[pkcs11.Attribute.ALWAYS_AUTHENTICATE]
    for _ in range(2):
        print(key.decrypt(pathlib.Path("sealed").read_bytes(), mechanism=pkcs11.Mechanism.RSA_PKCS))
"""


@pytest.fixture(scope="module")
def careful_pair(
    tmp_path_factory: pytest.TempPathFactory, pcsc_service: PcscService
) -> Iterator[dict[str, CardInReader]]:
    policy = PROFILE.policy | PolicyFlags.PIN_EACH_TIME
    made = make_pair(KeyType.RSA_2048, KeyType.RSA_2048, replace(PROFILE, policy=policy))
    with ExitStack() as stack:
        yield put_in(made, tmp_path_factory.mktemp("careful"), pcsc_service, stack)
    made.close()


@pytest.fixture(params=["alice", "backup"])
def card(request: pytest.FixtureRequest, careful_pair: dict[str, CardInReader]) -> CardInReader:
    """With a cryptogram for its key in the file `sealed`."""
    found = careful_pair[request.param]
    certificate = x509.load_pem_x509_certificate((found.folder / CERTIFICATE).read_bytes())
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    (found.folder / "sealed").write_bytes(public.encrypt(SECRET, padding.PKCS1v15()))
    (found.folder / "message").write_bytes(SECRET)
    return found


def test_the_key_is_shown_as_one_that_wants_a_pin_each_time(card: CardInReader) -> None:
    shown = card.pkcs11("--list-objects").stdout.decode()
    assert shown.count("always authenticate") == 2


def test_opensc_decrypts_and_signs_with_the_pin_given_again(card: CardInReader) -> None:
    for _ in range(2):
        made = card.pkcs11("--decrypt", "-m", "RSA-PKCS", "--id", "01", "-i", "sealed")
        assert made.stdout == SECRET, made.stderr
    made = card.pkcs11("--sign", "-m", "SHA256-RSA-PKCS", "--id", "02", "-i", "message")
    assert (made.returncode, len(made.stdout)) == (0, 256), made.stderr
    words = ("--decipher", "--pkcs1", "--key", "01", "--raw", "--input", "sealed", "--pin", "-")
    made = card.tool("pkcs15-crypt", *words, stdin=card.pin.encode())
    assert made.stdout == SECRET, made.stderr


def test_who_verified_it_once_is_served_once(card: CardInReader) -> None:
    made = subprocess.run(
        [sys.executable, "-c", TWICE, card.label],
        cwd=card.folder,
        capture_output=True,
        check=False,
        timeout=60,
        env=os.environ | {"PIN": card.pin},
    )
    assert made.returncode != 0
    assert made.stdout.count(SECRET) <= 1
    assert b"UserNotLoggedIn" in made.stderr


def test_twincard_opens_several_files_all_the_same(card: CardInReader, tmp_path: Path) -> None:
    words = ("openssl", "cms", "-encrypt", "-aes256", "-outform", "DER", "-out", "mail.p7m")
    assert run(*words, CERTIFICATE, folder=card.folder, stdin=SECRET).returncode == 0
    pin = Secret(card.pin)
    with Card(connect(f"pcsc:{card.reader}")) as session:
        for number in range(2):
            sink = FileOutput(tmp_path / str(number))
            decrypt_file(session, card.folder / "mail.p7m", sink, pin=lambda: pin, mail=True)
            assert (tmp_path / str(number)).read_bytes() == SECRET


def test_who_comes_next_finds_no_pin_verified_after_an_operation(card: CardInReader) -> None:
    with held(card) as holder:
        made = card.pkcs11("--decrypt", "-m", "RSA-PKCS", "--id", "01", "-i", "sealed")
        assert made.stdout == SECRET, made.stderr
        assert not holder.finds_the_pin_verified()
        made = card.pkcs11("--sign", "-m", "SHA256-RSA-PKCS", "--id", "02", "-i", "message")
        assert made.returncode == 0, made.stderr
        assert not holder.finds_the_pin_verified()
        # A verification of which nothing came is there for the next.
        assert card.pkcs11("--list-objects").returncode == 0
        assert holder.finds_the_pin_verified()
