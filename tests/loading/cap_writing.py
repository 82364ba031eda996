"""A small CAP file, well formed by the specification: what a loader sees, without a converter.

Its methods are noise: no virtual machine is ever to run them.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE_AID = bytes.fromhex("F05457494E43415244")
APPLET_AID = PACKAGE_AID + b"\x01"
IMPORTS = (
    (bytes.fromhex("A0000000620001"), 1, 0),
    (bytes.fromhex("A0000000620102"), 1, 5),
    (bytes.fromhex("A0000000620101"), 1, 5),
    (bytes.fromhex("A0000000620201"), 1, 5),
    (bytes.fromhex("A0000000620209"), 1, 0),
)
_TAGS = {
    "Header": 1,
    "Directory": 2,
    "Applet": 3,
    "Import": 4,
    "ConstantPool": 5,
    "Class": 6,
    "Method": 7,
    "StaticField": 8,
    "RefLocation": 9,
    "Export": 10,
    "Descriptor": 11,
    "Debug": 12,
}


@dataclass
class CapMaker:
    """What goes into the file; tests spoil `components`, or the names in `extra`."""

    package: bytes = PACKAGE_AID
    applets: tuple[bytes, ...] = (APPLET_AID,)
    method_bytes: int = 700
    with_debug: bool = False
    components: dict[str, bytes] = field(default_factory=dict)
    extra: dict[str, bytes] = field(default_factory=dict)

    def make(self) -> CapMaker:
        """Make the components; they are all there then."""
        noise = hashlib.shake_256(self.package).digest(self.method_bytes)
        bodies = {
            "Header": bytes.fromhex("DECAFFED 01 02 04 00 01") + _counted(self.package),
            "Import": bytes([len(IMPORTS)])
            + b"".join(bytes([minor, major]) + _counted(aid) for aid, major, minor in IMPORTS),
            "Applet": bytes([len(self.applets)])
            + b"".join(_counted(aid) + b"\x00\x0a" for aid in self.applets),
            "Class": bytes(12),
            "Method": b"\x00" + noise,
            "StaticField": bytes.fromhex("0006 0001 0000 0004 0000"),
            "ConstantPool": b"\x00\x02" + bytes.fromhex("06000001 03800300"),
            "RefLocation": bytes.fromhex("0002 0505 0001 07"),
            "Descriptor": bytes(40),
        }
        if self.with_debug:
            bodies["Debug"] = bytes(30)
        self.components = {name: _component(name, body) for name, body in bodies.items()}
        self.components["Directory"] = self._directory(bodies)
        return self

    def _directory(self, bodies: dict[str, bytes]) -> bytes:
        places = 12 if self.with_debug else 11
        sizes = {**bodies, "Directory": bytes(2 * places + 9)}
        body = b"".join(
            len(sizes.get(name, b"")).to_bytes(2, "big") for name in list(_TAGS)[:places]
        )
        body += bodies["StaticField"][:2] + bytes.fromhex("0000 0000")
        body += bytes([len(IMPORTS), len(self.applets), 0])
        return _component("Directory", body)

    def write(self, path: Path) -> Path:
        """Write the file; it has what converters put beside the components too."""
        if not self.components:
            self.make()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
            for name, content in self.components.items():
                archive.writestr(f"twincard/card/javacard/{name}.cap", content)
            for name, content in self.extra.items():
                archive.writestr(name, content)
        return path


def _component(name: str, body: bytes) -> bytes:
    return bytes([_TAGS[name]]) + len(body).to_bytes(2, "big") + body


def _counted(value: bytes) -> bytes:
    return bytes([len(value)]) + value
