"""Writes the API reference, from the docstrings of what is public (`make api`).

python tools/api.py FOLDER

pdoc is imported where it is needed: tests import this module only for the names.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PUBLIC = (
    "twincard",
    "twincard.card",
    "twincard.cms",
    "twincard.keys",
    "twincard.identity",
    "twincard.mail",
    "twincard.flows",
    "twincard.transport",
    "twincard.simulator",
    "twincard.testing",
)
"""The modules whose `__all__` is kept stable; see docs/library.md."""

_HIDDEN = tuple(f"!{module}[.]" for module in PUBLIC[1:])


def write_reference(folder: Path) -> None:
    """Write the pages into the folder, `index.html` first."""
    import pdoc.render

    for name in PUBLIC:
        _look_up(name)
        constant_docstrings(name)
    pdoc.render.configure(docformat="markdown", show_source=False, footer_text="twincard")
    pdoc.pdoc(*PUBLIC, *_HIDDEN, output_directory=folder)


def _look_up(name: str) -> None:
    """Load the lazy names of a module, so that pdoc finds them."""
    module = importlib.import_module(name)
    for public in module.__all__:
        setattr(module, public, getattr(module, public))


def constant_docstrings(name: str) -> dict[str, str]:
    """The docstrings of a public module's constants, which are where the constants are defined.

    pdoc looks for them in the module itself, and finds them there after this.
    """
    from pdoc import doc_ast

    package = importlib.import_module(name)
    docstrings = doc_ast.walk_tree(package).var_docstrings
    for below, module in sys.modules.copy().items():
        if below.startswith(f"{name}."):
            for constant, docstring in doc_ast.walk_tree(module).var_docstrings.items():
                if constant in package.__all__:
                    docstrings.setdefault(constant, docstring)
    return docstrings


if __name__ == "__main__":
    write_reference(Path(sys.argv[1]))
