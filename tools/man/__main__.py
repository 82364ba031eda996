"""Writes the man pages into the folder named: python -m tools.man build/man."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.man.pages import pages
from tools.man.words import ENGLISH, JAPANESE


def main(folder: Path) -> None:
    """The folder holds these pages alone, afterwards; each other language has a folder in it."""
    shutil.rmtree(folder, ignore_errors=True)
    for place, words in ((folder, ENGLISH), (folder / JAPANESE.language, JAPANESE)):
        place.mkdir(parents=True)
        for name, text in pages(_date(), words).items():
            (place / name).write_text(text, encoding="utf-8")


def _date() -> str:
    """What the build says that its time is (reproducible-builds.org), else the last commit's."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _last_commit()
    now = datetime.datetime.fromtimestamp(int(seconds) if seconds else time.time(), datetime.UTC)
    return now.date().isoformat()


def _last_commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "log", "-1", "--format=%ct"]
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
