"""Nothing is seen under its final name, or in a pipe, unless it is whole."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cms.software_key import ec_key, encrypted

from twincard.cms import AlteredError, FileOutput, OutputError, SpooledOutput, decrypt

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
    tmp_path: Path,
) -> None:
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
