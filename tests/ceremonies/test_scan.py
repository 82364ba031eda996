"""QR codes of mailers: typed by a scanner, or in pictures; and codes that are not wanted."""

from __future__ import annotations

import shutil
import signal
import struct
import sys
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.ceremonies.codes import picture_of, text_of, write_picture
from tests.cli.commands import BACKUP_PIN, PIN, Desk
from tests.cli.conftest import PAIR, PINS
from tests.cli.terminal import Terminal

from twincard import Card, Secret, connect
from twincard.keys.codes import CodeError, parse_code
from twincard.keys.component import Component, ComponentError, draw_group, read_component
from twincard.keys.shares import ShareError, read_share, split_component
from twincard.paper.pictures import code_in_picture

KEY = ("--key", "p256")


def component(number: int) -> Component:
    return read_component(Path(f"g/component-{number}.txt"))


def asked(number: int) -> str:
    return f"Component {number} of 3, scan the QR code:"


def scan(terminal: Terminal, number: int, end: str = "\n") -> None:
    """As a scanner types a component's code, and its holder confirms."""
    terminal.expect(asked(number))
    terminal.type(text_of(component(number)) + end)
    terminal.answer(f"the KCV of component {number}?", "y")


# --- a scanner ---------------------------------------------------------------------------------


def test_holders_scan_their_components_and_nothing_is_shown(issued: Desk) -> None:
    with Terminal("duplicate", *PAIR, *KEY, "--scan") as terminal:
        terminal.answer("PIN of the original:", PIN)
        terminal.answer("PIN of the backup (Enter: the same):", BACKUP_PIN)
        scan(terminal, 2)
        scan(terminal, 3, end="")  # a scanner that adds no Enter of its own
        assert terminal.wait() == 0
    for number in (2, 3):
        assert component(number).value.reveal().hex() not in terminal.shown
    assert "number:" not in terminal.shown
    assert issued.json("duplicate", *PAIR, *PINS)["copied"] is False


def test_the_issuer_scans_too(desk: Desk) -> None:
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    issue = ("issue", *PAIR, *PINS, "--puk-file", "puk", "--scan")
    desk.run(*issue).failed(2, "--component NUMBER")
    desk.run(*issue, "--component", "1").failed(2, "no terminal")
    with Terminal(*issue, "--component", "1") as terminal:
        scan(terminal, 1)
        assert terminal.wait() == 0
    places = desk.json("card", "info", "-r", "sim:alice")["group"]["components"]
    assert places[0]["kcv"] == component(1).kcv.hex()


def foreign_codes() -> dict[str, tuple[str, str]]:
    """What a scanner may type in place of component 2, and what is told of it."""
    share = split_component(component(2), 3, 2)[0]
    stranger = draw_group(2)[1]
    both = text_of(component(2)) + text_of(component(3))
    return {
        "cut": (text_of(component(2))[:90] + "\n", "component"),
        "with control characters": ("twincard component: 1\x1b[2J\x07\n", "has characters"),
        "too long": ("twincard component: 1" * 400 + "\n", "longer than any QR code"),
        "of another component": (text_of(component(3)), "This is component 3 of 3."),
        "of another group": (text_of(stranger), "This is component 2 of 2."),
        "of a share": (text_of(share), "the code of a share"),
        "of a PIN": ("123456\n", "not the QR code of a component or of a share"),
        "of something else": ("WIFI:S:office;P:swordfish;;\n", "not the QR code"),
        "of an address": ("https://example.org/swordfish\n", "not the QR code"),
        "of two at once": (both, "cannot be read"),
        "altered": (text_of(component(2)).replace("number: 2", "number: 3"), "component 3 of 3"),
        "nothing": ("\n", "No QR code was scanned."),
    }


