"""A CAP file without code, to rehearse `card load` with a simulated card.

A real CAP file takes Oracle's Java Card kit to build. A simulated card has the applet's classes
already, and looks at the form of what it is sent, so that a file of this form is enough for it. A
real card refuses the stand-in: it imports a package that no card has.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from twincard.globalplatform.cap import STAND_IN, TAGS
from twincard.ground.private_file import write_private

PACKAGE_AID = bytes.fromhex("F05457494E43415244")
APPLET_AID = PACKAGE_AID + b"\x01"
_IMPORTS = (
    (bytes.fromhex("A0000000620001"), 1, 0),  # java.lang
    (bytes.fromhex("A0000000620101"), 1, 5),  # javacard.framework
    (STAND_IN, 1, 0),
)
_PLACES = 11
"""In the directory of format 2.1, which has none for Debug."""
_LABEL = b"A stand-in for rehearsals with simulated cards: no code.\x00"
_LABELS = 32
_INSTALL_METHOD = b"\x00\x0a"


def write_stand_in(path: Path) -> None:
    """Write the file, whole or not at all. Raises FileExistsError if it exists, OSError."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, component in stand_in().items():
            archive.writestr(f"twincard/card/javacard/{name}.cap", component)
    write_private(path, content.getvalue())


def stand_in() -> dict[str, bytes]:
    """Its components by name (Java Card VM Specification 3.0.4, chapter 6)."""
    bodies = {
        "Header": bytes.fromhex("DECAFFED 01 02 04 00 01") + _counted(PACKAGE_AID),
        "Applet": b"\x01" + _counted(APPLET_AID) + _INSTALL_METHOD,
        "Import": bytes([len(_IMPORTS)])
        + b"".join(bytes([minor, major]) + _counted(aid) for aid, major, minor in _IMPORTS),
        "ConstantPool": bytes(2),
        "Class": b"",
        "Method": b"\x00" + _LABELS * _LABEL,
        "StaticField": bytes(10),
        "RefLocation": bytes(4),
        "Descriptor": bytes(1),
    }
    bodies["Directory"] = _directory(bodies)
    return {
        name: bytes([TAGS[name]]) + len(body).to_bytes(2, "big") + body
        for name, body in bodies.items()
    }


def _directory(bodies: dict[str, bytes]) -> bytes:
    """6.4: sizes, static fields, then how many imports, applets, and components of one's own."""
    sizes = {name: len(body) for name, body in bodies.items()}
    sizes["Directory"] = 2 * _PLACES + 6 + 3
    places = list(TAGS)[:_PLACES]
    head = b"".join(sizes.get(name, 0).to_bytes(2, "big") for name in places)
    return head + bytes(6) + bytes([len(_IMPORTS), 1, 0])


def _counted(value: bytes) -> bytes:
    return bytes([len(value)]) + value
