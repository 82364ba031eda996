"""Files with secrets appear whole or not at all, for their owner alone, and replace nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from twincard.ground.private_file import write_private

resource = pytest.importorskip("resource", reason="modes and limits are of POSIX")

SECRET = b"0" * 64


@pytest.fixture(params=["nameless", "named"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where files are nameless at first, and one where they have names from the start."""
    if request.param == "named":
        # As on Windows, which has none of these.
        for name in ("O_TMPFILE", "O_CLOEXEC", "O_DIRECTORY"):
            monkeypatch.delattr(os, name, raising=False)
    elif not hasattr(os, "O_TMPFILE"):
        pytest.skip("Linux has it")
    return tmp_path


@pytest.fixture
def no_room() -> Iterator[None]:
    """Nothing longer than 10 bytes can be written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


def test_a_file_is_whole_and_private(folder: Path) -> None:
    write_private(folder / "鍵", SECRET)
    assert (folder / "鍵").read_bytes() == SECRET
    assert (folder / "鍵").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["鍵"]


def test_what_is_there_stays(folder: Path) -> None:
    path = folder / "鍵"
    path.write_bytes(b"somebody's")
    with pytest.raises(FileExistsError) as caught:
        write_private(path, SECRET)
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"somebody's"
    dangling = folder / "link"
    dangling.symlink_to(folder / "nowhere")
    with pytest.raises(FileExistsError):
        write_private(dangling, SECRET)
    assert not (folder / "nowhere").exists()


def test_a_full_disk_leaves_nothing_and_takes_nothing_away(folder: Path, no_room: None) -> None:
    taken = folder / "taken"
    taken.write_bytes(b"another's")
    for path in (folder / "new", taken):
        with pytest.raises(OSError, match=path.name):
            write_private(path, SECRET)
    assert [path.name for path in folder.iterdir()] == ["taken"]
    assert taken.read_bytes() == b"another's"


def test_an_interrupt_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_private(folder / "key", SECRET)
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(folder: Path) -> None:
    path = folder / "nowhere" / "key"
    with pytest.raises(FileNotFoundError) as caught:
        write_private(path, SECRET)
    assert caught.value.filename == str(path)


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="Linux has it")
def test_a_program_that_is_killed_before_all_is_on_the_disk_leaves_nothing(tmp_path: Path) -> None:
    # As a power cut would, before the disk has all.
    program = (
        "import os, pathlib, signal, sys; from twincard.ground import private_file\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "private_file.write_private(pathlib.Path(sys.argv[1]), b'0' * 64)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path / "key")], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []
