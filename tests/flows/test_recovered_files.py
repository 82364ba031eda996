"""What recovery does to files and folders, whatever lies in them and whatever happens meanwhile."""

from __future__ import annotations

import os
import shutil
import socket
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.as_user import NOBODY, as_user, needs_root, open_folder
from tests.cms.software_key import rsa_key
from tests.flows.software_recovery import NEW, OLD, make, move, move_quietly, opened, sealed

from twincard.flows.events import BytesEvent, FlowEvent
from twincard.flows.files.replacement import Replacement
from twincard.flows.recover.outcomes import (
    FoundCount,
    FoundKind,
    PlanEvent,
    RecoverEvent,
    RecoverOutcome,
)
from twincard.ground import exchange as exchange_module
from twincard.ground.exchange import exchange

TIMES = (1_234_567_890_123_456_789, 987_654_321_987_654_321)


def outcomes(*paths: Path, **options: Any) -> dict[str, RecoverOutcome]:
    """What became of each file, by its name."""
    return {file.path.name: file.outcome for file in move(*paths, **options)}


def during(path: Path, action: Callable[[], object]) -> Callable[[FlowEvent], None]:
    """A listener that does something once, after the file was read and before it is replaced."""
    waiting = [action]

    def on_event(event: FlowEvent) -> None:
        if isinstance(event, BytesEvent) and event.path == path and waiting:
            waiting.pop()()

    return on_event


def test_everything_in_a_folder_is_accounted_for(tmp_path: Path) -> None:
    make(tmp_path, ["mine", "deep/er/mine too"])
    (tmp_path / "theirs").write_bytes(sealed(b"x", rsa_key()))
    (tmp_path / "moved").write_bytes(sealed(b"x", NEW))
    (tmp_path / "photo").write_bytes(b"\xff\xd8")
    (tmp_path / "cut").write_bytes(sealed(b"x" * 1000)[:-500])
    (tmp_path / "link").symlink_to("mine")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "socket"))
    plans: list[FlowEvent] = []
    found = outcomes(tmp_path, on_event=plans.append)
    assert found == {
        "mine": RecoverOutcome.MOVED,
        "mine too": RecoverOutcome.MOVED,
        "theirs": RecoverOutcome.NOT_FOR_THIS_KEY,
        "moved": RecoverOutcome.ALREADY_MOVED,
        "photo": RecoverOutcome.NOT_ENCRYPTED,
        "cut": RecoverOutcome.UNUSABLE,
        "link": RecoverOutcome.LINK,
        "pipe": RecoverOutcome.SPECIAL,
        "socket": RecoverOutcome.SPECIAL,
    }
    assert isinstance(plans[0], PlanEvent)
    assert plans[0].found == (
        FoundCount(FoundKind.FOR_OLD, 3),
        FoundCount(FoundKind.FOR_NEW, 1),
        FoundCount(FoundKind.FOR_OTHERS, 1),
        FoundCount(FoundKind.NOT_ENCRYPTED, 1),
        FoundCount(FoundKind.LINK, 1),
        FoundCount(FoundKind.SPECIAL, 2),
    )


@needs_root
def test_what_may_not_be_looked_at_is_told_and_the_rest_goes_on() -> None:
    with open_folder() as folder:
        make(folder, ["a", "closed/b", "shut", "z"])
        (folder / "closed").chmod(0)
        (folder / "shut").chmod(0)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        with as_user():
            assert outcomes(folder, folder / "closed" / "b") == {
                "a": RecoverOutcome.MOVED,
                "closed": RecoverOutcome.UNREADABLE,
                "shut": RecoverOutcome.UNREADABLE,
                "z": RecoverOutcome.MOVED,
                "b": RecoverOutcome.UNREADABLE,
            }


