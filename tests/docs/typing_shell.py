"""A shell for walks at a terminal: it runs typed lines, and all cards in one program.

Commands of twincard that have no pipes run in this process, so that a page costs one start of
Python and one of Java. After each line the prompt shows its exit code.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from twincard.cli import main
from twincard.simulator.shared_program import one_program

PROMPT = "the line? "
_LINE = 4096


def _run(line: str) -> int:
    words = shlex.split(line)
    if words[0] == "export":
        name, _equals, value = words[1].partition("=")
        os.environ[name] = value.replace("$PWD", str(Path.cwd()))
        return 0
    target = words[-1] if words[-2:-1] == [">"] else None
    if words[0] != "twincard" or "|" in words:
        return subprocess.run(["bash", "-euc", line], check=False).returncode
    if target is None:
        return main(words[1:])
    terminal = os.dup(1)
    with open(target, "wb") as file:  # noqa: PTH123 -- as the shell opens it
        os.dup2(file.fileno(), 1)
    try:
        return main(words[1:-2])
    finally:
        sys.stdout.flush()
        os.dup2(terminal, 1)
        os.close(terminal)


def _serve() -> None:
    code = 0
    with one_program():
        while True:
            sys.stdout.flush()
            sys.stderr.write(f"[{code}] {PROMPT}")
            sys.stderr.flush()
            line = os.read(0, _LINE).decode().strip()
            if line == "exit":
                return
            code = _run(line) if line else code


if __name__ == "__main__":
    _serve()
