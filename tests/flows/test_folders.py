"""Folders, encrypted as one archive and unpacked again: whole, as they were, or not at all."""

from __future__ import annotations

import errno
import io
import os
import socket
import stat
import subprocess
import sys
import tarfile
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cms.software_key import decrypted, ec_key, encrypted

from twincard.cms import (
    AlteredError,
    BytesOutput,
    FileOutput,
    FilesError,
    OutputError,
    OutputExistsError,
    SourceError,
    decrypt,
)
from twincard.flows.files.encrypt import encrypt_folder
from twincard.flows.files.unpacking import FolderOutput

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names and modes are of POSIX")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="a descriptor is a path on Linux")
MOMENT = 1_234_567_890_123_456_789


def packed(folder: Path) -> bytes:
    sink = BytesOutput()
    encrypt_folder(folder, sink, [ec_key().recipient])
    return sink.value


def unpack(message: bytes, path: Path) -> None:
    with FolderOutput(path) as output:
        decrypt(io.BytesIO(message), output, ec_key())


def tree(top: Path) -> dict[bytes, tuple[object, ...]]:
    """Every name below a folder, with type, mode, time and content."""
    found: dict[bytes, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(os.fsencode(top)):
        for name in [*folders, *files, b"."]:
            path = os.path.join(folder, name)  # noqa: PTH118 -- names are bytes
            status = os.lstat(path)
            content: object = None
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)  # noqa: PTH115
            elif stat.S_ISREG(status.st_mode):
                content = Path(os.fsdecode(path)).read_bytes()
            found[os.path.relpath(path, os.fsencode(top))] = (
                stat.filemode(status.st_mode),
                status.st_mtime_ns,
                content,
            )
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with whatever a folder can have."""
    top = tmp_path / "書類"
    (top / "empty").mkdir(parents=True)
    (top / "empty file").touch()
    names = [
        "-leading", "new\nline", unicodedata.normalize("NFC", "é"),
        unicodedata.normalize("NFD", "é"), "x" * 255, "手紙 [1]",
    ]  # fmt: skip
    for number, name in enumerate(names):
        (top / name).write_bytes(os.urandom(number * 1000))
    with open(os.fsencode(top) + b"/not utf-8 \xff", "wb") as file:  # noqa: PTH123
        file.write(b"content")
    with (top / "sparse").open("wb") as sparse:
        sparse.truncate(300_000)
        sparse.seek(100_000)
        sparse.write(b"in the middle")
    deep = top
    for _level in range(60):
        deep /= "deep"
    deep.mkdir(parents=True)
    (deep / "file").write_text("deep down")
    (top / "run.sh").write_text("#!/bin/sh\n")
    (top / "run.sh").chmod(0o755)
    (top / "secret").write_text("secret")
    (top / "secret").chmod(0o400)
    (top / "link").symlink_to("deep/../secret")
    (top / "dangling").symlink_to("nowhere")
    os.link(top / "run.sh", top / "same")
    (top / "read-only").mkdir()
    (top / "read-only/file").write_text("content")
    (top / "read-only").chmod(0o555)
    for path in sorted(top.rglob("*"), reverse=True):
        os.utime(path, ns=(MOMENT, MOMENT + len(path.name)), follow_symlinks=False)
    os.utime(top, ns=(MOMENT, MOMENT))
    top.chmod(0o700)
    return top


def test_all_is_as_it_was(folder: Path, tmp_path: Path) -> None:
    message = packed(folder)
    assert "手紙".encode() not in message
    (tmp_path / "out").mkdir()
    unpack(message, tmp_path / "out" / folder.name)
    unpacked = tmp_path / "out" / folder.name
    assert tree(unpacked) == tree(folder)
    assert (unpacked / "same").samefile(unpacked / "run.sh")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [folder.name]
    unpack(message, tmp_path / "renamed")
    assert tree(tmp_path / "renamed" / folder.name) == tree(folder)


def test_tar_reads_it(folder: Path, tmp_path: Path) -> None:
    archive = decrypted(packed(folder), ec_key())
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-xpf", "-", "-C", tmp_path / "out"], input=archive, check=True)
    assert tree(tmp_path / "out" / folder.name) == tree(folder)


def test_the_folder_is_the_owners_alone_until_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open/file").write_text("content")
    (tmp_path / "open/file").chmod(0o666)
    message = packed(tmp_path / "open")
    with FolderOutput(tmp_path / "out") as output:
        output.inherit(tmp_path.stat())
        decrypt(io.BytesIO(message), output, ec_key())
        (hidden,) = tmp_path.glob(".twincard-*.part")
        assert stat.S_IMODE(hidden.stat().st_mode) == 0o700
        assert not (tmp_path / "out").exists()
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "out/open/file").stat().st_mode) == 0o644


def test_an_altered_message_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    message = packed(folder)
    (tmp_path / "out").mkdir()
    for at in (-20, -100_000, len(message) // 8, 700):
        altered = bytearray(message)
        altered[at] ^= 1
        with pytest.raises(AlteredError):
            unpack(bytes(altered), tmp_path / "out/folder")
        assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(FilesError):
        unpack(message[:-1000], tmp_path / "out/folder")
    assert list((tmp_path / "out").iterdir()) == []


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return encrypted(content.getvalue(), ec_key())


def member(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.type = kind
    made.linkname = link
    return made, b"content" if kind == tarfile.REGTYPE else b""


@pytest.mark.parametrize(
    "members",
    [
        [member("../outside")],
        [member("a/../../outside")],
        [member("link", tarfile.SYMTYPE, "../../etc/passwd")],
        [member("link", tarfile.SYMTYPE, "/etc/passwd")],
        [member("hard", tarfile.LNKTYPE, "../outside-file")],
        [member("device", tarfile.CHRTYPE)],
        [member("pipe", tarfile.FIFOTYPE)],
        [member("dir", tarfile.SYMTYPE, "."), member("up", tarfile.SYMTYPE, "dir/.."),
         member("out", tarfile.SYMTYPE, "up/../..")],
        [member("a/b/d", tarfile.SYMTYPE, "../.."), member("c", tarfile.SYMTYPE, "a/b/d/../.."),
         member("c/planted", tarfile.SYMTYPE, "target")],
        [member("dir", tarfile.SYMTYPE, ".."), member("dir/file")],
        [member("here", tarfile.SYMTYPE, "."), member("here/file")],
    ],
    ids=lambda members: members[-1][0].name,
)  # fmt: skip
def test_what_leads_outside_is_refused_and_nothing_is_left(
    members: list[tuple[tarfile.TarInfo, bytes]], tmp_path: Path
) -> None:
    (tmp_path / "outside-file").write_text("mine")
    (tmp_path / "in").mkdir()
    with pytest.raises(FilesError):
        unpack(archive(*members), tmp_path / "in/out")
    assert list((tmp_path / "in").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "outside-file"]


@on_linux
def test_a_link_in_the_place_of_the_hidden_folder_leads_nowhere(tmp_path: Path) -> None:
    home, shared = tmp_path / "home", tmp_path / "shared"
    (home / "folder").mkdir(parents=True, mode=0o755)
    (home / "mine").write_text("mine")
    shared.mkdir()
    before = tree(home)
    content = decrypted(archive(member("planted"), *[member(f"{n}") for n in range(900)]), ec_key())
    with FolderOutput(shared / "out") as output:
        output.write(content[: 600 << 10])
        (hidden,) = shared.glob(".twincard-*.part")
        hidden.rename(shared / "moved")
        hidden.symlink_to(home)
        output.restart()
        output.write(content)
    assert tree(home) == before
    assert len(list((shared / "out").iterdir())) == 901


def test_a_file_system_without_locks_is_served_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def no_locks(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOTSUP, "not supported")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    unpack(archive(member("file")), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_was_given_a_hidden_name_is_not_removed(tmp_path: Path) -> None:
    """Whoever may rename in a shared folder must not have somebody else's folders removed."""
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o700)
    (victim / "file").write_text("mine")
    renamed = victim.rename(tmp_path / ".twincard-victim.part")
    unpack(archive(member("file")), tmp_path / "out")
    assert (renamed / "file").read_text() == "mine"


