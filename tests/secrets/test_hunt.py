"""The hunt finds what it is to find; otherwise all tests beside it would be worth nothing."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from tests.secrets.hunt import Hunt

VALUE = bytes(range(0xF0, 0x100)) * 2
HUNT = Hunt({"it": VALUE})


@pytest.mark.parametrize(
    "shown",
    [
        VALUE,
        VALUE.hex(),
        VALUE.hex(" ").upper(),
        VALUE.hex(":"),
        f"key {VALUE!r}",
        f"key {bytearray(VALUE)!r}",
        f"key {list(VALUE)}",
        base64.b64encode(VALUE),
    ],
)
def test_a_secret_is_found_in_every_form(shown: bytes | str) -> None:
    assert HUNT.found_in(shown) == ["it"]


def test_what_is_no_secret_is_not_found() -> None:
    assert HUNT.found_in(VALUE[1:]) == []


def test_a_secret_is_found_behind_an_exception() -> None:
    error = RuntimeError("something")
    error.__context__ = ValueError(VALUE)
    assert HUNT.found_in_error(error) == ["it"]


def test_a_secret_is_found_in_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"x" + VALUE)
    (tmp_path / "c").write_bytes(b"x")
    assert HUNT.found_below(tmp_path) == {"a/b": ["it"]}
