"""Shares: enough of them make the component, and whatever else is given is refused plainly."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import shamir_mnemonic
from tests.ceremonies.pages import pages_of
from tests.cli.commands import Desk
from tests.cli.terminal import Terminal

from twincard.keys.component import read_component
from twincard.keys.shares import read_share


@pytest.fixture
def shared(desk: Desk) -> Desk:
    """Component 2 of 3 in `g`, as five shares in `s`, three of which are enough."""
    desk.done("group", "new", "--out", "g")
    split(desk, 2, "s")
    return desk


def split(desk: Desk, number: int, folder: str) -> None:
    sizes = ("--shares", "5", "--threshold", "3")
    desk.done("group", "split", f"g/component-{number}.txt", *sizes, "--out", folder)


def share(index: int) -> str:
    return f"s/share-{index}-of-component-2.txt"


def words(index: int) -> list[str]:
    return read_share(Path(share(index))).words.reveal().decode().split()


def test_any_three_of_five_make_the_component(shared: Desk) -> None:
    for chosen in itertools.combinations(range(1, 6), 3):
        shared.done("group", "join", *map(share, chosen), "-o", "joined", "--force")
        assert Path("joined").read_text() == Path("g/component-2.txt").read_text()
        assert Path("joined").stat().st_mode & 0o777 == 0o600


def test_shares_are_33_words_that_another_program_joins(shared: Desk) -> None:
    mnemonics = [" ".join(words(index)) for index in (5, 1, 3)]
    assert all(len(mnemonic.split()) == 33 for mnemonic in mnemonics)
    value = read_component(Path("g/component-2.txt")).value.reveal()
    assert shamir_mnemonic.combine_mnemonics(mnemonics) == value


def test_too_few_the_same_one_and_one_of_another_set_are_refused(shared: Desk) -> None:
    join = ("group", "join", "-o", "joined")
    shared.run(*join, share(1), share(2)).failed(2, "3 shares are needed")
    shared.run(*join, share(1), share(2), share(1)).failed(2, "same share")
    split(shared, 2, "again")
    other = "again/share-3-of-component-2.txt"
    shared.run(*join, share(1), share(2), other).failed(2, "do not belong together")
    split(shared, 1, "s")
    foreign = "s/share-3-of-component-1.txt"
    shared.run(*join, share(1), share(2), foreign).failed(2, foreign, "different components")
    assert not Path("joined").exists()


def test_a_wrong_word_and_a_wrong_kcv_are_refused(shared: Desk) -> None:
    join = ("group", "join", "-o", "joined")
    text = Path(share(1)).read_text()
    first, second = words(1)[10:12]
    Path("bad").write_text(text.replace(f"{first} {second}", f"{second} {first}"))
    shared.run(*join, "bad", share(2), share(3)).failed(2, "bad", "word")
    Path("bad").write_text(text.replace(words(1)[7], "smartcard"))
    shared.run(*join, "bad", share(2), share(3)).failed(2, "Word 8")
    for index in (1, 2, 3):
        kcv = Path(share(index)).read_text().split("kcv: ")[1][:6]
        Path(f"kcv{index}").write_text(Path(share(index)).read_text().replace(kcv, "000000"))
    shared.run(*join, "kcv1", "kcv2", "kcv3").failed(2, "key check value")


def test_shares_are_printed_like_components(shared: Desk) -> None:
    split = "group split g/component-2.txt --shares 3 --threshold 2 --out p --pdf --no-files"
    made = shared.json(*split.split(), "--language", "ja")
    pages = pages_of(Path(made["mailers"]).read_bytes())
    assert (len(pages), made["files"]) == (3, [])
    for index, page in enumerate(pages, 1):
        (code,) = page.codes
        path = Path(f"page-{index}")
        path.write_text(code)
        assert all(word in page.text for word in read_share(path).words.reveal().decode().split())
    shared.done("group", "join", "page-3", "page-1", "-o", "joined")
    assert Path("joined").read_text() == Path("g/component-2.txt").read_text()


def test_words_are_typed_blind_and_slips_are_told_at_once(shared: Desk) -> None:
    kcv = read_component(Path("g/component-2.txt")).kcv.hex()
    options = ("--number", "2", "--size", "3", "--kcv", kcv)
    with Terminal("group", "join", "-o", "joined", *options) as terminal:
        terminal.answer("Share 1, words 1 to 11", " ".join(["smartcard", *words(1)[1:11]]))
        terminal.expect("Word 1 is not")
        type_share(terminal, 1, words(1))
        terminal.answer("Share 2, words 1 to 11", " ".join(words(2)[:10]))
        terminal.expect("You typed 10 words")
        type_share(terminal, 2, words(1))
        terminal.expect("already typed")
        swapped = words(2)
        swapped[0:12:11] = swapped[11::-11]
        type_share(terminal, 2, swapped)
        terminal.expect("Type the share again")
        type_share(terminal, 2, [word[:4] for word in words(2)])
        type_share(terminal, 3, words(5))
        assert terminal.wait() == 0
    assert Path("joined").read_text() == Path("g/component-2.txt").read_text()
    assert not any(f" {word} " in terminal.shown for word in words(1)[3:9])


def type_share(terminal: Terminal, place: int, share_words: list[str]) -> None:
    for start in (0, 11, 22):
        question = f"Share {place}, words {start + 1} to {start + 11}"
        terminal.answer(question, " ".join(share_words[start : start + 11]))
