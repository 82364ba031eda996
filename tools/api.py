"""Writes the API reference, from the docstrings of what is public (`make api`).

python tools/api.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc
import pdoc.render

PUBLIC = (
    "twincard",
    "twincard.card",
    "twincard.files",
    "twincard.protocols",
    "twincard.transport",
)
"""The modules whose `__all__` is kept stable; see docs/library.md."""


def write_reference(folder: Path) -> None:
    """Write the pages into the folder, `index.html` first."""
    pdoc.render.configure(docformat="markdown", show_source=False, footer_text="twincard")
    others = [f"!{module}[.]" for module in PUBLIC if module != "twincard"]
    hidden = [f"!{module}" for module in ("twincard.cli", "twincard.language", "twincard.paper")]
    pdoc.pdoc(*PUBLIC, *others, *hidden, output_directory=folder)


if __name__ == "__main__":
    write_reference(Path(sys.argv[1]))
