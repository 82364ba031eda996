"""The table of clients in docs/opensc.md; `python -m tests.opensc.client_table` writes it anew.

What it says is what tests/opensc/test_clients.py sees with Debian's OpenSC, and that of
tests/opensc/newer with a newer one.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

from tests.opensc.clients import CLIENTS, Client, Lack

PAGE = Path(__file__).parents[2] / "docs" / "opensc.md"
BEGIN, END = "<!-- written by tests.opensc.client_table -->", "<!-- end -->"
_MARKS = {Lack.ECDH: "no ᵃ", Lack.PUBLIC: "no ᵇ", Lack.NAME: "no ᶜ"}
_CARDS = ("original", "backup", "backup, bare")


def table() -> str:
    """Its lines."""
    kinds = [f"{key}: {card}" for key in ("RSA-2048", "P-256") for card in _CARDS]
    lines = ["| program | does | " + " | ".join(kinds) + " |", "|---" * (2 + len(kinds)) + "|"]
    for client in CLIENTS:
        cells = [
            _cell(client, is_rsa=is_rsa, is_bare=is_bare)
            for is_rsa, is_bare in product((True, False), (False, False, True))
        ]
        lines.append(f"| {client.name} | {client.operation} | " + " | ".join(cells) + " |")
    notes = [f"{mark.split()[1]} {lack.value}" for lack, mark in _MARKS.items()]
    return "\n".join(lines) + "\n\nWhat is missing: " + " · ".join(notes) + "."


def _cell(client: Client, *, is_rsa: bool, is_bare: bool) -> str:
    if client.rsa_only and not is_rsa:
        return "–"  # noqa: RUF001 -- as the page prints it
    older = client.lacks(is_rsa=is_rsa, is_bare=is_bare, is_newer=False)
    newer = client.lacks(is_rsa=is_rsa, is_bare=is_bare, is_newer=True)
    if newer is not None:
        return _MARKS[newer]
    return "yes" if older is None else "from 0.24 on"


def with_table(page: str) -> str:
    """The page with the table as it is now."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
