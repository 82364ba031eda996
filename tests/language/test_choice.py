"""Whose language is spoken: the user's in a command, English in the library."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from tests.cli.commands import Desk

from twincard import connect
from twincard.cli.terminal import user_language
from twincard.cli.terminal.errors import describe
from twincard.ground import language
from twincard.ground.language import _, is_english, listed, plural, retold, speaking
from twincard.iso.status import error_for
from twincard.transport import CardNotFoundError

VARIABLES = ("TWINCARD_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
SET = "The new PIN is set."
IN_JAPANESE = "新しい PIN を設定しました。"


def choose(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """A sentence as a command tells it in this environment."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with user_language.speaking((stream("utf-8"),)):
        return _(SET)


def stream(encoding: str) -> io.TextIOWrapper:
    """A stream of a terminal."""
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


@pytest.mark.parametrize(
    "variables",
    [
        {"TWINCARD_LANGUAGE": "ja"},
        {"TWINCARD_LANGUAGE": "ja", "LC_ALL": "C"},
        {"LANG": "ja_JP.UTF-8"},
        {"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"},
        {"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP"},
        {"LANG": "en_US.UTF-8", "LANGUAGE": "ja"},
        {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:ja:en"},
        {"LANG": "ja_JP.eucJP"},
    ],
    ids=str,
)
def test_japanese_for_those_who_ask_for_it(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose(monkeypatch, **variables) == IN_JAPANESE


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"LANG": "C"},
        {"LC_ALL": "C", "LANG": "ja_JP.UTF-8"},
        {"LC_ALL": "POSIX", "LANGUAGE": "ja"},
        {"LC_ALL": "C.UTF-8", "LANG": "ja_JP.UTF-8"},
        {"LANG": "de_DE.UTF-8"},
        {"LANG": "ja_JP.UTF-8", "LANGUAGE": "en"},
        {"LANG": "ja_JP.UTF-8", "LANGUAGE": "en_GB:ja"},
        {"TWINCARD_LANGUAGE": "en", "LANG": "ja_JP.UTF-8"},
        {"TWINCARD_LANGUAGE": "../locale/ja"},
    ],
    ids=str,
)
def test_english_for_all_others(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose(monkeypatch, **variables) == SET


@pytest.mark.parametrize("encoding", ["utf-8", "euc-jp", "cp932", "iso2022-jp"])
def test_japanese_where_both_streams_can_carry_it(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINCARD_LANGUAGE", "ja")
    with user_language.speaking((stream("utf-8"), stream(encoding))):
        assert _(SET) == IN_JAPANESE


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp1252"])
def test_english_rather_than_escapes(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINCARD_LANGUAGE", "ja")
    with user_language.speaking((stream("utf-8"), stream(encoding))):
        assert is_english()


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "シミュレーションカード"), ("ascii", "There is no")]
)
def test_the_program_speaks_what_its_terminal_can_show(
    encoding: str, told: str, tmp_path: Path
) -> None:
    environment = os.environ | {
        "TWINCARD_HOME": str(tmp_path),
        "TWINCARD_LANGUAGE": "ja",
        "PYTHONIOENCODING": encoding,
    }
    command = [sys.executable, "-m", "twincard.cli", "card", "info", "-r", "sim:none"]
    ran = subprocess.run(command, env=environment, capture_output=True, check=False)
    sentence = ran.stderr.decode(encoding)
    assert (ran.returncode, "\\" in sentence) == (3, False)
    assert told in sentence


@pytest.mark.usefixtures("home")
def test_the_library_speaks_english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "ja")
    with pytest.raises(CardNotFoundError, match="There is no simulated card alice"):
        connect("sim:alice")


@pytest.mark.usefixtures("japanese")
def test_a_command_leaves_the_language_as_it_was(desk: Desk) -> None:
    assert "ありません" in desk.run("card", "info", "-r", "sim:alice").err
    assert is_english()


def test_a_block_that_fails_leaves_the_language_as_it_was() -> None:
    with pytest.raises(RuntimeError), speaking(["ja"]):
        raise RuntimeError
    assert is_english()


def test_a_program_may_use_a_language_of_its_own_choice() -> None:
    with speaking([]):
        language.use(["de", "ja"])
        assert _(SET) == IN_JAPANESE


def test_numbers_and_lists_are_told_as_the_language_has_them() -> None:
    forms = (
        "Wrong PIN; {tries} try left.",
        "Wrong PIN; {tries} tries left.",
    )
    assert [plural(*forms, count) for count in (0, 1, 2)] == [forms[1], forms[0], forms[1]]
    assert listed(["a", "b"]) == "a, b"
    with speaking(["ja"]):
        assert "あと {tries} 回" in plural(*forms, 1)
        assert listed(["a", "b"]) == "a、b"


def test_the_empty_text_is_no_header_of_a_catalogue() -> None:
    with speaking(["ja"]):
        assert _("") == ""


def test_what_others_say_in_english_is_retold_with_its_values() -> None:
    templates = ("required", "Invalid value for {parameter}: {reason}")
    text = "Invalid value for '{x}': required"
    assert retold(text, templates) == text
    with speaking(["ja"]):
        assert retold(text, templates) == "'{x}' の値が正しくありません: 必須。"
        assert retold("Something else", templates) == "Something else"


def test_a_value_ends_where_what_follows_it_begins() -> None:
    templates = ("Invalid value for {parameter}: {reason}", "required")
    with speaking(["ja"]):
        told = retold("Invalid value for '--a': no: required", templates)
    assert told == "'--a' の値が正しくありません: no: required。"


def test_two_threads_speak_two_languages() -> None:
    both = Barrier(2)

    def said(language: str) -> tuple[str, str]:
        with speaking([language]):
            both.wait()
            sentence = _(SET)
            both.wait()
            return str(sentence), f"{sentence}"

    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(said, ["en", "ja"]))
    assert told == [(SET, SET), (IN_JAPANESE, IN_JAPANESE)]
    assert is_english()


def test_an_error_is_in_the_language_of_whoever_is_shown_it() -> None:
    error = error_for(0x63C2, _("verify the PIN"))
    assert str(error) == "Wrong PIN; 2 tries left."
    with speaking(["ja"]):
        in_japanese = str(error)
        assert in_japanese == str(error_for(0x63C2, _("verify the PIN")))
        assert in_japanese in describe(error).sentence
    assert "PIN" in in_japanese
    assert "verify" not in in_japanese
    assert str(error) == "Wrong PIN; 2 tries left."


def test_a_sentence_keeps_its_message_and_values_where_it_is_sent_elsewhere() -> None:
    sentence = _("There is no simulated card {name}. `twincard sim list` lists all cards.")
    sent = pickle.loads(pickle.dumps(sentence.format(name="alice")))  # noqa: S301 -- our own
    with speaking(["ja"]):
        assert str(sent) == str(sentence.format(name="alice"))
        assert "alice" in str(sent)
        assert "There is" not in str(sent)
