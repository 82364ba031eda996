"""CAP files, as the Java Card converter makes them, and the part that is loaded onto a card.

A ZIP file with one component of the package in each entry (Java Card VM Specification 3.0.4,
chapter 6). No code in it is executed here; a malformed file is refused.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _

LOADED = (
    "Header",
    "Directory",
    "Import",
    "Applet",
    "Class",
    "Method",
    "StaticField",
    "Export",
    "ConstantPool",
    "RefLocation",
)
"""Components in the order of loading (6.2)."""
STAND_IN = bytes.fromhex("F0") + b"TWINSTANDIN"
"""The AID of a package that no real card has: stand-ins import it (see stand_in.py)."""
_NOT_LOADED = ("Descriptor", "Debug")
_OPTIONAL = ("Applet", "Export", *_NOT_LOADED)
TAGS = {
    name: tag
    for tag, name in enumerate(
        (
            *("Header", "Directory", "Applet", "Import", "ConstantPool", "Class", "Method"),
            *("StaticField", "RefLocation", "Export", "Descriptor", "Debug"),
        ),
        1,
    )
}
"""Component tags (6.1, table 6-1)."""
_SUFFIX = ".cap"
_EXTENDED_SUFFIX = ".capx"
_FOLDER = "javacard"
_MAGIC = 0xDECAFFED
_FORMAT = 2
_LAST_MINOR_FORMAT = 2
_EXTENDED_FORMAT = 3
_MOST_FILE_BYTES = 4 << 20
_MOST_ENTRIES = 4096
_COMPONENT_HEAD_BYTES = 3
_MOST_COMPONENT_BYTES = 0xFFFF + _COMPONENT_HEAD_BYTES
_COMPRESSED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""No others: with those a small entry can take gigabytes of memory."""
_T = TypeVar("_T")


class CapError(ValueError):
    """Not a CAP file that can be loaded; the message is one plain sentence."""


@dataclass(frozen=True)
class Package:
    """A package: its AID (5 to 16 bytes) and its version."""

    aid: bytes
    major: int
    minor: int

    @property
    def version(self) -> str:
        """Major and minor version."""
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True)
class CapFile:
    """What a CAP file holds.

    `applets` are the AIDs of its applet classes, `imports` the packages that the card must have.
    """

    package: Package
    applets: tuple[bytes, ...] = field(repr=False)
    imports: tuple[Package, ...]
    components: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file. Raises CapError, OSError."""
        try:
            return cls.parse(_components(path))
        except CapError as error:
            raise CapError(_("{path}: {sentence}").format(path=path, sentence=error)) from None

    @classmethod
    def parse(cls, components: Mapping[str, bytes]) -> Self:
        """Read the components, each whole and under its name. Raises CapError."""
        for name in TAGS:
            if name in components:
                _check_head(name, components[name])
            elif name not in _OPTIONAL:
                raise CapError(_("The CAP file has no component {name}.").format(name=name))
        package = _read(components, "Header", _header)
        imports = _read(components, "Import", _imports)
        applets = _read(components, "Applet", _applets) if "Applet" in components else ()
        if not applets:
            raise CapError(_("The CAP file has no applet."))
        _read(components, "Directory", lambda reader: _check_directory(reader, components))
        _check_counts(components, imports, applets)
        return cls(package, applets, imports, components)

    @property
    def is_stand_in(self) -> bool:
        """Whether it is without code, for simulated cards alone."""
        return any(package.aid == STAND_IN for package in self.imports)

    @property
    def load_file(self) -> bytes:
        """The load file data block: what the card is sent."""
        return b"".join(self.components[name] for name in LOADED if name in self.components)

    @property
    def load_file_sha256(self) -> bytes:
        """SHA-256 of the load file, the same for every build of the same sources."""
        return hashlib.sha256(self.load_file).digest()


def _components(path: Path) -> dict[str, bytes]:
    content = read_bounded(path, _MOST_FILE_BYTES)
    if content is None:
        raise CapError(_("The file is too long for a CAP file."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive)
    except CapError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        # zipfile raises RuntimeError for encrypted entries, and ValueError for positions outside
        # the file and wrongly encoded names.
        raise CapError(_("This is not a CAP file, or it is damaged.")) from None


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    if len(archive.infolist()) > _MOST_ENTRIES:
        raise CapError(_("The file has too many entries for a CAP file."))
    found: dict[str, bytes] = {}
    folders = set()
    for entry in archive.infolist():
        folder, _slash, file = entry.filename.rpartition("/")
        if folder.rpartition("/")[2] != _FOLDER:
            continue
        if file.endswith(_EXTENDED_SUFFIX):
            raise _extended()
        name = file.removesuffix(_SUFFIX)
        if name == file or name not in TAGS:
            raise CapError(_("The CAP file has an unknown component {name}.").format(name=file))
        if name in found:
            raise CapError(_("The CAP file has more than one component {name}.").format(name=name))
        if entry.compress_type not in _COMPRESSED:
            raise NotImplementedError
        folders.add(folder)
        with archive.open(entry) as stream:
            found[name] = stream.read(_MOST_COMPONENT_BYTES + 1)
    if len(folders) > 1:
        raise CapError(_("The CAP file has more than one package."))
    return found


def _check_head(name: str, content: bytes) -> None:
    size = int.from_bytes(content[1:_COMPONENT_HEAD_BYTES], "big")
    if content[:1] != bytes([TAGS[name]]) or len(content) != size + _COMPONENT_HEAD_BYTES:
        raise CapError(_("Component {name} has a wrong tag or length.").format(name=name))


def _read(components: Mapping[str, bytes], name: str, parse: Callable[[ComponentReader], _T]) -> _T:
    reader = ComponentReader(components[name][_COMPONENT_HEAD_BYTES:])
    try:
        value = parse(reader)
        reader.end()
    except CutShortError:
        raise CapError(
            _("Component {name} is too short or too long for its content.").format(name=name)
        ) from None
    return value


def _header(reader: ComponentReader) -> Package:
    """6.3."""
    if reader.number(4) != _MAGIC:
        raise CapError(_("The file does not start like a CAP file."))
    minor, major = reader.number(1), reader.number(1)
    if (major, minor) == (_FORMAT, _EXTENDED_FORMAT):
        raise _extended()
    if major != _FORMAT or not 1 <= minor <= _LAST_MINOR_FORMAT:
        raise CapError(
            _("The CAP file has format {major}.{minor}; only 2.1 and 2.2 are supported.").format(
                major=major, minor=minor
            )
        )
    reader.number(1)  # flags
    package = _package(reader)
    if not reader.is_at_end:
        reader.take(reader.number(1))  # the package's name, of format 2.2
    return package


def _imports(reader: ComponentReader) -> tuple[Package, ...]:
    """6.6."""
    return tuple(_package(reader) for _place in range(reader.number(1)))


def _applets(reader: ComponentReader) -> tuple[bytes, ...]:
    """6.5: each applet's AID and the place of its install method."""
    found = []
    for _place in range(reader.number(1)):
        found.append(_aid(reader))
        reader.number(2)
    if len(set(found)) != len(found):
        raise CapError(_("Two applets of the CAP file have the same AID."))
    return tuple(found)