def test_other_codes_are_refused_and_the_right_one_is_asked_for_again(
    issued: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, codes = zip(*foreign_codes().items(), strict=True)
    half = len(codes) // 2
    with ExitStack() as stack:
        # At once, because a code that is cut is waited for; each with cards of its own.
        terminals = []
        for name in names[:half]:
            shutil.copytree("cards", name)
            monkeypatch.setenv("TWINCARD_HOME", str(issued.folder / name))
            terminals.append(stack.enter_context(Terminal("duplicate", *PAIR, *PINS, "--scan")))
        for some in (codes[:half], codes[half:]):
            for terminal, (text, _told) in zip(terminals, some, strict=True):
                terminal.expect(asked(2))
                terminal.type(text)
            for terminal, (_text, told) in zip(terminals, some, strict=True):
                terminal.expect(told)
        for terminal in terminals:
            terminal.expect(asked(2))
            terminal.signal(signal.SIGINT)
            assert terminal.wait() == 130
    for terminal, two in zip(terminals, zip(codes[:half], codes[half:], strict=True), strict=True):
        for line in "".join(text for text, _told in two).splitlines():
            assert len(line) < 9 or line not in terminal.shown
    for name in names[:half]:
        monkeypatch.setenv("TWINCARD_HOME", str(issued.folder / name))
        places = issued.json("card", "info", "-r", "sim:alice")["group"]["components"]
        assert [item["set"] for item in places] == [True, False, False]


def test_a_code_of_another_group_of_that_size_is_known_by_its_kcv(issued: Desk) -> None:
    with Card(connect("sim:alice")) as original:
        original.pin.verify(Secret(PIN))
        original.group.set_component(component(2))
    stranger = draw_group(3)[1]
    with Terminal("duplicate", *PAIR, *PINS, "--scan") as terminal:
        terminal.expect(asked(2))
        terminal.type(text_of(stranger))
        terminal.expect("the component on the card has KCV")
        terminal.expect(asked(2))
        terminal.signal(signal.SIGINT)
        assert terminal.wait() == 130


def test_what_a_scanner_types_after_the_last_question_does_not_reach_the_shell(
    issued: Desk,
) -> None:
    words = ("duplicate", *PAIR, *PINS, "--scan")
    around = '"$@"; echo "ended with $?"; read -r line; echo "shell: $line"'
    with Terminal(*words, around=around) as terminal:
        for _attempt in range(3):
            terminal.expect(asked(2))
            terminal.type("swordfish\n" * 500)
        terminal.expect("ended with 2")
        terminal.type("exit\n")
        terminal.expect("shell: exit")
    assert "swordfish" not in terminal.shown


def test_shares_are_joined_from_their_codes(desk: Desk) -> None:
    desk.done("group", "new", "--out", "g")
    split = ("--shares", "3", "--threshold", "2", "-o", "s")
    for number in (1, 2):
        desk.done("group", "split", f"g/component-{number}.txt", *split)
    texts = [text_of(read_share(Path(f"s/share-{n}-of-component-2.txt"))) for n in (1, 2, 3)]
    foreign = text_of(read_share(Path("s/share-1-of-component-1.txt")))
    with Terminal("group", "join", "-o", "joined.txt", "--scan") as terminal:
        terminal.expect("Share 1, scan the QR code:")
        terminal.type(text_of(component(2)))
        terminal.expect("of a component, not of a share")
        terminal.answer("Share 1, scan the QR code:", texts[2])
        terminal.answer("Share 2, scan the QR code:", texts[2])
        terminal.expect("already scanned")
        terminal.answer("Share 2, scan the QR code:", foreign)
        terminal.expect("a different component")
        terminal.answer("Share 2, scan the QR code:", texts[0])
        assert terminal.wait() == 0
    assert read_component(Path("joined.txt")) == component(2)


def test_a_mailer_is_verified_by_its_code(desk: Desk) -> None:
    desk.done("group", "new", "--out", "g")
    with Terminal("group", "verify", "--scan") as terminal:
        terminal.answer("Mailer, scan the QR code:", text_of(component(3)))
        terminal.expect(f"component 3 of 3, KCV {component(3).kcv.hex().upper()}")
        assert terminal.wait() == 0


# --- texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "", " ", "\t"])
def test_lines_may_end_as_a_scanner_ends_them(end: str) -> None:
    for part in (draw_group(3)[1], split_component(draw_group(3)[1], 3, 2)[2]):
        text = text_of(part).strip().replace("\n", end)
        assert parse_code(Secret(text)) == part
        assert parse_code(Secret(text.upper())) == part  # Caps Lock


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"123456",
        b"twincard component: 2\nnumber: 1",
        b"twincard component: 1\n" * 2,
        b"twincard share: 1\nwords: academic",
        b"twincard component: 1\n" + b"\0" * 9,
        "twincard component: 1構".encode(),
        b"twincard component: 1" + b"x" * 4000,
        b"x" * 65536,
    ],
)
def test_texts_that_are_none(text: bytes) -> None:
    with pytest.raises((CodeError, ComponentError, ShareError)) as refused:
        parse_code(Secret(text))
    assert "academic" not in str(refused.value)


