"""CAP files are read as another reader reads them, and refused where they are not well formed."""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.loading.cap_reading import read_cap
from tests.loading.cap_writing import APPLET_AID, PACKAGE_AID, CapMaker

from twincard.globalplatform.cap import CapError, CapFile, Package


def test_a_file_is_what_an_independent_reader_finds_in_it(cap_file: Path) -> None:
    ours, other = CapFile.read(cap_file), read_cap(cap_file)
    assert ours.load_file == other.load_file
    assert ours.load_file_sha256 == hashlib.sha256(other.load_file).digest()
    assert ours.package == Package(other.package.aid, *other.package.version)
    assert ours.applets == other.applets
    assert ours.imports == tuple(Package(item.aid, *item.version) for item in other.imports)


def test_descriptor_and_debug_stay_behind_and_do_not_change_the_digest(tmp_path: Path) -> None:
    maker = CapMaker(with_debug=True).make()
    cap = CapFile.read(maker.write(tmp_path / "with.cap"))
    assert read_cap(tmp_path / "with.cap").load_file == cap.load_file
    for name in ("Descriptor", "Debug"):
        assert maker.components[name] not in cap.load_file


def test_the_package_name_of_format_2_2_is_passed_over(tmp_path: Path) -> None:
    maker = CapMaker().make()
    header = maker.components["Header"]
    body = header[3:7] + b"\x02" + header[8:] + b"\x03a/b"
    maker.components["Header"] = b"\x01" + len(body).to_bytes(2, "big") + body
    directory = bytearray(maker.components["Directory"])
    directory[3:5] = len(body).to_bytes(2, "big")
    maker.components["Directory"] = bytes(directory)
    cap = CapFile.read(maker.write(tmp_path / "named.cap"))
    assert cap.package.aid == read_cap(tmp_path / "named.cap").package.aid == PACKAGE_AID


def replaced(name: str, at: int, new: bytes) -> Callable[[CapMaker], None]:
    def spoil(maker: CapMaker) -> None:
        content = maker.components[name]
        maker.components[name] = content[:at] + new + content[at + len(new) :]

    return spoil


def without(name: str) -> Callable[[CapMaker], None]:
    def spoil(maker: CapMaker) -> None:
        del maker.components[name]

    return spoil


def with_entry(name: str, content: bytes = b"x") -> Callable[[CapMaker], None]:
    return lambda maker: maker.extra.update({name: content})


def longer(name: str, more: bytes) -> Callable[[CapMaker], None]:
    """Longer, and its head and the directory say so."""

    def spoil(maker: CapMaker) -> None:
        body = maker.components[name][3:] + more
        tag = maker.components[name][:1]
        maker.components[name] = tag + len(body).to_bytes(2, "big") + body
        at = 3 + 2 * (tag[0] - 1)
        replaced("Directory", at, len(body).to_bytes(2, "big"))(maker)

    return spoil


