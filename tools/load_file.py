"""Prints the size and digest of the part of a CAP file that is loaded onto a card.

The file itself differs with every build (times, names of tools); its load file does not.
"""

import sys
from pathlib import Path

from twincard.globalplatform.cap import CapFile

if __name__ == "__main__":
    cap = CapFile.read(Path(sys.argv[1]))
    digest = cap.load_file_sha256.hex()
    print(f"{sys.argv[1]}: {len(cap.load_file)} bytes to load, SHA-256 {digest}")
