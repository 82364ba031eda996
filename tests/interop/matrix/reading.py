"""What happens when another program reads what twincard writes."""

from __future__ import annotations

import re

from tests.interop.matrix.forms import ARCHIVE_KEK, DETACHED, SIGNED, Form
from tests.interop.matrix.program import CONTENT, CannotError, Program

READS = "reads"
ALTERED = CONTENT.replace(b"Alice", b"Carol")


def outcome(program: Program, form: Form) -> str:
    """READS, or the reason of the table, or what the program says where that is no such reason."""
    try:
        _read(program, form, form.make())
    except CannotError as error:
        lack = program.lacks.get(form.name)
        if lack is not None and re.search(lack.says, str(error)):
            return lack.reason
        return f"says: {error}"
    return READS


def _read(program: Program, form: Form, message: bytes) -> None:
    if form.name.startswith(DETACHED):
        program.verifies(message, CONTENT)
        _refuses(program, message, ALTERED)
    elif form.name.startswith(SIGNED):
        program.verifies(message, None)
        _refuses(program, message.replace(CONTENT, ALTERED), None)
    elif form.kind == "archive":
        assert program.opens_archive(message, ARCHIVE_KEK) == CONTENT
    elif form.kind == "letter":
        assert CONTENT in program.opens(message, form.person())
    else:
        assert program.opens(message, form.person()) == CONTENT


def _refuses(program: Program, message: bytes, content: bytes | None) -> None:
    """A program that verifies anything has verified nothing."""
    try:
        program.verifies(message, content)
    except CannotError:
        return
    raise AssertionError(f"{program.name} takes a signature of something else")
