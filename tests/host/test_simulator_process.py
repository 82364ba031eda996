"""The program that simulates a card: nothing reaches its frames, and its failures are told."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from twincard.card.session import Card
from twincard.ground.language import speaking
from twincard.simulator.failures import Failure, failure_of
from twincard.simulator.folder import create_card
from twincard.simulator.java import java_program
from twincard.simulator.laboratory import Laboratory
from twincard.simulator.process import SimulatedCard
from twincard.transport import (
    CardFileError,
    CardGoneError,
    CardInUseError,
    TransportError,
    connect,
)

ROOT = Path(__file__).parents[2]
OPTIONS = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS")


def script(path: Path, lines: str) -> str:
    """A program in place of Java."""
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("variable", OPTIONS)
def test_options_for_other_java_programs_are_not_for_cards(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "-Xlog:gc")
    create_card("alice")
    with Card(connect("sim:alice")) as card:
        assert card.report().key is None


@pytest.mark.timeout(60)
@pytest.mark.parametrize("locale", ["ja_JP.UTF-8", "xx_YY", "C", ""])
def test_a_folder_in_any_script_is_found_whatever_the_locale_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    monkeypatch.setenv("TWINCARD_HOME", str(tmp_path / "カード"))
    for words in (["sim", "new", "山田太郎"], ["card", "info", "-r", "sim:山田太郎"]):
        subprocess.run(
            [sys.executable, "-X", "utf8", "-m", "twincard.cli", *words],
            check=True,
            capture_output=True,
        )
    assert (tmp_path / "カード" / "山田太郎.card").is_file()


def test_what_java_prints_is_not_taken_for_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = script(tmp_path / "java", f'echo hello; echo hello >&2; exec {java_program()} "$@"')
    monkeypatch.setenv("TWINCARD_JAVA", java)
    with Laboratory.start() as card:
        assert card.atr.startswith(b"\x3b")


@pytest.mark.parametrize("length", ["\\377\\377\\377\\377", "\\0\\2\\0\\1", "\\0\\0\\0\\0"])
def test_an_answer_of_no_length_that_there_is_ends_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: str
) -> None:
    answers = 'for answers; do :; done; printf "%b" "$0" >"$answers"; exec sleep 1'
    java = script(tmp_path / "java", f"exec sh -c '{answers}' '{length}' \"$@\"")
    monkeypatch.setenv("TWINCARD_JAVA", java)
    with pytest.raises(CardGoneError, match="invalid answer"):
        Laboratory.start()


def test_a_request_has_a_longest_too() -> None:
    with Laboratory.start() as card:
        with pytest.raises(ValueError, match="131072"):
            card.transmit(bytes(128 * 1024))
        with pytest.raises(TransportError, match="has no applet installed"):
            card.transmit(bytes(128 * 1024 - 1))


def test_a_java_that_cannot_start_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = script(tmp_path / "java", "echo 'Error: this Java is too old' >&2; exit 1")
    monkeypatch.setenv("TWINCARD_JAVA", java)
    with pytest.raises(CardGoneError, match=r"unexpectedly.*Error: this Java is too old"):
        Laboratory.start()


def test_the_codes_of_failures_are_those_of_the_program() -> None:
    source = ROOT / "applet/simulator/twincard/simulator/Failure.java"
    theirs = re.findall(r"^    ([A-Z_]+)\((\d+), \"", source.read_text(), re.MULTILINE)
    assert [(name, int(code)) for name, code in theirs] == [(one.name, one) for one in Failure]


def encoded(code: int, *values: str) -> bytes:
    """A failure as the program sends it."""
    texts = [value.encode() for value in values]
    return bytes([code]) + b"".join(len(text).to_bytes(2, "big") + text for text in texts)


@pytest.mark.parametrize(
    ("payload", "kind", "sentence"),
    [
        (encoded(1), CardInUseError, "Another process is using this card."),
        (encoded(9, "/a b", "Is a directory"), CardFileError, "Cannot use /a b: Is a directory."),
        (encoded(12, "6A80"), TransportError, r"\(6A80\)"),
        (encoded(15, "100", "50"), TransportError, "needs 100 bytes .* has 50"),
        (encoded(0, "{x}"), TransportError, "{x}"),
        (encoded(99), TransportError, "unknown error"),
        (encoded(9, "only one"), TransportError, "unknown error"),
        (encoded(9, "a", "b", "c"), TransportError, "unknown error"),
        (b"", TransportError, "unknown error"),
    ],
)
def test_a_failure_is_told_with_its_values(
    payload: bytes, kind: type[TransportError], sentence: str
) -> None:
    error = failure_of(payload)
    assert type(error) is kind
    assert re.search(sentence, str(error))


def test_a_failure_is_told_in_the_language_in_use_the_systems_reason_too() -> None:
    with speaking(["ja"]):
        told = str(failure_of(encoded(Failure.NOT_SAVED, "No space left on device")))
    assert "No space" not in told
    assert "保存できません" in told


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CardFileError, match=r"/nowhere: there is no such folder"):
        SimulatedCard.open(tmp_path / "nowhere" / "alice.card")
