"""No output keeps what was not authenticated, however the library is called."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import cast

import pytest
from tests.cms.software_key import ec_key, encrypted

from twincard.cms import (
    AlteredError,
    BytesOutput,
    EncryptedOutput,
    FileOutput,
    Output,
    OutputError,
    SpooledOutput,
    decrypt,
)

PLAINTEXT = b"attack at dawn" * 1000


def altered() -> io.BytesIO:
    message = bytearray(encrypted(PLAINTEXT, ec_key()))
    message[-7] ^= 1  # of the tag
    return io.BytesIO(message)


def test_a_plain_stream_is_refused_before_anything_is_read() -> None:
    sink, source = io.BytesIO(), altered()
    with pytest.raises(TypeError, match="FileOutput, a SpooledOutput or a BytesOutput"):
        decrypt(source, cast(Output, sink), ec_key())
    assert (sink.getvalue(), source.tell()) == (b"", 0)


@pytest.mark.parametrize("kind", ["file", "stream", "bytes", "encrypted"])
def test_an_output_publishes_nothing_after_a_failure_that_the_caller_ignored(
    tmp_path: Path, kind: str
) -> None:
    path, stream, held = tmp_path / "opened", io.BytesIO(), BytesOutput()
    output = {
        "file": FileOutput(path),
        "stream": SpooledOutput(stream),
        "bytes": held,
        "encrypted": EncryptedOutput(SpooledOutput(stream), [ec_key("new").recipient]),
    }[kind]
    with (
        pytest.raises(OutputError, match="not authentic"),
        output,
        contextlib.suppress(AlteredError),
    ):
        decrypt(altered(), output, ec_key())
    assert stream.getvalue() == b""
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="not complete"):
        _ = held.value


def test_an_output_may_be_used_again_after_a_failure() -> None:
    output = BytesOutput()
    with pytest.raises(AlteredError), output:
        decrypt(altered(), output, ec_key())
    with output:
        decrypt(io.BytesIO(encrypted(PLAINTEXT, ec_key())), output, ec_key())
    assert output.value == PLAINTEXT


@pytest.mark.parametrize("kind", ["file", "stream", "bytes"])
def test_an_output_that_starts_again_has_only_what_was_written_then(
    tmp_path: Path, kind: str
) -> None:
    path, stream, held = tmp_path / "opened", io.BytesIO(), BytesOutput()
    output = {"file": FileOutput(path), "stream": SpooledOutput(stream), "bytes": held}[kind]
    with output:
        output.write(b"a long first attempt")
        output.restart()
        output.write(b"the second")
    if kind == "bytes":
        assert held.value == b"the second"
    else:
        assert (path.read_bytes() if kind == "file" else stream.getvalue()) == b"the second"


def test_an_encrypted_output_that_starts_again_draws_another_key() -> None:
    held = BytesOutput()
    with EncryptedOutput(held, [ec_key().recipient]) as output:
        output.write(bytes(1000))
        output.restart()
        output.write(b"the second")
    again = BytesOutput()
    with again:
        decrypt(io.BytesIO(held.value), again, ec_key())
    assert again.value == b"the second"
