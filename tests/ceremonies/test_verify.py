"""`group verify`: components and shares are checked without a card."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.ceremonies.codes import picture_of, text_of, write_picture
from tests.cli.commands import Desk
from tests.cli.terminal import Terminal

from twincard.keys.checked_groups import checked_groups
from twincard.keys.component import Component, read_component
from twincard.keys.shares import read_share


@pytest.fixture
def drawn(desk: Desk) -> Desk:
    """A group of three, the second shared out."""
    desk.done("group", "new", "--out", "g")
    desk.done("group", "split", "g/component-2.txt", "--shares", "3", "--threshold", "2", "-o", "s")
    return desk


def component(number: int) -> Component:
    return read_component(Path(f"g/component-{number}.txt"))


def file(number: int) -> str:
    return f"g/component-{number}.txt"


def share(index: int) -> str:
    return f"s/share-{index}-of-component-2.txt"


def test_files_of_a_group_are_in_order(drawn: Desk) -> None:
    told = drawn.json("group", "verify", file(1), file(2), file(3), share(1), share(3))
    assert told["passed"]
    assert [part["kind"] for part in told["parts"]] == ["component"] * 3 + ["share"] * 2
    assert [part["kcv"] for part in told["parts"][:3]] == [
        component(number).kcv.hex() for number in (1, 2, 3)
    ]
    assert [part["share"] for part in told["parts"]] == [None, None, None, 1, 3]
    text = drawn.done("group", "verify", file(1), file(2), file(3)).text
    assert f"{file(1)}: component 1 of 3, KCV {component(1).kcv.hex().upper()}\n" in text
    assert "All 3 components" in text
    assert "All 3" not in drawn.done("group", "verify", file(1), file(3)).text


def refused(desk: Desk, *files: str) -> str:
    """The one error that is told of these files."""
    ran = desk.run("group", "verify", *files, "--json")
    assert ran.code == 9
    (error,) = [part["error"] for part in ran.json["parts"] if part["error"]]
    assert not ran.json["passed"]
    assert isinstance(error, str)
    return error


def test_what_is_wrong_with_a_file_is_told_and_the_others_are_checked(drawn: Desk) -> None:
    text = Path(file(1)).read_text()
    digits = component(1).value.reveal().hex()
    swapped = digits[1] + digits[0] + digits[2:] if digits[0] != digits[1] else "0" + digits[1:]
    for name, content in {
        "altered": text.replace(digits, swapped),
        "cut": text[:60],
        "word": "swordfish\n",
        "binary": "\x00\x1b[2J" * 9,
        "long": "x" * 5000,
    }.items():
        Path(name).write_text(content)
        error = refused(drawn, file(2), name)
        assert digits not in error
        assert "swordfish" not in error
    assert "No such file" in refused(drawn, file(2), "missing")
    words = Path(share(1)).read_text()
    first = words.split("words: ")[1].split()[20]
    Path("share").write_text(words.replace(f" {first} ", " academic "))
    assert refused(drawn, "share")


def test_parts_that_are_right_one_by_one_and_wrong_together(drawn: Desk) -> None:
    drawn.done("group", "new", "--out", "other", "--size", "2")
    assert "group of 2" in refused(drawn, file(1), "other/component-2.txt")
    same = text_of(Component(3, 3, component(1).value))
    Path("component-same.txt").write_text(same)
    assert f"same KCV as {file(1)}" in refused(drawn, file(1), "component-same.txt")
    drawn.done("group", "new", "--out", "third")
    assert "different component 1" in refused(drawn, file(1), "third/component-1.txt")
    drawn.done(
        "group", "split", "third/component-2.txt", "--shares", "2", "--threshold", "2", "-o", "t"
    )
    foreign = Path("t/share-1-of-component-2.txt")
    kcv, other = (
        read_component(Path(f"{name}/component-2.txt")).kcv.hex() for name in ["g", "third"]
    )
    Path("share-foreign").write_text(foreign.read_text().replace(other, kcv))
    assert "do not belong together" in refused(drawn, share(2), "share-foreign")


def test_the_kcv_of_the_minutes_is_compared(drawn: Desk) -> None:
    kcv = component(1).kcv.hex().upper()
    drawn.done("group", "verify", file(1), "--kcv", kcv)
    ran = drawn.run("group", "verify", file(2), "--kcv", kcv)
    assert ran.code == 9
    assert f"not {kcv}" in ran.err
    drawn.run("group", "verify", file(2), "--kcv", "xyz").failed(2, "6 hex digits")


def test_a_mailer_is_typed_and_its_kcv_told(drawn: Desk) -> None:
    one = component(1)
    groups = checked_groups(one.value.reveal())
    kcv = one.kcv.hex().upper()
    with Terminal("group", "verify") as terminal:
        for place, group in enumerate(groups, 1):
            if place == 4:
                terminal.answer("group 4 of 16:", "00000")
                terminal.expect("wrong")
            terminal.answer(f"Component, group {place} of 16:", group)
        terminal.expect(f"Compare the KCV {kcv} with")
        assert terminal.wait() == 0
    assert not any(group in terminal.shown for group in groups)
    with Terminal("group", "verify", "--kcv", "000000") as terminal:
        terminal.answer("Component, group 1 of 16:", one.value.reveal().hex())
        terminal.expect(f"The KCV is {kcv}, not 000000.")
        assert terminal.wait() == 9


def test_the_words_of_a_share_are_typed(drawn: Desk) -> None:
    words = read_share(Path(share(2))).words.reveal().decode().split()
    with Terminal("group", "verify", "--words") as terminal:
        for start in (0, 11, 22):
            terminal.answer("Share 1, words", " ".join(words[start : start + 11]))
        terminal.expect("The words are correct: share 2. 2 shares are needed.")
        assert terminal.wait() == 0


def test_without_a_terminal_a_file_is_wanted(drawn: Desk) -> None:
    for words in ((), ("--scan",), ("--words",)):
        drawn.run("group", "verify", *words).failed(2, "no terminal", "Give the files")
    drawn.run("group", "verify", "--scan", file(1)).failed(2, "combined with files")


def test_pictures_serve_as_files_do(drawn: Desk) -> None:
    write_picture("one.png", text_of(component(1)))
    write_picture("two.jpg", text_of(component(2)), kind="JPEG")
    write_picture("share.png", text_of(read_share(Path(share(1)))))
    told = drawn.json("group", "verify", "one.png", "two.jpg", file(3), "share.png", share(2))
    assert told["passed"]
    assert told["parts"][1]["kcv"] == component(2).kcv.hex()


def test_a_file_may_be_a_pipe(drawn: Desk) -> None:
    """As with `<(gpg -d component.gpg)`: nothing of it can be read twice."""
    for number, content in (
        (1, text_of(component(1)).encode()),
        (2, picture_of(text_of(component(2)))),
        (3, text_of(read_share(Path(share(1)))).encode()),
    ):
        pipe = f"pipe-{number}"
        os.mkfifo(pipe)
        with ThreadPoolExecutor() as pool:
            writing = pool.submit(Path(pipe).write_bytes, content)
            told = drawn.json("group", "verify", pipe)
            writing.result()
        assert told["passed"]