def _check_directory(reader: ComponentReader, components: Mapping[str, bytes]) -> None:
    """6.4: the sizes of all components, and no custom components."""
    # Format 2.2 has a place for Debug, 2.1 has none.
    for name in list(TAGS)[: (reader.left - 9) // 2]:
        size = len(components[name]) - _COMPONENT_HEAD_BYTES if name in components else 0
        if reader.number(2) != size:
            raise CapError(
                _("Component {name} does not have the length given in the directory.").format(
                    name=name
                )
            )
    reader.take(6)  # static fields
    reader.take(2)  # counts of imports and applets
    if reader.number(1):
        raise CapError(_("The CAP file has non-standard components."))


def _check_counts(
    components: Mapping[str, bytes], imports: tuple[Package, ...], applets: tuple[bytes, ...]
) -> None:
    told = components["Directory"][-3:-1]
    if told != bytes([len(imports), len(applets)]):
        raise CapError(_("The directory does not match the imports and applets of the CAP file."))


def _package(reader: ComponentReader) -> Package:
    minor, major = reader.number(1), reader.number(1)
    return Package(_aid(reader), major, minor)


def _aid(reader: ComponentReader) -> bytes:
    aid = reader.take(reader.number(1))
    if not 5 <= len(aid) <= 16:
        raise CapError(_("An AID in the CAP file does not have 5 to 16 bytes."))
    return aid


def _extended() -> CapError:
    return CapError(
        _(
            "The CAP file has the extended format, which older cards do not accept. Convert "
            "it to the compact format."
        )
    )


class CutShortError(Exception):
    """The component is shorter or longer than its content requires."""


class ComponentReader:
    """Reads big-endian numbers and bytes off the front of one component."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._content) - self._at

    @property
    def is_at_end(self) -> bool:
        """Whether all was taken."""
        return not self.left

    def take(self, size: int) -> bytes:
        """The next bytes; raises CutShortError."""
        if size > self.left:
            raise CutShortError
        self._at += size
        return self._content[self._at - size : self._at]

    def number(self, size: int) -> int:
        """An unsigned number of so many bytes; raises CutShortError."""
        return int.from_bytes(self.take(size), "big")

    def end(self) -> None:
        """Raises CutShortError when something is left."""
        if not self.is_at_end:
            raise CutShortError