# --- pictures ----------------------------------------------------------------------------------


def test_pictures_are_given_where_files_are(issued: Desk) -> None:
    write_picture("two.png", text_of(component(2)))
    write_picture("three.jpg", text_of(component(3)), kind="JPEG")
    given = ("--component", "2=two.png", "--component", "3=three.jpg")
    assert issued.json("duplicate", *PAIR, *PINS, *given, *KEY)["copied"] is True
    issued.done("group", "split", "two.png", "--shares", "3", "--threshold", "2", "-o", "s")
    shares = [f"s/share-{index}-of-component-2.txt" for index in (1, 3)]
    write_picture("share.png", text_of(read_share(Path(shares[0]))))
    issued.done("group", "join", "share.png", shares[1], "-o", "joined.txt")
    assert read_component(Path("joined.txt")) == component(2)


def bomb() -> bytes:
    """A small PNG that says that it has 10,000 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


def test_pictures_that_do_not_show_the_one_code_that_is_wanted(issued: Desk) -> None:
    two, three = text_of(component(2)), text_of(component(3))
    share = split_component(component(2), 3, 2)[0]
    whole = picture_of(two)
    pictures: dict[str, tuple[bytes, str]] = {
        "two codes": (picture_of(two, three), "several QR codes"),
        "another component": (picture_of(three), "holds component 3, not"),
        "a share": (picture_of(text_of(share)), "shows a share"),
        "a PIN": (picture_of("123456"), "not the QR code of a component"),
        "an address": (picture_of("https://example.org/swordfish"), "not the QR code"),
        "control characters": (picture_of("twincard component: 1\x1b[2J\n"), "has characters"),
        "other letters": (picture_of("構成要素"), "has characters"),
        "a part": (picture_of(two[:70]), "no line"),
        "no code": (picture_of(), "no QR code"),
        "cut": (whole[: len(whole) // 2], "damaged"),
        "a bomb": (bomb(), "too large"),
        "a name only": (b"\x89PNG\r\n\x1a\n", "damaged"),
    }
    for name, (content, told) in pictures.items():
        Path("picture.png").write_bytes(content)
        ran = issued.run("duplicate", *PAIR, *PINS, "--component", "2=picture.png")
        assert ran.failed(2, told), name
        assert "swordfish" not in ran.err
        assert "123456" not in ran.err


def test_the_same_code_twice_in_a_picture_is_one(issued: Desk) -> None:
    text = text_of(component(2))
    write_picture("twice.png", text, text)
    issued.done("group", "verify", "twice.png")


def test_without_what_reads_pictures_it_says_what_to_install(
    issued: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_picture("two.png", text_of(component(2)))
    monkeypatch.delitem(sys.modules, "twincard.paper.pictures", raising=False)
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    given = ("--component", "2=two.png")
    issued.run("duplicate", *PAIR, *PINS, *given).failed(2, "pip install 'twincard[scan]'")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_pixels_of_a_picture_are_wiped_in_every_copy(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = picture_of(text_of(draw_group(1)[0]), kind=kind)
    pixels: list[Any] = []
    usual = Image.open

    def opened(*given: Any, **named: Any) -> Image.Image:
        picture = usual(*given, **named)
        usual_convert = picture.convert

        def convert(mode: str) -> Image.Image:
            made = usual_convert(mode)
            pixels.extend([picture.im, made.im])
            return made

        monkeypatch.setattr(picture, "convert", convert)
        return picture

    monkeypatch.setattr(Image, "open", opened)
    with code_in_picture(content) as text:
        assert text
    assert len(pixels) == 2
    assert [one.getbbox() for one in pixels] == [None, None]
