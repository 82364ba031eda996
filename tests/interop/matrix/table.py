"""The tables of docs/interoperability.md; `python -m tests.interop.matrix.table` writes them anew.

What they say is what tests/interop/matrix/test_matrix.py sees.
"""

from __future__ import annotations

from pathlib import Path

from tests.interop.matrix import opening, reading
from tests.interop.matrix.forms import FORMS, Form
from tests.interop.matrix.program import Program
from tests.interop.matrix.programs import PROGRAMS

PAGE = Path(__file__).parents[3] / "docs" / "interoperability.md"
NOT_ASKED = "–"  # noqa: RUF001 -- as the page prints it


def they_read() -> str:
    """What other programs read of twincard's."""
    heads = [f"{program.name} {program.seen}" for program in PROGRAMS]
    rows = [
        [f"{form.name} ({form.about})", *(_cell(program, form) for program in PROGRAMS)]
        for form in FORMS
    ]
    return _table(["twincard writes", *heads], rows)


def _cell(program: type[Program], form: Form) -> str:
    if form.kind not in program.asked:
        return NOT_ASKED
    lack = program.lacks.get(form.name)
    return reading.READS if lack is None else lack.reason


def twincard_reads() -> str:
    """What twincard reads of other programs'."""
    keys = {"rsa": "RSA-2048", "p256": "P-256"}
    rows = [
        [program.name, way.what, keys[way.key], opening.expected(way)]
        for program in PROGRAMS
        for way in program.ways
    ]
    return _table(["program", "writes", "key", "twincard"], rows)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (heads, *rows)]
    lines.insert(1, "|---" * len(heads) + "|")
    return "\n".join(lines)


def with_tables(page: str) -> str:
    """The page with the tables as they are now."""
    for name, table in (("they-read", they_read), ("twincard-reads", twincard_reads)):
        begin, end = f"<!-- {name}: tests.interop.matrix.table -->", f"<!-- end of {name} -->"
        before, rest = page.split(begin)
        _, after = rest.split(end)
        page = f"{before}{begin}\n{table()}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
