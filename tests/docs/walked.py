"""Pages that are walked through: every command on them runs, and prints what stands below it.

    python -m tests.docs.walked PAGE

runs the commands of a page again and writes what they print below them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.docs.examples import ROOT, search_path

PAGES = (
    "docs/mail.md",
    "docs/when-the-original-is-lost.md",
    "docs/lost-pin-puk-or-component.md",
    "docs/disks-passwords-backups.md",
)
PRACTICE = "## Practise"
"""The section, at the end of a page, whose commands make what the page begins with."""

_BLOCK = re.compile(r"```sh\n(?P<code>.*?)```\n(?:\n```text\n(?P<printed>.*?)```\n)?", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block of commands, what the page says that it prints, and what it printed."""

    code: str
    expected: str
    printed: str


def walk(text: str, folder: Path) -> list[Step]:
    """Run all blocks of a page in a folder, those of its practice section first."""
    return [
        Step(found["code"], found["printed"] or "", _run(found["code"], folder))
        for found in _in_order(text)
    ]


def blocks_in_order(text: str) -> list[str]:
    """The commands of all blocks of a page, in the order in which they run."""
    return [found["code"] for found in _in_order(text)]


def _in_order(text: str) -> list[re.Match[str]]:
    main, _, practice = text.partition(PRACTICE)
    return [*_BLOCK.finditer(practice), *_BLOCK.finditer(main)]


def _run(script: str, folder: Path) -> str:
    """Run lines as somebody types them; all that is shown. A line `# exit code N` expects N."""
    expected = re.search(r"^# exit code (\d+)$", script, re.MULTILINE)
    ran = subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env=os.environ
        | {"TWINCARD_HOME": str(folder / "cards"), "PATH": search_path(), "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == (int(expected[1]) if expected else 0), script + ran.stdout
    return ran.stdout


def comparable(text: str) -> str:
    """Digests, card ids, serial numbers, KCVs, sizes and times give way to their kind."""
    text = re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b", lambda found: f"<{len(found[0])}>", text)
    text = re.sub(r"\d+\.\d ms", "<ms>", text)
    text = re.sub(r"serial [0-9a-f]{12}\b", "serial <12>", text)
    text = re.sub(r"KCV [0-9A-F]{6}\b", "KCV <6>", text)
    return re.sub(r"\b\d+ bytes", "<n> bytes", text)


def rewritten(text: str, steps: list[Step]) -> str:
    """The page with what its commands printed, where that is not the same but for numbers."""
    by_code = {step.code: step for step in steps}

    def block(found: re.Match[str]) -> str:
        step = by_code[found["code"]]
        same = comparable(step.printed) == comparable(step.expected)
        below = step.expected if same else step.printed
        return f"```sh\n{found['code']}```\n" + (f"\n```text\n{below}```\n" if below else "")

    return _BLOCK.sub(block, text)


def _main(name: str) -> None:
    page = ROOT / name
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        page.write_text(rewritten(text, walk(text, Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1])
