"""How fast files are encrypted and decrypted, compared with `openssl cms` and `age` in one run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from twincard.simulator.folder import HOME_VARIABLE

LARGE_BYTES = 1 << 30
_ROUNDS = 3
_PIECE = os.urandom(1 << 20)
TWINCARD = str(Path(sys.executable).with_name("twincard"))
_WATCH = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command; prints its seconds, and the most memory it had, in KiB."""
_IMPORT = "import cryptography.hazmat.primitives.ciphers"


@dataclass(frozen=True)
class FileTime:
    """The best time of whole processes, in seconds, and the most memory of ours in bytes."""

    name: str
    ours: float
    memory: int
    others: Mapping[str, float]


@dataclass(frozen=True)
class Ran:
    """Seconds of a whole process, and the most memory of it or of one that it started."""

    seconds: float
    memory: int


def measure_files(folder: Path) -> list[FileTime]:
    """With the cards and the key that the commands' story has left in a folder."""
    plain, one = folder / "plain", folder / "one byte"
    one.write_bytes(b"1")
    with plain.open("wb") as file:
        for _ in range(LARGE_BYTES // len(_PIECE)):
            file.write(_PIECE)
    _certify(folder)
    encrypt = [TWINCARD, "encrypt", "--to", "key.pem", "--force"]
    decrypt = [TWINCARD, "decrypt", "-r", "sim:backup", "--pin-file", "pin", "--force"]
    found = [
        _compared(
            folder,
            "encrypt 1 GiB",
            [*encrypt, plain.name, "-o", "ours.p7m"],
            {"openssl cms -stream": _openssl_encrypt(plain), "age": _age(folder, plain)},
        ),
        _compared(
            folder,
            "decrypt 1 GiB",
            [*decrypt, "ours.p7m", "-o", "ours"],
            {"openssl cms": _openssl_decrypt(), "age": _age(folder, None)},
        ),
        _compared(
            folder,
            "encrypt 1 byte",
            [*encrypt, one.name, "-o", "one.p7m"],
            {"Python with the ciphers": [sys.executable, "-c", _IMPORT]},
        ),
    ]
    if (folder / "ours").stat().st_size != LARGE_BYTES:
        raise AssertionError("A decrypted file is not what was encrypted.")
    for name in ("plain", "ours", "ours.p7m", "openssl.p7m", "openssl", "aged", "age"):
        (folder / name).unlink(missing_ok=True)
    return found


def _compared(
    folder: Path, name: str, ours: Sequence[str], others: Mapping[str, Sequence[str]]
) -> FileTime:
    """Each in turn, several times, so that all have the same machine."""
    told: dict[str, list[Ran]] = {
        "": [],
        **{other: [] for other, words in others.items() if words},
    }
    for _ in range(_ROUNDS):
        for other, runs in told.items():
            runs.append(run_watched(folder, others[other] if other else ours))
    best = {other: min(run.seconds for run in runs) for other, runs in told.items()}
    memory = max(run.memory for run in told[""])
    return FileTime(name, best.pop(""), memory, best)


def run_watched(folder: Path, words: Sequence[str]) -> Ran:
    """In a process that a small one starts: a large one's memory would count as the child's."""
    os.sync()  # nobody waits for what another has left to write
    environment = {**os.environ, HOME_VARIABLE: str(folder / "cards")}
    watched = [sys.executable, "-I", "-S", "-c", _WATCH, *words]
    done = subprocess.run(
        watched, cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    seconds, memory = done.stdout.splitlines()[-1].split()
    return Ran(float(seconds), int(memory) << 10)


def _certify(folder: Path) -> None:
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-keyout", "openssl.key", "-out", "openssl.crt", "-subj", "/CN=bench"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)


def _openssl_encrypt(plain: Path) -> list[str]:
    words = "openssl cms -encrypt -binary -stream -outform DER -aes-256-gcm -out openssl.p7m"
    return [*words.split(), "-in", plain.name, "-recip", "openssl.crt", *_SHA256.split()]


def _openssl_decrypt() -> list[str]:
    words = "openssl cms -decrypt -binary -inform DER -in openssl.p7m -out openssl"
    return [*words.split(), "-inkey", "openssl.key", "-recip", "openssl.crt"]


def _age(folder: Path, plain: Path | None) -> list[str]:
    """Encrypts a file, or decrypts what came of it; empty without age."""
    if shutil.which("age") is None:
        return []
    if plain is None:
        return ["age", "-d", "-i", "age.key", "-o", "age", "aged"]
    (folder / "age.key").unlink(missing_ok=True)
    words = ["age-keygen", "-o", "age.key"]
    done = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)
    recipient = done.stderr.rpartition(" ")[2].strip()
    return ["age", "-r", recipient, "-o", "aged", plain.name]


_SHA256 = "-keyopt ecdh_kdf_md:sha256"