@needs_root
def test_a_file_in_a_read_only_folder_fails_alone() -> None:
    with open_folder() as folder:
        make(folder, ["a", "fixed/b", "z"])
        (folder / "fixed").chmod(0o555)
        with as_user():
            assert outcomes(folder) == {
                "a": RecoverOutcome.MOVED,
                "b": RecoverOutcome.FAILED,
                "z": RecoverOutcome.MOVED,
            }
        assert opened(folder / "fixed" / "b", OLD) == b"fixed/b"


def test_a_tree_deeper_than_a_path_may_be_is_told(tmp_path: Path) -> None:
    make(tmp_path, ["a", "z"])
    before = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _level in range(25):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
    finally:
        os.chdir(before)
    found = Counter(outcomes(tmp_path).values())
    assert found == {RecoverOutcome.MOVED: 2, RecoverOutcome.UNREADABLE: 1}
    shutil.rmtree(tmp_path)


@pytest.mark.timeout(20)
def test_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (file,) = move(tmp_path / "pipe")
    assert file.outcome is RecoverOutcome.UNREADABLE
    assert "not a regular file" in str(file.reason)


@pytest.mark.parametrize("name", ["-lead", "new\nline", "e\u0301", "é", os.fsdecode(b"\xff\xfe")])
def test_any_name_of_a_file_will_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(sealed(b"content"))
    assert outcomes(tmp_path) == {name: RecoverOutcome.MOVED}
    assert opened(tmp_path / name) == b"content"


def test_a_file_named_twice_is_moved_once(tmp_path: Path) -> None:
    (path,) = make(tmp_path, ["a"])
    files = move(path, tmp_path, tmp_path / "." / "a")
    assert [file.outcome for file in files] == [
        RecoverOutcome.MOVED,
        RecoverOutcome.ALREADY_MOVED,
        RecoverOutcome.ALREADY_MOVED,
    ]


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    (path,) = make(tmp_path, ["a"])
    (tmp_path / "link").symlink_to(path)
    assert outcomes(tmp_path / "link") == {"link": RecoverOutcome.MOVED}
    assert (tmp_path / "link").is_symlink()
    assert opened(path) == b"a"


def test_what_belongs_to_a_file_stays_with_it(tmp_path: Path) -> None:
    (path,) = make(tmp_path, ["a"])
    path.chmod(0o2640)
    os.setxattr(path, "user.colour", b"red")
    os.utime(path, ns=TIMES)
    before = path.stat()
    assert outcomes(path) == {"a": RecoverOutcome.MOVED}
    now = path.stat()
    assert now.st_ino != before.st_ino
    assert now.st_mode == before.st_mode
    assert now.st_mtime_ns == TIMES[1]
    assert os.getxattr(path, "user.colour") == b"red"


@needs_root
def test_where_the_owner_is_lost_rights_shrink_and_it_is_said() -> None:
    with open_folder() as folder:
        (path,) = make(folder, ["a"])
        path.chmod(0o664)
        with as_user():
            (file,) = move(path)
        assert file.outcome is RecoverOutcome.MOVED
        assert "the owner, the group" in str(file.note)
        assert path.stat().st_mode & 0o777 == 0o644
        assert path.stat().st_uid == NOBODY


def test_the_names_of_one_file_stay_names_of_one_file(tmp_path: Path) -> None:
    first, _other = make(tmp_path, ["in/a", "in/z"])
    (tmp_path / "in" / "sub").mkdir()
    links = [tmp_path / "in" / "b", tmp_path / "in" / "sub" / "c"]
    for link in links:
        link.hardlink_to(first)
    assert set(outcomes(tmp_path / "in").values()) == {RecoverOutcome.MOVED}
    assert {path.stat().st_ino for path in links} == {first.stat().st_ino}
    assert first.stat().st_nlink == 3
    assert opened(links[1]) == b"in/a"