def test_an_absolute_name_stays_below_the_folder(tmp_path: Path) -> None:
    # The filter takes the leading slash away.
    unpack(archive(member("/etc/passwd")), tmp_path / "out")
    assert (tmp_path / "out/etc/passwd").read_bytes() == b"content"


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", b"x" * 100_000, bytes(10_240)[:-1] + b"x"],
    ids=["empty", "short", "long", "junk at the end"],
)
def test_what_is_no_archive_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="--tar"):
        unpack(encrypted(content, ec_key()), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_header_in_the_middle_is_not_taken_for_the_end(tmp_path: Path) -> None:
    content = bytearray(decrypted(archive(member("one"), member("two")), ec_key()))
    content[1024 + 150] ^= 1  # in the checksum of the second header
    with pytest.raises(FilesError, match="--tar"):
        unpack(encrypted(bytes(content), ec_key()), tmp_path / "out")


def test_headers_have_a_limit(tmp_path: Path) -> None:
    long = tarfile.TarInfo("long")
    long.pax_headers = {"comment": "x" * (2 << 20)}
    with pytest.raises(FilesError, match="--tar"):
        unpack(archive((long, b"")), tmp_path / "out")


def test_what_exists_is_never_replaced(folder: Path, tmp_path: Path) -> None:
    message = packed(folder)
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputExistsError):
        unpack(message, tmp_path / "out")

    def unpack_while_another_does() -> None:
        with FolderOutput(tmp_path / "new") as output:
            decrypt(io.BytesIO(message), output, ec_key())
            (tmp_path / "new").mkdir()

    with pytest.raises(OutputExistsError):
        unpack_while_another_does()
    assert list((tmp_path / "new").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "out", folder.name]


