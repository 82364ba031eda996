"""What OpenSC sees of other cards, and what it cannot do with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from tests.opensc.conftest import CERTIFICATE, PROFILE, CardInReader, make_pair, put_in, run
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.cms import FileOutput
from twincard.flows.files.decrypt import decrypt_file
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory
from twincard.transport import connect

MESSAGE = b"Content-Type: text/plain\r\n\r\nhello\r\n"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def test_curves_are_shown_but_openscs_driver_has_no_use_for_them(
    tmp_path: Path, pcsc_service: PcscService, stack: ExitStack
) -> None:
    pair = make_pair(KeyType.P_256, None)
    stack.callback(pair.close)
    cards = put_in(pair, tmp_path, pcsc_service, stack)
    words = ("openssl", "cms", "-encrypt", "-aes256", "-outform", "DER", "-out", "mail.p7m")
    assert run(*words, CERTIFICATE, folder=tmp_path, stdin=MESSAGE).returncode == 0
    for card in cards.values():
        assert "Private EC Key [Decryption key]" in _dump(card)
        mechanisms = card.pkcs11("--list-mechanisms").stdout
        assert b"RSA-PKCS" in mechanisms
        assert b"ECDH" not in mechanisms
        assert b"ECDSA" not in mechanisms
        certificate = card.tool("pkcs15-tool", "--read-certificate", "01").stdout
        assert certificate == (tmp_path / CERTIFICATE).read_bytes()
        tested = card.pkcs11("--test")
        assert (tested.returncode, b"No errors" in tested.stdout) == (0, True)
        _opens(card, tmp_path / "mail.p7m")


def _dump(card: CardInReader) -> str:
    return card.tool("pkcs15-tool", "--dump").stdout.decode()


def _opens(card: CardInReader, mail: Path) -> None:
    """Twincard itself opens the mail, with the same card in the same reader."""
    opened = mail.with_name(card.name)
    with Card(connect(f"pcsc:{card.reader}")) as session:
        session.pin.verify(Secret(card.pin))
        decrypt_file(session, mail, FileOutput(opened), mail=True)
    assert opened.read_bytes() == MESSAGE


def test_the_policy_decides_what_is_shown(
    tmp_path: Path, pcsc_service: PcscService, stack: ExitStack
) -> None:
    policy = PolicyFlags.PUBLIC_KEY_IN_BACKUP | PolicyFlags.DECIPHER_OFF
    pair = make_pair(KeyType.RSA_2048, None, replace(PROFILE, policy=policy))
    stack.callback(pair.close)
    for card in put_in(pair, tmp_path, pcsc_service, stack).values():
        text = _dump(card)
        assert "Public RSA Key [Decryption key]" in text
        assert "X.509 Certificate [Decryption key]" in text
        assert "Private RSA Key" not in text  # the card would not use it


def test_a_card_of_the_usual_name_is_none_to_opensc(
    pcsc_service: PcscService, tmp_path: Path, stack: ExitStack
) -> None:
    lab = stack.enter_context(Laboratory.start())
    lab.install(b"\x80\x20" + bytes(32))
    reader = pcsc_service.readers[0]
    stack.enter_context(inserted(lab, reader))
    result = run("pkcs15-tool", "--reader", reader.name, "--dump", folder=tmp_path)
    assert result.returncode != 0
