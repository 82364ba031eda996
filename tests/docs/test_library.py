"""The examples of docs/library.md run as they stand, and print what stands below them."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

from tests.docs.examples import ROOT, examples, programs, run

from tools.api import PUBLIC
from tools.dist.locked import direct
from tools.dist.source import Source

PAGE = "docs/library.md"
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
END_OF_BLOCK = "\x1e"


def test_the_examples_run_one_after_the_other_and_print_what_they_say(tmp_path: Path) -> None:
    blocks, _ = programs(PAGE)
    assert len(blocks) > 12
    program = tmp_path / "page.py"
    end = f'\nprint("{END_OF_BLOCK.encode("unicode_escape").decode()}", end="")\n'
    program.write_text("".join(block.code + end for block in blocks), encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    printed = run([sys.executable, "-W", "error", str(program)], work).split(END_OF_BLOCK)
    assert printed == [*(block.printed or "" for block in blocks), ""]


def test_the_examples_of_tests_pass_as_tests(tmp_path: Path) -> None:
    _, files = programs(PAGE)
    for block in files:
        (tmp_path / block.code.split()[1]).write_text(block.code, encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    assert "4 passed" in run(command, tmp_path)


def test_what_is_to_be_installed_exists() -> None:
    named = re.findall(r"twincard\[(\w+)\]", "".join(one.code for one in examples(PAGE, "sh")))
    assert set(named) <= direct(Source(ROOT).project).keys()
    assert named


def test_the_page_says_exactly_which_modules_are_public() -> None:
    stable = TEXT.split("## What is stable")[1]
    assert set(re.findall(r"^\| `([\w.]+)` \|", stable, re.MULTILINE)) == set(PUBLIC)


def test_errors_that_the_page_names_are_public() -> None:
    table = TEXT.split("## Errors")[1].split("## Trace")[0]
    public = {name for module in PUBLIC for name in importlib.import_module(module).__all__}
    named = {name.rpartition(".")[2] for name in re.findall(r"`([\w.]+Error)`", table)}
    assert len(named) > 20
    assert named - public <= {"ValueError"}
