"""Runs commands as a user does, and sees to it that no output ever holds a secret."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from twincard.cli import main
from twincard.cli.shell.schema import RESULTS, schema_of
from twincard.results import JSON_VERSION

PIN = "pin-4711-alice"
BACKUP_PIN = "pin-0815-backup"
PUK = "puk-31415926"
WRONG = "quite-wrong"


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: bytes
    err: str
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode()

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object, of which there is exactly one, as its command's schema describes it."""
        value = json.loads(self.text)
        assert isinstance(value, dict)
        validator(command_of(self.words), strict=True).validate(value)
        return value

    def failed(self, code: int, *words: str) -> str:
        """The one sentence of an error with this code, which has these words."""
        assert self.code == code, self.err
        sentence = self.err.splitlines()[-1]
        heads = [word for word in ("Error: ", "エラー: ") if sentence.startswith(word)]
        assert [self.err.count(head) for head in heads] == [1]
        for word in words:
            assert word in sentence
        return sentence


class Desk:
    """A folder with files of PINs, in which commands are run in this process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._secrets = {PIN, BACKUP_PIN, PUK, WRONG}
        for name, secret in (("pin", PIN), ("backup-pin", BACKUP_PIN), ("puk", PUK)):
            (folder / name).write_text(secret + "\n")
        (folder / "wrong").write_text(WRONG)
        monkeypatch.chdir(folder)

    def run(self, *words: str, stdin: bytes = b"", encoding: str = "utf-8") -> Ran:
        """Run a command without a terminal; whatever it prints is searched for secrets.

        `encoding` is that of its streams.
        """
        streams = [io.BytesIO(stdin), io.BytesIO(), io.BytesIO()]
        names = ("stdin", "stdout", "stderr")
        with self._monkeypatch.context() as patch:
            for name, stream in zip(names, streams, strict=True):
                patch.setattr(sys, name, io.TextIOWrapper(stream, encoding=encoding))
            code = main(words)
            sys.stdout.flush()
            sys.stderr.flush()
            errors = streams[2].getvalue().decode(encoding)
            ran = Ran(code, streams[1].getvalue(), errors, words)
        for secret in self.known_secrets():
            assert secret not in ran.text if _is_text(ran.out) else secret.encode() not in ran.out
            assert secret not in ran.err
        return ran

    def done(self, *words: str, stdin: bytes = b"") -> Ran:
        """The same, for a command that must succeed."""
        ran = self.run(*words, stdin=stdin)
        assert ran.code == 0, ran.err
        return ran

    def json(self, *words: str) -> dict[str, Any]:
        """The JSON object of a command that must succeed, and of which nothing else is told."""
        ran = self.done(*words, "--json")
        assert ran.err == "", ran.err
        return ran.json

    def write_secret(self, name: str, value: bytes | str) -> None:
        """Write a file with one more secret to look for, which may be a PIN or any other."""
        text = value if isinstance(value, str) else value.decode()
        (self.folder / name).write_text(text)
        self._secrets.add(text)

    def known_secrets(self) -> set[str]:
        """PINs, PUK, and every component and transport key that lies about."""
        found = set(self._secrets)
        for path in self.folder.rglob("component-*.txt"):
            found.add(path.read_text().split("component: ")[1][:64])
        for path in self.folder.rglob("*.transport-key"):
            found.add(path.read_text().strip())
        return found


def command_of(words: Sequence[str]) -> str:
    """The name of the command that is run by these words."""
    names = (" ".join(words[:count]) for count in (2, 1))
    return next((name for name in names if name in RESULTS), words[0])


@cache
def validator(command: str, *, strict: bool) -> Draft202012Validator:
    """Of the JSON objects of a command; `strict` refuses members that the schema does not know."""
    if command not in RESULTS:  # such as a group alone, or what prints a schema
        return Draft202012Validator({"properties": {"version": {"const": JSON_VERSION}}})
    document = schema_of([command])
    for definition in document["$defs"].values() if strict else ():
        if "anyOf" not in definition:
            definition["properties"].setdefault("version", {"const": JSON_VERSION})
            definition["additionalProperties"] = False
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
