"""The files of the demo, and their digests."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

import twincard

MAIL = Path("mail/offer.eml")
JAPANESE = Path("書類/秘密の手紙.txt")
SOURCES = Path("sources")
LARGE = Path("large/recording.bin")
YOURS = Path("yours")
LARGE_BYTES = 100_000_000
_PIECE_BYTES = 1 << 20

_LETTER = """\
拝啓

秘密鍵はカードの中で生まれ、カードの外に平文で出ることはありません。
カードを失くしても、控えのカードがすべてのファイルを開きます。

敬具
"""


def write_documents(folder: Path, given: Sequence[Path]) -> None:
    """Write the demo's documents, and copies of the files and folders `given`, below `folder`."""
    _write(folder / MAIL, _mail().as_bytes(policy=SMTP))
    _write(folder / JAPANESE, _LETTER.encode())
    _copy_sources(folder / SOURCES)
    _write_large(folder / LARGE)
    for path in given:
        _copy(path, folder / YOURS)


def digests(folder: Path) -> dict[Path, str]:
    """SHA-256 of every file below a folder, by its path from there."""
    return {path: _digest(folder / path) for path in files_below(folder)}


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder, by its path from there, in order."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Alice <alice@example.org>"
    message["To"] = "Bob <bob@example.org>"
    message["Subject"] = "Offer / 見積書"
    message["Date"] = "Mon, 02 Jul 2001 09:00:00 +0900"
    message["Message-ID"] = "<offer@example.org>"
    message.set_content("The offer is attached; please tell nobody.\n")
    rows = ["item,pieces,price"] + [f"card {number},{number * 10},980" for number in range(1, 500)]
    message.add_attachment("\n".join(rows), subtype="csv", filename="見積.csv")
    # Otherwise the boundary would be random.
    message.set_boundary("=-twincard-demo-=")
    return message


def _copy_sources(target: Path) -> None:
    root = Path(twincard.__file__).parent
    for path in sorted(root.rglob("*.py")):
        _write(target / path.relative_to(root), path.read_bytes())


def _write_large(path: Path) -> None:
    # The key stream of AES with a key of zeros is fast, always the same, and cannot be compressed.
    stream = Cipher(AES(bytes(32)), CTR(bytes(16))).encryptor()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for start in range(0, LARGE_BYTES, _PIECE_BYTES):
            file.write(stream.update(bytes(min(_PIECE_BYTES, LARGE_BYTES - start))))


def _copy(path: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    name = path.resolve().name
    target = folder / name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{number}-{name}"
    if path.is_dir():
        shutil.copytree(path, target)
    else:
        shutil.copyfile(path, target)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
