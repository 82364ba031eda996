"""Errors name a next step in both languages; the other tests of the matrix check the English."""

from __future__ import annotations

import pytest
from tests.bench import Stage
from tests.cli.matrix.cells import assert_told
from tests.cli.matrix.rack import Rack
from tests.cli.matrix.rows import BACKUP, ORIGINAL, ROWS
from tests.cli.next_steps import names_next_step
from tests.flows.unplugged import Cable

from twincard.cli.terminal.errors import ADVICE
from twincard.ground.language import _, speaking
from twincard.results.failure import ExitCode

LANGUAGES = ("en", "ja")
DECRYPT = ROWS["decrypt"]
REFUSALS = {
    "wrong PIN": (DECRYPT.filled(pin="wrong.pin"), ExitCode.WRONG_SECRET),
    "no such card": (DECRYPT.filled(a="sim:居ない"), ExitCode.NO_CARD),
    "no such reader": (DECRYPT.filled(a="pcsc:居ない"), ExitCode.NO_CARD),
    "nobody to ask": (DECRYPT.unasked(), ExitCode.USAGE),
    "empty input": ([*DECRYPT.unasked(), "--pin-file", "-"], ExitCode.USAGE),
    "swapped": (ROWS["recover"].filled(a=ORIGINAL, b=BACKUP), ExitCode.REFUSED),
    "no such file": (DECRYPT.filled(pin="居ない"), ExitCode.FILE),
    "no such option": ([*DECRYPT.filled(), "--nothing"], ExitCode.USAGE),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.usefixtures("pcsc_service")
def test_a_refusal_names_a_next_step(
    rack: Rack, monkeypatch: pytest.MonkeyPatch, language: str, name: str
) -> None:
    monkeypatch.setenv("TWINCARD_LANGUAGE", language)
    rack.at(Stage.DUPLICATED)
    words, code = REFUSALS[name]
    ran = rack.desk.run(*words, "--json")
    assert_told(ran, code)
    assert ("。" in ran.err) == (language == "ja")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_that_is_pulled_out_names_a_next_step(
    rack: Rack, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("TWINCARD_LANGUAGE", language)
    rack.at(Stage.DUPLICATED)
    ran = rack.pulled(Cable(3, answered=False), [*DECRYPT.filled(), "--json"])
    assert_told(ran, ExitCode.NO_CARD)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ADVICE)
def test_advice_is_a_next_step(name: str, language: str) -> None:
    with speaking([language]):
        assert names_next_step(_(ADVICE[name]))


@pytest.mark.parametrize(
    "sentence",
    [
        "This card is already terminated; nothing was changed.",
        "A digit is one byte, any other character is two to four.",
        "The card uses a key to give to others.",
        "The option --key and `twincard card info` have nothing to do with it.",
        "Run the command again. Nothing was changed on the card.",
        "Interrupted.",
        "中断しました。",
        "--key を指定してください。カードは変わっていません。",
        "このカードは既に廃止されています。何も変更していません。",
    ],
)
def test_a_sentence_without_a_next_step_is_noticed(sentence: str) -> None:
    assert not names_next_step(sentence)
