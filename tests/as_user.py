"""Lets a part of a test run as a user without special rights; tests run as root in containers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user"
)


@contextmanager
def as_user(user: int = NOBODY, group: int = NOBODY) -> Iterator[None]:
    """The block runs with the rights of this user and group, and of no other group."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(group)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user may reach and write to; pytest's own are root's."""
    folder = Path(tempfile.mkdtemp(prefix="twincard-test-"))
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
