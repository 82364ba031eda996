"""Files that users name are read whole or not at all, and never without end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from twincard.cli.card.check import check
from twincard.cli.file.to import read_recipients
from twincard.cli.key.certificate import certificate
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.prompts import read_secret
from twincard.globalplatform.cap import CapError, CapFile
from twincard.ground.bounded_read import read_bounded
from twincard.identity.issuer_signing_key import IssuerSigningKey, read_issuer_public_key
from twincard.keys.component import ComponentError, read_component
from twincard.keys.management_keys import ManagementKeysError, read_management_keys
from twincard.keys.public import UnusablePublicKeyError
from twincard.keys.shares import ShareError, read_share
from twincard.keys.transport_key import TransportKeyError, read_transport_key

ENDLESS = Path("/dev/zero")


def test_as_many_bytes_as_there_may_be_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345678")
    assert read_bounded(file, 9) == read_bounded(file, 8) == b"12345678"
    assert read_bounded(file, 7) is None
    file.write_bytes(b"")
    assert read_bounded(file, 0) == b""
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "none", 8)


@pytest.mark.skipif(sys.platform != "linux", reason="reads a file that does not end")
@pytest.mark.parametrize(
    ("read", "error", "sentence"),
    [
        (read_secret, InputError, "one line with the secret, and nothing else"),
        (
            lambda path: read_recipients([str(path)]),
            InputError,
            "neither a public key nor a certificate",
        ),
        (read_component, ComponentError, "the file is too long"),
        (read_share, ShareError, "is not a share file"),
        (read_transport_key, TransportKeyError, "must hold 64 hex digits"),
        (read_management_keys, ManagementKeysError, "is not a management keys file"),
        (CapFile.read, CapError, "too long for a CAP file"),
        (IssuerSigningKey.read, ValueError, "is not an issuer's signing key"),
        (read_issuer_public_key, ValueError, "neither a public key nor a certificate"),
        (
            lambda path: check("sim:none", public_key=path),
            UnusablePublicKeyError,
            "neither a public key nor a certificate",
        ),
        (
            lambda path: certificate("sim:none", store=path),
            InputError,
            "is not an X.509 certificate",
        ),
    ],
)
def test_a_file_without_an_end_is_refused_in_its_reader_s_words(
    read: Callable[[Path], object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        read(ENDLESS)


def test_certificates_of_a_file_too_long_are_not_cut_short(tmp_path: Path) -> None:
    key = IssuerSigningKey.draw()
    file = tmp_path / "issuer.pub"
    file.write_bytes(key.public_pem())
    assert read_issuer_public_key(file) == key.public_key
    file.write_bytes(key.public_pem() + b"\n" * (1 << 16))
    with pytest.raises(ValueError, match="neither a public key nor a certificate"):
        read_issuer_public_key(file)
