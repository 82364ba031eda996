"""Commands are imported when they are called: the program itself starts at once."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module

import pytest

from twincard.cli.commands import COMMANDS, Branch, Leaf
from twincard.cli.shell.schema import RESULTS

HEAVY = {"asn1crypto", "cryptography", "fpdf", "pyscard", "rich", "smartcard"}
"""What takes a program long to import."""
PROGRAM = """
import sys
from twincard.cli import main
main(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def leaves(table: Mapping[str, Leaf | Branch]) -> Iterator[Leaf]:
    """All commands of a table, those of groups too."""
    for found in table.values():
        if isinstance(found, Leaf):
            yield found
        else:
            yield from leaves(found.commands)


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("--help",),
        ("card", "--help"),
        ("frobnicate",),
        ("__complete", "zsh", "twincard", ""),
        ("__complete", "fish", "twincard", "card", "ch"),
    ],
    ids=" ".join,
)
def test_the_list_of_commands_imports_none(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", PROGRAM, *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout or words == ("frobnicate",)
    imported = set(ran.stderr.splitlines()[-1].split())
    assert "twincard" in imported
    assert imported & HEAVY == set()


@pytest.mark.parametrize("leaf", list(leaves(COMMANDS)), ids=lambda leaf: leaf.home)
def test_the_sentence_of_a_command_is_the_first_of_its_help(leaf: Leaf) -> None:
    module, _colon, name = leaf.home.partition(":")
    function = getattr(import_module(f"twincard.cli.{module}"), name)
    assert " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split()) == leaf.summary


def test_the_types_of_results_are_imported_without_what_writes_them() -> None:
    homes = sorted({home.partition(":")[0] for found in RESULTS.values() for home in found})
    assert len(homes) > 15
    imports = "\n".join(f"import twincard.results.{home}" for home in [*homes, "failure"])
    program = f"import sys\n{imports}\nprint('pydantic' in sys.modules)"
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