def pipe(top: Path) -> None:
    os.mkfifo(top / "pipe")


def a_socket(top: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(top / "socket"))


def a_link_outside(top: Path) -> None:
    (top / "link").symlink_to("../other")


def an_absolute_link(top: Path) -> None:
    (top / "link").symlink_to(top)


@pytest.mark.parametrize("make", [pipe, a_socket, a_link_outside, an_absolute_link])
def test_what_could_not_be_unpacked_is_not_encrypted(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    top = tmp_path / "top"
    top.mkdir()
    make(top)
    with pytest.raises(SourceError, match=r"link|pipe|socket"):
        encrypt_folder(top, FileOutput(tmp_path / "x"), [ec_key().recipient])
    assert [path.name for path in tmp_path.iterdir()] == ["top"]


def test_a_file_that_changes_is_not_encrypted(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    (top / "log").write_bytes(bytes(1 << 20))

    def grow(_event: object) -> None:
        with (top / "log").open("ab") as file:
            file.write(b"more")

    with pytest.raises(SourceError, match="changed"):
        encrypt_folder(top, BytesOutput(), [ec_key().recipient], on_event=grow)


def test_memory_does_not_grow_with_the_number_of_files(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    for number in range(500):
        (top / f"{number:04}").touch()
    tracemalloc.start()
    encrypt_folder(top, FileOutput(tmp_path / "sealed"), [ec_key().recipient])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 << 20


def test_a_full_disk_is_an_error_and_nothing_is_left(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    message = archive((tarfile.TarInfo("large"), bytes(3_000_000)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(OutputError, match="too large"):
            unpack(message, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_unpacked_is_removed_by_the_next(
    folder: Path, tmp_path: Path
) -> None:
    content = decrypted(packed(folder), ec_key())
    program = (
        "import os, signal, sys, time; from pathlib import Path\n"
        "from twincard.flows.files.unpacking import FolderOutput\n"
        "with FolderOutput(Path(sys.argv[1])) as output:\n"
        "    output.write(sys.stdin.buffer.read()); print('written', flush=True); time.sleep(60)\n"
    )
    for _attempt in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "out")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as killed:
            assert killed.stdin is not None
            assert killed.stdout is not None
            killed.stdin.write(content[:-30_000])
            killed.stdin.close()
            assert killed.stdout.readline() == b"written\n"
            killed.kill()
        (left,) = tmp_path.glob(".twincard-*.part")
        assert list(left.iterdir()) != []
    unpack(packed(folder), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", folder.name]
