"""Man pages: one for every command, without a warning of any program that shows them."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup

from tools.man.__main__ import main
from tools.man.pages import pages
from tools.man.words import ENGLISH, JAPANESE
from twincard.cli.app import program
from twincard.cli.shell.examples import EXAMPLES
from twincard.cli.shell.tree import Command, commands
from twincard.results.failure import ExitCode

SECTIONS = [
    *("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"),
    *("EXIT-STATUS", "ENVIRONMENT", "FILES", "SEE-ALSO"),
]


@cache
def written() -> dict[str, str]:
    """The pages, by their names."""
    return pages("2030-01-31")


def shown(name: str) -> str:
    """A page as groff shows it, without its overstrikes."""
    command = ["groff", "-man", "-Tutf8", "-rLL=90n", "-P-cbou"]
    return subprocess.run(
        command, input=written()[name], capture_output=True, text=True, check=True
    ).stdout


def test_every_command_and_group_has_a_page_that_is_linked() -> None:
    names = {"-".join(("twincard", *command.path)) for command in commands(program())}
    assert written().keys() == {f"{name}.1" for name in names}
    text = "".join(written().values()).replace("\\-", "-")
    linked = set(re.findall(r"\\fB([\w-]+)\\fR\(1\)", text))
    assert linked == names


def test_a_page_has_every_section_option_and_exit_code(subtests: pytest.Subtests) -> None:
    by_page = {"-".join(("twincard", *one.path)) + ".1": one for one in commands(program())}
    assert by_page.keys() == written().keys()
    for name, command in by_page.items():
        with subtests.test(name):
            has_every_section_option_and_exit_code(written()[name], command)


def has_every_section_option_and_exit_code(text: str, command: Command) -> None:
    """Of the page of one command."""
    sections = [title.replace(" ", "-") for title in re.findall(r"^\.SH (.+)$", text, re.M)]
    assert [title for title in sections if title in SECTIONS] == SECTIONS
    options = [option for one in command.parameters for option in one.names]
    for option in options:
        assert f"\\fB{option}\\fR".replace("-", "\\-") in text
    status = text[text.index(".SH EXIT STATUS") : text.index(".SH ENVIRONMENT")]
    codes = re.findall(r"^\\fB(\d+)\\fR$", status, re.M)
    assert list(map(int, codes)) == [code.value for code in ExitCode]
    assert ("EXAMPLES" in sections) == (command.name in EXAMPLES)


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_defaults_and_ranges_are_said() -> None:
    page = " ".join(shown("twincard-issue.1").split())
    assert "Number of components in the key group. The default is 3. It is from 1 to 8." in page
    told = (
        "FILE... Input files, or '-' for standard input. It must be given. It may be given several"
    )
    assert told in " ".join(shown("twincard-encrypt.1").split())


def test_every_command_has_examples_which_the_program_takes() -> None:
    assert EXAMPLES.keys() >= {one.name for one in commands(program()) if not one.children}
    for name, examples in EXAMPLES.items():
        for _, words in examples:
            assert words.startswith(name)
            _parse(words.split())


def _parse(words: list[str]) -> None:
    """Find the command and read its options, without doing anything."""
    command: object = program()
    while isinstance(command, TyperGroup):
        command = command.commands[words.pop(0)]
    assert isinstance(command, TyperCommand)
    command.make_context("example", words).close()


def test_pages_are_written_alike_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1893456000")
    found = []
    for name in ("a", "b"):
        main(tmp_path / name)
        found.append({path.name: path.read_text() for path in (tmp_path / name).glob("*.1")})
    assert found[0] == found[1]
    assert '"2030-01-01"' in found[0]["twincard.1"]
    assert found[0].keys() == written().keys()


@pytest.mark.parametrize(
    "checker",
    [["mandoc", "-T", "lint"], ["groff", "-man", "-ww", "-z"], ["man", "-l", "--warnings"]],
)
def test_no_program_that_shows_them_has_a_warning(checker: list[str], tmp_path: Path) -> None:
    if shutil.which(checker[0]) is None:
        pytest.skip(f"{checker[0]} is not installed")
    main(tmp_path)
    # `man` takes its time for each.
    chosen = sorted(tmp_path.glob("*.1"))[: 3 if checker[0] == "man" else None]
    ran = subprocess.run([*checker, *chosen], capture_output=True, text=True, check=False)
    told = ran.stdout if checker[0] == "mandoc" else ""
    assert (ran.returncode, told + ran.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_what_is_shown_can_be_typed() -> None:
    page = shown("twincard-decrypt.1")
    assert "twincard decrypt -r sim:alice-backup letter.txt.p7m" in page
    assert "-r, --reader READER" in page
    assert "-h, --help" in page
    assert "'-' for standard input" in page
    assert "`" not in page


def test_every_page_is_there_in_japanese_too(tmp_path: Path) -> None:
    main(tmp_path)
    assert {path.name for path in (tmp_path / "ja").iterdir()} == written().keys()
    assert JAPANESE.exit_codes.keys() == ENGLISH.exit_codes.keys()
    assert JAPANESE.environment.keys() == ENGLISH.environment.keys()
    assert JAPANESE.files.keys() == ENGLISH.files.keys()
    for name, english in written().items():
        page = (tmp_path / "ja" / name).read_text()
        headings = re.findall(r"^\.SH (.+)$", page, re.M)
        titles = re.findall(r"^\.SH (.+)$", english, re.M)
        assert headings == [JAPANESE.headings[title] for title in titles]
        for sentence in (ENGLISH.required, ENGLISH.repeated, ENGLISH.help):
            assert sentence not in page
    assert "ファイルを暗号化し" in (tmp_path / "ja/twincard-encrypt.1").read_text()


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_has_no_warning_of_a_japanese_page(tmp_path: Path) -> None:
    main(tmp_path)
    checker: list[str | Path] = [
        "groff",
        "-Kutf8",
        "-Tutf8",
        "-mja",
        "-man",
        "-ww",
        "-z",
        *sorted((tmp_path / "ja").iterdir()),
    ]
    ran = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