FOLDER = "twincard/card/javacard"
SPOILED: dict[str, tuple[Callable[[CapMaker], None], str]] = {
    "no Header": (without("Header"), "no component Header"),
    "no Directory": (without("Directory"), "no component Directory"),
    "no RefLocation": (without("RefLocation"), "no component RefLocation"),
    "no Applet": (without("Applet"), "no applet"),
    "another magic": (replaced("Header", 3, b"\xde\xca\xff\xee"), "does not start"),
    "format 2.3": (replaced("Header", 7, b"\x03"), "extended format"),
    "format 3.1": (replaced("Header", 8, b"\x03"), "format 3.1"),
    "format 2.0": (replaced("Header", 7, b"\x00"), "format 2.0"),
    "another tag": (replaced("Method", 0, b"\x08"), "Component Method"),
    "another size": (replaced("Method", 1, b"\x00\x00"), "Component Method"),
    "an AID of 4 bytes": (replaced("Header", 12, b"\x04"), "5 to 16 bytes"),
    "an AID of 17 bytes": (replaced("Header", 12, b"\x11"), "too short or too long"),
    "a size of the directory": (
        replaced("Directory", 3, b"\x00\x01"),
        "length given in",
    ),
    "another count of imports": (replaced("Directory", 31, b"\x02"), "does not match the imports"),
    "another count of applets": (replaced("Directory", 32, b"\x02"), "does not match the imports"),
    "components of one's own": (replaced("Directory", 33, b"\x01"), "non-standard components"),
    "more imports than there are": (
        replaced("Import", 3, b"\x06"),
        "Import is too short or too long",
    ),
    "fewer imports than there are": (
        replaced("Import", 3, b"\x04"),
        "Import is too short or too long",
    ),
    "more behind the applets": (longer("Applet", b"\x00"), "Applet is too short or too long"),
    "a component of another name": (
        with_entry(f"{FOLDER}/Other.cap"),
        "unknown component",
    ),
    "a component of the extended format": (
        with_entry(f"{FOLDER}/Method.capx"),
        "extended format",
    ),
    "a second package": (with_entry("other/javacard/Debug.cap", b"\x0c\0\0"), "more than one"),
    "a component twice": (with_entry("other/javacard/Method.cap"), "more than one"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_file_that_is_not_well_formed_is_refused_in_one_sentence(
    how: str, tmp_path: Path
) -> None:
    spoil, words = SPOILED[how]
    maker = CapMaker().make()
    spoil(maker)
    path = maker.write(tmp_path / "spoiled.cap")
    with pytest.raises(CapError, match=words) as caught:
        CapFile.read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_compressed_as_no_converter_does_it_is_refused(tmp_path: Path, way: int) -> None:
    whole = CapMaker().write(tmp_path / "whole.cap")
    other = tmp_path / "other.cap"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(other, "w", way) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with pytest.raises(CapError, match=r"(not|for) a CAP file"):
        CapFile.read(other)


@pytest.mark.parametrize("record", [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"])
def test_no_byte_of_the_archive_s_own_ends_in_anything_unexpected(
    tmp_path: Path, record: bytes
) -> None:
    whole = CapMaker(method_bytes=20).write(tmp_path / "whole.cap").read_bytes()
    spoiled = tmp_path / "spoiled.cap"
    start = whole.index(record)
    for at in range(start, min(start + 80, len(whole))):
        for value in (0x00, 0x08, 0x7F, 0xFF):
            spoiled.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
            with contextlib.suppress(CapError):
                CapFile.read(spoiled)


def test_two_applets_of_one_name_are_refused(tmp_path: Path) -> None:
    path = CapMaker(applets=(APPLET_AID, APPLET_AID)).write(tmp_path / "twice.cap")
    with pytest.raises(CapError, match="same AID"):
        CapFile.read(path)


def test_every_cut_of_a_file_is_refused(tmp_path: Path) -> None:
    whole = CapMaker(method_bytes=20).write(tmp_path / "whole.cap").read_bytes()
    for size in range(0, len(whole), 23):
        cut = tmp_path / "cut.cap"
        cut.write_bytes(whole[:size])
        with pytest.raises(CapError):
            CapFile.read(cut)


def test_every_byte_of_every_component_matters_or_is_loaded(tmp_path: Path) -> None:
    maker = CapMaker(method_bytes=20).make()
    whole = CapFile.parse(maker.components)
    for name, content in maker.components.items():
        for at in range(len(content)):
            changed = content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :]
            try:
                read = CapFile.parse({**maker.components, name: changed})
            except CapError:
                continue
            if name != "Descriptor":
                assert read.load_file != whole.load_file


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.cap"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{FOLDER}/Method.cap", b"\x07\xff\xff" + bytes(50 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(CapError, match=r"no component|not as long"):
        CapFile.read(path)


@pytest.mark.parametrize("content", [b"", b"PK", bytes(5 << 20), "こんにちは".encode()])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "カード.cap"
    path.write_bytes(content)
    with pytest.raises(
        CapError, match=r"カード\.cap: (This is not|The file is too long for) a CAP file"
    ):
        CapFile.read(path)
