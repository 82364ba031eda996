"""Component files: strict to read, private, and silent about their value when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from twincard.keys.component import (
    Component,
    ComponentError,
    draw_group,
    format_component,
    parse_component,
    read_component,
    write_component,
)
from twincard.keys.secret import Secret

# Fixed, because it names the cases below, which must be called the same in every test process.
COMPONENT = Component(2, 3, Secret(bytes(range(0xC0, 0xE0))))
TEXT = format_component(COMPONENT)
VALUE = COMPONENT.value.reveal().hex()


def test_a_file_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "component-2.txt"
    write_component(COMPONENT, path)
    assert read_component(path) == COMPONENT


def test_a_file_is_for_its_holder_only(tmp_path: Path) -> None:
    path = tmp_path / "component-2.txt"
    write_component(COMPONENT, path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "component-2.txt"
    path.write_text("something else")
    with pytest.raises(FileExistsError):
        write_component(COMPONENT, path)


def test_spaces_case_and_empty_lines_do_not_matter() -> None:
    relaxed = TEXT.replace("number: ", "\r\n  Number :  ").replace(VALUE, VALUE.upper())
    assert parse_component(relaxed) == COMPONENT


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("number: 2\n", "", "no line 'number'"),
        ("number: 2", "number: 4", "no component 4"),
        ("number: 2", "number: 0", "1 to 8"),
        ("number: 2", "number: 2\nnumber: 2", "cannot be read"),
        ("size: 3", "size: 9", "1 to 8"),
        ("size: 3", "size", "cannot be read"),
        ("component: 1", "component: 2", "unsupported version"),
        (VALUE, VALUE[:-1], "64 hex digits"),
        (VALUE, VALUE[:-1] + "x", "64 hex digits"),
        (VALUE, VALUE[:-1] + ("0" if VALUE[-1] != "0" else "1"), "key check value"),
        ("kcv: ", "kcv: 00", "6 hex digits"),
        (TEXT, "", "no line"),
        (TEXT, TEXT + "pin: 123456\n", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence_without_the_value(
    old: str, new: str, message: str
) -> None:
    assert old in TEXT
    with pytest.raises(ComponentError, match=message) as raised:
        parse_component(TEXT.replace(old, new))
    assert VALUE[:16] not in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"kcv: 1\n" * 1000, b"\x00"])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(ComponentError, match=r"picture\.jpg"):
        read_component(path)


def test_components_of_a_group_all_differ() -> None:
    values = {component.value.reveal() for component in draw_group(8)}
    assert len(values) == 8
