"""How time and memory of whole commands grow with the size, and with the number, of files."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench.files import TWINCARD, run_watched

_SIZES = (1 << 10, 1 << 20, 1 << 24, 1 << 27, 1 << 30)
_NUMBERS = (1, 10, 100, 1000)
_FILE_BYTES = 10_000
_PIECE = secrets.token_bytes(1 << 20)
_PIN = ("--pin-file", "pin")


@dataclass(frozen=True)
class Point:
    """One command for files of `amount`: seconds, and the most memory in bytes.

    `amount` is bytes of one file, or a number of files of 10 kB.
    """

    command: str
    amount: int
    seconds: float
    memory: int


@dataclass(frozen=True)
class Growth:
    """Of each command, from little to much."""

    by_size: Sequence[Point]
    by_number: Sequence[Point]


def measure_growth(folder: Path) -> Growth:
    """With the cards and the key that the commands' story has left in a folder."""
    by_size = [point for size in _SIZES for point in _with_size(folder, size)]
    by_number = [point for number in _NUMBERS for point in _with_number(folder, number)]
    return Growth(by_size, by_number)


def _with_size(folder: Path, size: int) -> list[Point]:
    with (folder / "grown").open("wb") as file:
        for start in range(0, size, len(_PIECE)):
            file.write(_PIECE[: size - start])
    encrypt = ("encrypt", "--to", "key.pem", "--force", "grown", "-o", "grown.p7m")
    decrypt = ("decrypt", "-r", "sim:backup", *_PIN, "--force", "grown.p7m", "-o", "grown")
    found = [_point(folder, size, encrypt), _point(folder, size, decrypt)]
    for name in ("grown", "grown.p7m"):
        (folder / name).unlink()
    return found


def _with_number(folder: Path, number: int) -> list[Point]:
    many = folder / "many"
    many.mkdir()
    names = [f"many/{one}" for one in range(number)]
    for name in names:
        (folder / name).write_bytes(_PIECE[:_FILE_BYTES])
    encrypted = [f"{name}.p7m" for name in names]
    recover = ("recover", "--from", "sim:backup", "--new", "sim:new-original", "--no-journal")
    found = [
        _point(folder, number, ("encrypt", "--to", "key.pem", *names)),
        _point(folder, number, ("decrypt", "-r", "sim:backup", *_PIN, "--force", *encrypted)),
        _point(folder, number, (*recover, *_PIN, *encrypted)),
    ]
    shutil.rmtree(many)
    return found


def _point(folder: Path, amount: int, words: Sequence[str]) -> Point:
    ran = run_watched(folder, [TWINCARD, *words])
    return Point(words[0], amount, ran.seconds, ran.memory)
