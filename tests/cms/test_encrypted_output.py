"""One message's content goes into another without being written anywhere in between."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.cms.software_key import decrypted, ec_key, encrypted

from twincard.cms import AlteredError, EncryptedOutput, FileOutput, TooLargeError, decrypt

CONTENT = bytes(range(256)) * 5000


def reencrypted(message: bytes, path: Path, *, mail: bool = False) -> None:
    """The message for Alice becomes a file for Bob."""
    bob = [ec_key("bob").recipient]
    with EncryptedOutput(FileOutput(path), bob, mail=mail) as output:
        decrypt(io.BytesIO(message), output, ec_key("alice"), mail=True)


@pytest.mark.parametrize("mail", [False, True])
@pytest.mark.parametrize("content", [b"", b"one block, less", CONTENT])
def test_the_content_is_the_same_under_a_new_key(
    tmp_path: Path, content: bytes, *, mail: bool
) -> None:
    reencrypted(encrypted(content, ec_key("alice"), mail=mail), tmp_path / "new", mail=mail)
    assert decrypted((tmp_path / "new").read_bytes(), ec_key("bob")) == content


def test_nothing_is_left_of_an_altered_message(tmp_path: Path) -> None:
    message = bytearray(encrypted(CONTENT, ec_key("alice")))
    message[-20] ^= 1
    with pytest.raises(AlteredError):
        reencrypted(bytes(message), tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_when_writing_or_the_end_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="at least one recipient"):
        EncryptedOutput(FileOutput(tmp_path / "new"), []).__enter__()
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr("twincard.cms.content.encryption.MAX_GCM_BYTES", 1000)
    bob = EncryptedOutput(FileOutput(tmp_path / "new"), [ec_key("bob").recipient])
    with pytest.raises(TooLargeError), bob as output:
        output.write(bytes(1001))
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="inside its with statement"):
        bob.write(b"")
