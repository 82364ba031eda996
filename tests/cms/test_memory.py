"""Memory does not grow with the file."""

from __future__ import annotations

import filecmp
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cms.software_key import ec_key, encrypted

from twincard.cms import BytesOutput, FileOutput, decrypt, encrypt, transcode

CONTENT_BYTES = 64 << 20
ALLOWED_BYTES = 8 << 20


class Zeros(io.RawIOBase):
    """A file of zero bytes that takes no room."""

    def __init__(self, count: int) -> None:
        self._left = count

    def read(self, size: int = -1, /) -> bytes:
        count = min(size, self._left)
        self._left -= count
        return bytes(count)


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Counting(io.BytesIO):
    """A file that counts the bytes that are read of it."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.given += len(piece)
        return piece


@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
@pytest.mark.parametrize("others", [0, 3])
def test_no_byte_is_read_twice(mail: bool, others: int) -> None:
    keys = [ec_key(), *(ec_key(f"stranger {number}") for number in range(others))]
    message = encrypted(bytes(5_000_000), *keys, mail=mail)
    source, output = Counting(message), BytesOutput()
    with output:
        decrypt(source, output, ec_key(), mail=mail)
    assert len(output.value) == 5_000_000
    assert source.given == len(message)


@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
def test_64_mib_are_encrypted_transcoded_and_decrypted_in_constant_memory(
    tmp_path: Path, mail: bool
) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))

    def encrypt_it() -> None:
        with FileOutput(first) as sink:
            encrypt(Zeros(CONTENT_BYTES), sink, [ec_key().recipient], mail=mail)

    def transcode_it() -> None:
        with first.open("rb") as source, FileOutput(second) as sink:
            transcode(source, sink, ec_key().giving_to(ec_key("new").recipient))

    def decrypt_it() -> None:
        with second.open("rb") as source, FileOutput(third) as sink:
            decrypt(source, sink, ec_key("new"), mail=mail)

    for work in (encrypt_it, transcode_it, decrypt_it):
        assert peak_of(work) < ALLOWED_BYTES
    assert third.stat().st_size == CONTENT_BYTES
    assert third.read_bytes().count(0) == CONTENT_BYTES


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_five_gib_survive(tmp_path: Path) -> None:
    size = (5 << 30) + 1
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(size)
        sparse.seek(size // 2)
        sparse.write(b"in the middle")
    with (tmp_path / "sparse").open("rb") as source, FileOutput(tmp_path / "sealed") as sink:
        encrypt(source, sink, [ec_key().recipient])
    with (tmp_path / "sealed").open("rb") as source, FileOutput(tmp_path / "opened") as sink:
        decrypt(source, sink, ec_key())
    assert filecmp.cmp(tmp_path / "sparse", tmp_path / "opened", shallow=False)
