"""Prints how much of a CAP file is loaded onto a card, and the digest of exactly that.

The file itself differs with every build (times, names of tools); its load file does not.
"""

import hashlib
import sys
import zipfile

# In the order of loading (Java Card VM specification 3.0.4, 6.1); the other two are not loaded.
COMPONENTS = (
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


def load_file(path: str) -> bytes:
    """The bytes that are sent to the card."""
    with zipfile.ZipFile(path) as cap:
        names = {name.rpartition("/")[2]: name for name in cap.namelist()}
        present = [
            names[f"{component}.cap"] for component in COMPONENTS if f"{component}.cap" in names
        ]
        return b"".join(cap.read(name) for name in present)


if __name__ == "__main__":
    content = load_file(sys.argv[1])
    digest = hashlib.sha256(content).hexdigest()
    print(f"{sys.argv[1]}: {len(content)} bytes to load, SHA-256 {digest}")
