"""Snapshots of what a terminal shows, at three widths, and of a mailer; in both languages.

    python -m tests.snapshots.taken

takes them again. Look at the differences before you commit them.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.ceremonies.pages import pages_of
from tests.docs.typed import Walk

HERE = Path(__file__).parent
WIDTHS = (60, 80, 120)
LANGUAGES = ("en", "ja")
COMMANDS = {
    "help": "--help",
    "issue-help": "issue --help",
    "card-info": "card info -r sim:alice",
    "chips": "chips Infineon",
    "chip": "chips 'SECORA ID S'",
}
_PAIR = "--original sim:alice --backup sim:alice-backup --pin-file pin.txt"
_PREPARED = (
    "printf 123456 > pin.txt",
    "printf 12345678 > puk.txt",
    "twincard sim new alice",
    "twincard sim new alice-backup",
    "twincard group new --size 1 --out g",
    f"twincard issue {_PAIR} --puk-file puk.txt --group-size 1 --component 1=g/component-1.txt",
    f"twincard duplicate {_PAIR} --key p256",
)


def snapshots() -> Iterator[tuple[str, str]]:
    """Names of files and what is to be in them; simulated cards are made in the current folder."""
    with Walk() as walk:
        for line in _PREPARED:
            assert walk.line(line) == 0, walk.shown
        for language in LANGUAGES:
            walk.line(f"export TWINCARD_LANGUAGE={language}")
            for name, words in COMMANDS.items():
                yield f"{name}.{language}.txt", "\n".join(_at_widths(walk, words))
            folder = f"mailers-{language}"
            made = f"group new --size 3 --out {folder} --pdf --no-files --group-name Alice"
            assert walk.line(f"twincard {made}") == 0
            yield f"mailer.{language}.txt", _mailer(Path(folder) / "mailers.pdf")


def _at_widths(walk: Walk, words: str) -> Iterator[str]:
    for width in WIDTHS:
        walk.line(f"export COLUMNS={width}")
        start = len(walk.shown)
        assert walk.line(f"twincard {words}") == 0
        shown = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", walk.shown[start:]).replace("\r", "")
        lines = shown.splitlines()[1:-1]  # without what was typed, and the next prompt
        yield "\n".join([f"{f' {width} columns ':-^{width}}", *map(_without_numbers, lines), ""])


def _mailer(pdf: Path) -> str:
    """The text of the first page, without its component."""
    text = pages_of(pdf.read_bytes())[0].text.replace("\r", "")
    text = re.sub(r"^[0-9A-F ]+\n", "", text, flags=re.MULTILINE)
    without = re.sub(r"\b[0-9A-F]{6}\b", "000000", text)
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", "0000-00-00", without) + "\n"


def _without_numbers(line: str) -> str:
    """Digests and ids, which differ from run to run, are as wide as they were."""
    return re.sub(r"\b([0-9a-f]{64}|[0-9a-f]{32})\b", lambda found: "0" * len(found[0]), line)


def main() -> None:
    """Write all files."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["TWINCARD_HOME"] = f"{folder}/cards"
        for name, text in snapshots():
            (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
