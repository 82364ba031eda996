"""Small disks of the tests' own: one that is full, one that nobody may write to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILLER = "filler"
_SIZE = 1 << 20


@contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """A file system of 1 MiB in memory; who may not mount one has no test of it."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root, where it may mount, can have a disk that is full or read-only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Leave no room on the disk."""
    with (folder / FILLER).open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1024))
        except OSError:
            return


def free(folder: Path) -> None:
    """Make room again."""
    (folder / FILLER).unlink()


def make_read_only(folder: Path) -> None:
    """As a disk is that was mounted so, or turned so after an error."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def make_writable(folder: Path) -> None:
    """The opposite."""
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
