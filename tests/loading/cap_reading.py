"""A CAP file as the Java Card VM Specification 3.0.4, chapter 6, says that it is to be read.

Written from the specification for the tests alone; nothing of the product is used. It checks more
than a loader must: every component against the directory, and what the components say of each
other.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

# Table 6-1: component types, by their tags.
HEADER, DIRECTORY, APPLET, IMPORT, CONSTANT_POOL, CLASS = 1, 2, 3, 4, 5, 6
METHOD, STATIC_FIELD, REFERENCE_LOCATION, EXPORT, DESCRIPTOR, DEBUG = 7, 8, 9, 10, 11, 12
FILE_NAMES = {
    HEADER: "Header",
    DIRECTORY: "Directory",
    APPLET: "Applet",
    IMPORT: "Import",
    CONSTANT_POOL: "ConstantPool",
    CLASS: "Class",
    METHOD: "Method",
    STATIC_FIELD: "StaticField",
    REFERENCE_LOCATION: "RefLocation",
    EXPORT: "Export",
    DESCRIPTOR: "Descriptor",
    DEBUG: "Debug",
}
# 6.2: the order in which components are handed to a card; Descriptor and Debug stay off-card here.
INSTALL_ORDER = (
    HEADER,
    DIRECTORY,
    IMPORT,
    APPLET,
    CLASS,
    METHOD,
    STATIC_FIELD,
    EXPORT,
    CONSTANT_POOL,
    REFERENCE_LOCATION,
)
CONSTANT_POOL_ENTRY_BYTES = 4
FLAG_APPLET = 0x04


@dataclass(frozen=True)
class ReadPackage:
    """AID and version (major, minor)."""

    aid: bytes
    version: tuple[int, int]


@dataclass(frozen=True)
class ReadCap:
    """What the file says, and the bytes that a card is to get."""

    package: ReadPackage
    applets: tuple[bytes, ...]
    imports: tuple[ReadPackage, ...]
    load_file: bytes

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.load_file).digest()


def read_cap(path: Path) -> ReadCap:
    """Read and cross-check a CAP file; any assertion is a file that is not well formed."""
    components = _components(path)
    package = _header(components[HEADER])
    imports = _imports(components[IMPORT])
    applets = _applets(components[APPLET], len(components[METHOD]) - 3)
    _check_directory(components, len(imports), len(applets))
    _check_constant_pool(components[CONSTANT_POOL])
    _check_reference_location(components[REFERENCE_LOCATION], len(components[METHOD]) - 3)
    load_file = b"".join(components[tag] for tag in INSTALL_ORDER if tag in components)
    return ReadCap(package, applets, imports, load_file)


def _components(path: Path) -> dict[int, bytes]:
    """6.1: the entries of the archive; each begins with its tag and the size of what follows."""
    with zipfile.ZipFile(path) as archive:
        by_name = {
            Path(name).name: archive.read(name)
            for name in archive.namelist()
            if Path(name).parent.name == "javacard"
        }
    found = {}
    for tag, name in FILE_NAMES.items():
        content = by_name.pop(f"{name}.cap", None)
        if content is not None:
            assert content[0] == tag, name
            assert _number(content, 1, 2) == len(content) - 3, name
            found[tag] = content
    assert by_name == {}
    return found


def _header(content: bytes) -> ReadPackage:
    """6.3: magic, format, flags, then the package."""
    assert content[3:7] == bytes.fromhex("DECAFFED")
    assert content[8] == 2, "major version of the format"
    assert content[7] in (1, 2), "minor version of the format"
    assert content[9] & FLAG_APPLET
    package, end = _package(content, 10)
    if end < len(content):  # 2.2: the package's name
        assert end + 1 + content[end] == len(content)
    return package


def _package(content: bytes, at: int) -> tuple[ReadPackage, int]:
    """package_info: minor, major, AID; and where it ends."""
    minor, major, length = content[at : at + 3]
    assert 5 <= length <= 16
    end = at + 3 + length
    assert end <= len(content)
    return ReadPackage(content[at + 3 : end], (major, minor)), end


def _imports(content: bytes) -> tuple[ReadPackage, ...]:
    """6.6."""
    at, found = 4, []
    for _ in range(content[3]):
        package, at = _package(content, at)
        found.append(package)
    assert at == len(content)
    return tuple(found)


def _applets(content: bytes, method_bytes: int) -> tuple[bytes, ...]:
    """6.5: each with the place of its install method in the Method component's info."""
    at, found = 4, []
    for _ in range(content[3]):
        length = content[at]
        assert 5 <= length <= 16
        found.append(content[at + 1 : at + 1 + length])
        assert 0 < _number(content, at + 1 + length, 2) < method_bytes
        at += 3 + length
    assert at == len(content)
    return tuple(found)


def _check_directory(components: dict[int, bytes], imports: int, applets: int) -> None:
    """6.4: sizes of all components but itself too, then static fields and counts."""
    content = components[DIRECTORY]
    places = 12 if DEBUG in components else 11
    assert len(content) == 3 + 2 * places + 9
    for tag in range(1, places + 1):
        size = len(components[tag]) - 3 if tag in components else 0
        assert _number(content, 1 + 2 * tag, 2) == size, FILE_NAMES[tag]
    at = 3 + 2 * places
    assert _number(content, at, 2) == _number(components[STATIC_FIELD], 3, 2), "image of statics"
    assert content[at + 6 :] == bytes([imports, applets, 0])


def _check_constant_pool(content: bytes) -> None:
    """6.7: entries of four bytes, of one of six kinds."""
    assert len(content) == 5 + CONSTANT_POOL_ENTRY_BYTES * _number(content, 3, 2)
    assert all(1 <= tag <= 6 for tag in content[5::CONSTANT_POOL_ENTRY_BYTES])


def _check_reference_location(content: bytes, method_bytes: int) -> None:
    """6.11: two lists of distances between operands, all within the Method component."""
    at = 3
    for _ in range(2):
        count = _number(content, at, 2)
        distances = content[at + 2 : at + 2 + count]
        assert len(distances) == count
        assert sum(255 if each == 255 else each for each in distances) < method_bytes or not count
        at += 2 + count
    assert at == len(content)


def _number(content: bytes, at: int, size: int) -> int:
    return int.from_bytes(content[at : at + size], "big")
