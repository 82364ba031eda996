"""Nothing is seen under its final name, or in a pipe, unless it is whole."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import pytest
from tests.cms.software_key import decrypted, ec_key, encrypted

from twincard.cms import (
    AlteredError,
    FileOutput,
    OutputError,
    SpooledOutput,
    decrypt,
    encrypt,
    transcode,
)
from twincard.ground.unfinished import remove_unfinished

if TYPE_CHECKING:
    from typing_extensions import Buffer

posix = pytest.mark.skipif(os.name != "posix", reason="permission bits are of POSIX")


def write(path: Path, content: bytes, *, overwrite: bool = False) -> None:
    with FileOutput(path, overwrite=overwrite) as output:
        output.write(content)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("temporary")
def test_a_file_appears_when_the_block_ends_and_not_before(tmp_path: Path) -> None:
    with FileOutput(tmp_path / "result") as output:
        output.write(b"one ")
        output.write(b"two")
        assert not (tmp_path / "result").exists()
    assert files(tmp_path) == {"result": b"one two"}


@pytest.fixture(params=["nameless", "named"])
def temporary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Temporary files without a name, and as on systems that have none."""
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return str(request.param)


@posix
def test_the_file_is_private_from_its_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with FileOutput(tmp_path / "result") as output:
        output.write(b"text")
        (part,) = tmp_path.iterdir()
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "result").stat().st_mode) == 0o600


@posix
@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("overwrite", [False, True])
def test_the_finished_file_can_have_another_mode(tmp_path: Path, overwrite: bool) -> None:
    with FileOutput(tmp_path / "first"):
        pass
    with FileOutput(tmp_path / "result", mode=0o644, overwrite=overwrite):
        pass
    assert stat.S_IMODE((tmp_path / "first").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "result").stat().st_mode) == 0o644


@posix
def test_a_link_put_in_the_place_of_the_temporary_file_changes_no_mode_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    private = tmp_path / "private"
    private.touch(0o600)
    with FileOutput(tmp_path / "result", overwrite=True, mode=0o644) as output:
        output.write(b"text")
        (part,) = tmp_path.glob(".twincard-*")
        part.unlink()
        part.symlink_to(private)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="Linux has it")
def test_a_process_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from twincard.cms import FileOutput
with FileOutput(Path(sys.argv[1])) as output:
    output.write(b"secret" * 500_000)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    result = subprocess.run([sys.executable, "-c", program, str(tmp_path / "result")], check=False)
    assert result.returncode < 0
    assert files(tmp_path) == {}


