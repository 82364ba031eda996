"""Messages of programs that few machines have, kept in data/.

`python -m tests.interop.matrix.written` writes them anew, with the programs that are installed.
"""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path

from tests.interop.matrix.opening import person_of
from tests.interop.matrix.people import DATA
from tests.interop.matrix.program import Program, Way
from tests.interop.matrix.programs import WITH_DATA


def kept(program: type[Program]) -> dict[Way, bytes]:
    """The messages of a program, by the ways in which they were written."""
    entries = json.loads(_path(program).read_text())["messages"]
    messages = {(one["what"], one["key"]): base64.b64decode(one["message"]) for one in entries}
    assert len(messages) == len(program.ways), "a message is missing: see data/README.md"
    return {way: messages[way.what, way.key] for way in program.ways}


def version_kept(program: type[Program]) -> str:
    """Of the program that wrote them."""
    version = json.loads(_path(program).read_text())["version"]
    assert isinstance(version, str)
    return version


def write(program: type[Program]) -> None:
    """With the program on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        writer = program(Path(folder))
        try:
            writer.prepare()
            messages = [
                {
                    "what": way.what,
                    "key": way.key,
                    "message": base64.b64encode(writer.writes(way, person_of(way))).decode(),
                }
                for way in program.ways
            ]
            content = {"writer": program.name, "version": writer.version(), "messages": messages}
        finally:
            writer.close()
    _path(program).write_text(json.dumps(content, indent=1) + "\n")


def _path(program: type[Program]) -> Path:
    return DATA / f"{program.__name__.lower()}.json"


if __name__ == "__main__":
    for one in WITH_DATA:
        reason = one.missing()
        if reason is None:
            write(one)
        else:
            print(f"{one.name}: {reason}")
