"""What a file keeps when another one takes its place: rights never grow."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.as_user import NOBODY, as_user, needs_root, open_folder

from twincard.ground.file_metadata import MetadataLoss, copy_metadata

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
NO_ID = 0xFFFFFFFF
TIMES = (1_234_567_890_123_456_789, 987_654_321_987_654_321)
ALICE, STAFF = 4711, 4712
pytestmark = pytest.mark.skipif(not hasattr(os, "setxattr"), reason="attributes as on Linux")


def acl(*entries: tuple[int, int, int]) -> bytes:
    """An access control list of tags, permissions and ids, as Linux encodes it."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def shared_list(*, named: int, group: int, mask: int, other: int) -> bytes:
    """A list with an entry for a user of its own."""
    return acl(
        (0x01, 6, NO_ID),
        (0x02, named, ALICE),
        (0x04, group, NO_ID),
        (0x10, mask, NO_ID),
        (0x20, other, NO_ID),
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may write to."""
    with open_folder() as folder:
        yield folder


def made(path: Path, mode: int) -> Path:
    path.write_bytes(b"content")
    path.chmod(mode)
    return path


def copied(source: Path, target: Path, *, user: int = 0) -> tuple[MetadataLoss, os.stat_result]:
    """What was lost when a new file of this user took over from another, and how it is now."""
    with source.open("rb") as old, as_user(user, user) if user else nullcontext():
        return _copied(old.fileno(), target)


def _copied(old: int, target: Path) -> tuple[MetadataLoss, os.stat_result]:
    new = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        return copy_metadata(old, new), os.fstat(new)
    finally:
        os.close(new)


def test_mode_times_and_attributes_are_kept(folder: Path) -> None:
    old = made(folder / "old", 0o2751)
    os.setxattr(old, "user.colour", b"red\0")
    os.utime(old, ns=TIMES)
    loss, now = copied(old, folder / "new")
    assert not loss
    assert now.st_mode == old.stat().st_mode
    assert (now.st_atime_ns, now.st_mtime_ns) == TIMES
    assert os.getxattr(folder / "new", "user.colour") == b"red\0"


@needs_root
def test_owner_and_group_are_kept_where_permitted(folder: Path) -> None:
    old = made(folder / "old", 0o640)
    os.chown(old, ALICE, STAFF)
    old.chmod(0o4750)
    loss, now = copied(old, folder / "new")
    assert not loss
    assert (now.st_uid, now.st_gid, now.st_mode & 0o7777) == (ALICE, STAFF, 0o4750)


@needs_root
@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        (0o644, 0o644),
        (0o640, 0o600),  # a member of the old group is anybody now
        (0o604, 0o600),  # whom the group excluded
        (0o4755, 0o755),
        (0o1466, 0o1444),  # the old owner could only read
    ],
)
def test_without_the_owner_rights_only_shrink(folder: Path, mode: int, kept: int) -> None:
    old = made(folder / "old", 0o644)
    os.chown(old, ALICE, STAFF)
    old.chmod(mode)
    loss, now = copied(old, folder / "new", user=NOBODY)
    assert loss == MetadataLoss(owner=True, group=True)
    assert (now.st_uid, now.st_mode & 0o7777) == (NOBODY, kept)
    assert str(loss).startswith("These could not be kept: the owner, the group. Nobody has more")


def test_an_access_control_list_is_kept(folder: Path) -> None:
    old = made(folder / "old", 0o640)
    os.setxattr(old, ACCESS, shared_list(named=6, group=0, mask=6, other=0))
    loss, now = copied(old, folder / "new")
    assert not loss
    assert os.getxattr(folder / "new", ACCESS) == os.getxattr(old, ACCESS)
    assert now.st_mode & 0o777 == 0o660


@needs_root
@pytest.mark.parametrize(
    ("entries", "kept"),
    [
        # The mask looks like rights of the group, which has none.
        ({"named": 6, "group": 0, "mask": 6, "other": 0}, 0o600),
        ({"named": 6, "group": 4, "mask": 6, "other": 4}, 0o644),
        # A user whom the list excludes is anybody without it.
        ({"named": 0, "group": 4, "mask": 4, "other": 4}, 0o600),
    ],
)
def test_without_its_list_a_file_gives_nobody_more(
    folder: Path, entries: dict[str, int], kept: int
) -> None:
    old = made(folder / "old", 0o640)
    os.chown(old, ALICE, STAFF)
    os.setxattr(old, ACCESS, shared_list(**entries))
    loss, now = copied(old, folder / "new", user=NOBODY)
    assert loss.acl
    assert now.st_mode & 0o777 == kept
    with pytest.raises(OSError, match="No data"):
        os.getxattr(folder / "new", ACCESS)


def test_a_list_that_a_new_file_inherits_gives_nobody_more(folder: Path) -> None:
    old = made(folder / "old", 0o640)
    os.setxattr(folder, DEFAULT, shared_list(named=6, group=6, mask=6, other=0))
    loss, now = copied(old, folder / "new")
    assert not loss
    assert now.st_mode & 0o777 == 0o640
    with pytest.raises(OSError, match="No data"):
        os.getxattr(folder / "new", ACCESS)


@needs_root
def test_attributes_that_are_not_permitted_are_named(folder: Path) -> None:
    old = made(folder / "old", 0o644)
    os.chown(old, NOBODY, NOBODY)
    os.setxattr(old, "security.colour", b"red")
    loss, _now = copied(old, folder / "new", user=NOBODY)
    assert loss == MetadataLoss(attributes=("security.colour",))
    assert "security.colour" in str(loss)