def test_names_of_one_file_far_from_each_other_are_moved_once(tmp_path: Path) -> None:
    (first,) = make(tmp_path, ["a"])
    for number in range(250):
        (tmp_path / f"b{number}").write_bytes(b"plain")
    (tmp_path / "z").hardlink_to(first)
    found = outcomes(tmp_path)
    assert (found["a"], found["z"]) == (RecoverOutcome.MOVED, RecoverOutcome.MOVED)
    assert first.samefile(tmp_path / "z")


def test_names_of_a_file_elsewhere_are_reported(tmp_path: Path) -> None:
    (first,) = make(tmp_path, ["in/a"])
    outside = tmp_path / "outside"
    outside.hardlink_to(first)
    (file,) = move(tmp_path / "in")
    assert file.outcome is RecoverOutcome.MOVED
    assert "1 other name of this file" in str(file.note)
    assert opened(outside, OLD) == b"in/a"


@pytest.mark.parametrize("way", ["replaced", "rewritten", "deleted", "linked away"])
@pytest.mark.parametrize("renames", ["exchange", "rename"])
def test_a_file_that_changes_meanwhile_is_left_and_named(
    tmp_path: Path, way: str, renames: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if renames == "rename":
        monkeypatch.setattr(exchange_module, "_renameat2", lambda: None)
    path, other = make(tmp_path, ["a", "b"])
    newer = sealed(b"a newer version")

    def change() -> None:
        if way == "rewritten":
            path.write_bytes(newer)
            return
        path.unlink()
        if way == "replaced":
            path.write_bytes(newer)
        elif way == "linked away":
            path.symlink_to(other)

    files = move(tmp_path, on_event=during(path, change))
    assert [file.outcome for file in files] == [RecoverOutcome.FAILED, RecoverOutcome.MOVED]
    assert "changed meanwhile" in str(files[0].reason)
    if way == "deleted":
        assert not path.exists()
    elif way == "linked away":
        assert path.is_symlink()
    else:
        assert path.read_bytes() == newer
    assert {entry.name for entry in tmp_path.iterdir()} <= {"a", "b"}


def test_a_version_that_arrives_at_the_last_moment_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = make(tmp_path, ["a"])
    newer = tmp_path / "newer"
    newer.write_bytes(b"a newer version")

    def exchange_late(first: Path, second: Path) -> bool:
        if newer.exists():
            newer.replace(second)
        return exchange(first, second)

    monkeypatch.setattr("twincard.flows.files.replacement.exchange", exchange_late)
    (file,) = move(path)
    assert file.outcome is RecoverOutcome.FAILED
    assert path.read_bytes() == b"a newer version"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_listener_that_ends_the_run_leaves_nothing_half_done(tmp_path: Path) -> None:
    paths = make(tmp_path, [f"{number:02}" for number in range(30)])
    moved: list[Path] = []

    def on_event(event: FlowEvent) -> None:
        if isinstance(event, RecoverEvent):
            moved.append(event.file.path)
            if len(moved) == 5:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(tmp_path, on_event=on_event)
    for path in paths:
        assert opened(path, NEW if path in moved else OLD) == path.name.encode()
    assert len(list(tmp_path.iterdir())) == 30


def test_the_new_version_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = make(tmp_path, ["a"])
    steps: list[str] = []
    for name in ("sync", "replace"):
        real = getattr(Replacement, name)

        def noted(self: Replacement, name: str = name, real: Any = real) -> None:
            real(self)
            steps.append(name)

        monkeypatch.setattr(Replacement, name, noted)
    move(path)
    assert steps == ["sync", "replace"]


def test_memory_does_not_grow_with_the_files(tmp_path: Path) -> None:
    peaks = []
    for count in (100, 400):
        folder = tmp_path / str(count)
        for number in range(count):
            path = folder / str(number // 20) / f"a file with a name of some length, {number}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"plain")
        tracemalloc.start()
        move_quietly(folder)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Paths and results of 300 files take more than 100,000 bytes.
    assert peaks[1] - peaks[0] < 30_000
