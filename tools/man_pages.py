"""A hook of the wheel's build: the manual pages that `make man` has written go where man looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManPages(BuildHookInterface[BuilderConfig]):
    """Adds build/man/*.1, and those of other languages; none where they were not made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See BuildHookInterface; an editable install takes no files."""
        if version == "editable":
            return
        made = Path(self.root, "build/man")
        for page in sorted(made.rglob("*.1")):
            language = page.parent.relative_to(made).as_posix()
            folder = "share/man" if language == "." else f"share/man/{language}"
            build_data["shared_data"][str(page)] = f"{folder}/man1/{page.name}"