@pytest.mark.parametrize("error", [AlteredError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_when_the_block_fails(tmp_path: Path, error: type[BaseException]) -> None:
    def fail_midway() -> None:
        with FileOutput(tmp_path / "result", overwrite=True) as output:
            output.write(bytes(3_000_000))
            raise error

    (tmp_path / "result").write_bytes(b"as it was")
    with pytest.raises(error):
        fail_midway()
    assert files(tmp_path) == {"result": b"as it was"}


@pytest.mark.usefixtures("temporary")
def test_an_existing_file_is_kept_unless_told(tmp_path: Path) -> None:
    write(tmp_path / "result", b"first")
    with pytest.raises(OutputError, match="already exists"):
        write(tmp_path / "result", b"second")
    assert files(tmp_path) == {"result": b"first"}
    write(tmp_path / "result", b"second", overwrite=True)
    assert files(tmp_path) == {"result": b"second"}


@pytest.mark.usefixtures("temporary")
def test_a_file_that_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    def write_while_another_does() -> None:
        with FileOutput(tmp_path / "result") as output:
            output.write(b"ours")
            (tmp_path / "result").write_bytes(b"theirs")

    with pytest.raises(OutputError, match="already exists"):
        write_while_another_does()
    assert files(tmp_path) == {"result": b"theirs"}


def test_a_file_system_without_hard_links_is_served_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    write(tmp_path / "result", b"text")
    assert files(tmp_path) == {"result": b"text"}
    with pytest.raises(OutputError, match="already exists"):
        write(tmp_path / "result", b"second")


@posix
def test_a_symbolic_link_is_followed_when_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"first")
    (tmp_path / "link").symlink_to("target")
    write(tmp_path / "link", b"second", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"second"


@posix
def test_what_is_not_a_file_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(OutputError, match="not a regular file"):
            write(tmp_path / name, b"text", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="result: No such file"):
        write(tmp_path / "missing" / "result", b"text")


@posix
def test_a_full_disk_is_an_error_and_nothing_is_left(tmp_path: Path) -> None:
    # A limit on the size of files fails as a full disk does: in the middle of a write.
    program = """
import resource, sys
from pathlib import Path
from twincard.cms import FileOutput, OutputError
resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, 2_500_000))
try:
    with FileOutput(Path(sys.argv[1])) as output:
        for _ in range(10):
            output.write(bytes(999_999))
except OutputError as error:
    print(error)
"""
    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "result")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("Cannot write ")
    assert "result: File too large." in result.stdout
    assert files(tmp_path) == {}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_a_stream_that_takes_no_more_is_an_error() -> None:
    with (
        pytest.raises(OutputError, match="No space left"),
        Path("/dev/full").open("wb", buffering=0) as stream,
        SpooledOutput(stream) as output,
    ):
        output.write(b"text")


def test_a_stream_gets_nothing_of_a_message_that_was_altered(tmp_path: Path) -> None:
    message = bytearray(encrypted(bytes(5_000_000), ec_key()))
    message[-1_000_000] ^= 1
    stream = io.BytesIO()
    with pytest.raises(AlteredError), SpooledOutput(stream, folder=tmp_path) as output:
        decrypt(io.BytesIO(message), output, ec_key())
    assert stream.getvalue() == b""
    assert files(tmp_path) == {}


def test_an_altered_message_leaves_no_file(tmp_path: Path) -> None:
    message = bytearray(encrypted(bytes(5_000_000), ec_key()))
    message[-1_000_000] ^= 1
    with pytest.raises(AlteredError), FileOutput(tmp_path / "result") as output:
        decrypt(io.BytesIO(message), output, ec_key())
    assert files(tmp_path) == {}


def test_an_output_is_written_to_inside_its_block_only(tmp_path: Path) -> None:
    output = FileOutput(tmp_path / "result")
    with pytest.raises(ValueError, match="inside its with statement"):
        output.write(b"text")


def unfinished(folder: Path) -> list[Path]:
    return list(folder.glob(".twincard-*.part"))


KILLED = """
import os, signal, sys
from pathlib import Path
from twincard.cms import FileOutput
del os.O_TMPFILE  # as where the system has no nameless files
with FileOutput(Path(sys.argv[1])) as output:
    output.write(b"secret" * 500_000)
    print("writing", flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
@pytest.mark.usefixtures("temporary")
def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_stays(
    tmp_path: Path,
) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path / name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("dead", "living")
    ]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == b"writing\n"
    dead, living = programs
    dead.communicate()
    assert len(unfinished(tmp_path)) == 2
    write(tmp_path / "result", b"text")
    (left,) = unfinished(tmp_path)
    write(tmp_path / "another", b"text")
    assert unfinished(tmp_path) == [left]
    living.communicate()
    remove_unfinished(tmp_path)
    assert sorted(files(tmp_path)) == ["another", "result"]


@posix
def test_other_files_with_such_names_stay(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / ".twincard-1.part").symlink_to("folder")
    os.mkfifo(tmp_path / ".twincard-2.part")
    os.mkfifo(tmp_path / ".twincard-3.part")
    (tmp_path / ".twincard-4.partial").touch()
    remove_unfinished(tmp_path)
    assert len(list(tmp_path.iterdir())) == 5
    remove_unfinished(tmp_path / "missing")


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="Linux has it")
def test_a_process_that_is_killed_while_it_replaces_a_file_leaves_nothing(tmp_path: Path) -> None:
    program = KILLED.replace("del os.O_TMPFILE", "").replace("])) as", "]), overwrite=True) as")
    (tmp_path / "result").write_bytes(b"as it was")
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "result")],
        check=False,
        input=b"",
        stdout=subprocess.DEVNULL,
    )
    assert files(tmp_path) == {"result": b"as it was"}


def test_what_waits_for_a_stream_is_never_in_the_clear_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    original = tempfile.TemporaryFile

    def spy(*words: object, **options: object) -> BinaryIO:
        file = original(*words, **options)  # type: ignore[call-overload]
        opened.append(os.dup(file.fileno()))
        return cast(BinaryIO, file)

    monkeypatch.setattr(tempfile, "TemporaryFile", spy)
    content = b"plaintext" * 2_000_000
    stream = io.BytesIO()
    with SpooledOutput(stream, folder=tmp_path) as output:
        output.write(b"too early" * 2_000_000)
        output.restart()
        output.write(content)
        assert stream.getvalue() == b""
    assert stream.getvalue() == content
    assert len(opened) == 2
    for descriptor in opened:
        os.lseek(descriptor, 0, os.SEEK_SET)
        with os.fdopen(descriptor, "rb") as file:
            on_disk = file.read()
        assert len(on_disk) > 8_000_000
        assert b"plaintext" not in on_disk
        assert b"too early" not in on_disk
    opened.clear()
    with SpooledOutput(io.BytesIO()) as output:
        output.write(content[: 8 << 20])
    assert opened == []


def test_what_was_changed_on_the_disk_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    original = tempfile.TemporaryFile

    def spy(*words: object, **options: object) -> BinaryIO:
        files.append(original(*words, **options))  # type: ignore[call-overload]
        return cast(BinaryIO, files[-1])

    monkeypatch.setattr(tempfile, "TemporaryFile", spy)

    def change_it() -> None:
        with SpooledOutput(io.BytesIO(), folder=tmp_path) as output:
            output.write(bytes(10 << 20))
            os.pwrite(files[0].fileno(), b"x", 1000)

    with pytest.raises(OutputError, match="Input/output error"):
        change_it()


class Slow(io.RawIOBase):
    """A raw stream that takes seven bytes at a time, as a full pipe may."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: Buffer, /) -> int:
        self.taken += memoryview(piece)[:7]
        return min(7, memoryview(piece).nbytes)


def test_a_raw_stream_gets_every_byte() -> None:
    slow = Slow()
    with SpooledOutput(cast(BinaryIO, slow)) as output:
        output.write(b"more than seven bytes")
    assert slow.taken == b"more than seven bytes"
    sealed, given = Slow(), Slow()
    encrypt(io.BytesIO(b"text"), sealed, [ec_key().recipient])
    transcode(io.BytesIO(sealed.taken), given, ec_key().giving_to(ec_key("new").recipient))
    assert decrypted(given.taken, ec_key("new")) == b"text"


@posix
def test_a_result_keeps_the_time_of_its_source_and_no_more_than_its_owners_permissions(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"
    source.touch()
    for mode, kept in ((0o644, 0o600), (0o755, 0o700), (0o440, 0o400), (0o600, 0o600)):
        source.chmod(mode)
        os.utime(source, ns=(1, 1_234_567_890_123_456_789))
        with FileOutput(tmp_path / "result", overwrite=True) as output:
            output.inherit(source.stat())
            output.write(b"text")
        status = (tmp_path / "result").stat()
        assert stat.S_IMODE(status.st_mode) == kept
        assert status.st_mtime_ns == 1_234_567_890_123_456_789
