"""Several files in one run: what is complete is recognised, one that fails fails alone."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tarfile
import tracemalloc
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from tests.cli.matrix.rack import Rack
from tests.cli.matrix.rows import ORIGINAL, ROWS
from tests.cli.matrix.test_pulled import NEVER, CtrlC
from tests.cms.software_key import ec_key
from tests.flows.unplugged import Cable

from twincard.cli.file.batch import Batch, Words, run
from twincard.cli.file.targets import Overwriting
from twincard.cli.terminal.output import Printer

NAMES = ("one", "two", "three")
TO = ("--to", "alice.pem")
BY_CARD = ("-r", ORIGINAL, "--pin-file", "alice.pin")
EXISTS = ("already exists", "--force", "--skip-existing")


@pytest.fixture(autouse=True)
def python_hears_ctrl_c() -> Iterator[None]:
    """The processes of pytest-xdist may be deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def table(rack: Rack) -> Rack:
    """A card with a key, its public key in `alice.pem`, and three plain files."""
    row = ROWS["decrypt"]
    rack.at(row.stage)
    words = row.filled()
    pin = words[words.index("--pin-file") + 1]
    Path("alice.pin").write_bytes(Path(pin).read_bytes())
    rack.desk.done("public-key", "-r", ORIGINAL, "-o", "alice.pem")
    for number, name in enumerate(NAMES):
        Path(name).write_text(f"content of {name}")
        os.utime(name, ns=(1, 1_000_000_000_000_000_000 + number))
    return rack


def sealed(table: Rack) -> list[str]:
    table.desk.done("encrypt", *TO, *NAMES)
    return [f"{name}.p7m" for name in NAMES]


def found(told: dict[str, Any]) -> list[tuple[str, str | None, bool]]:
    """Each file, what was found of its output, and whether it is done."""
    return [
        (Path(one["file"]).name, one.get("existing"), one["error"] is None) for one in told["files"]
    ]


def test_encrypt_repeated_does_the_rest(table: Rack) -> None:
    table.desk.done("encrypt", *TO, "one")
    before = Path("one.p7m").read_bytes()
    made = table.desk.json("encrypt", *TO, *NAMES)
    assert found(made) == [("one", "complete", True), ("two", None, True), ("three", None, True)]
    assert Path("one.p7m").read_bytes() == before
    again = table.desk.done("encrypt", *TO, *NAMES)
    assert again.text == "Files encrypted: 0.\nAlready complete: 3.\n"


def spoil(content: bytes) -> None:
    path = Path("one.p7m")
    status = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("how", ["newer", "longer", "cut short", "another key", "foreign"])
def test_what_is_not_surely_complete_is_refused_alone(table: Rack, how: str) -> None:
    Path("bob.pem").write_bytes(ec_key().public.to_pem())
    table.desk.done("encrypt", "--to", "bob.pem" if how == "another key" else "alice.pem", "one")
    before = Path("one").stat()
    content = Path("one.p7m").read_bytes()
    if how == "newer":
        os.utime("one", ns=(2, 2))
    elif how == "longer":
        Path("one").write_text("content of one, and more")
        os.utime("one", ns=(before.st_atime_ns, before.st_mtime_ns))
    elif how == "cut short":
        spoil(content[:-20])
    elif how == "foreign":
        spoil(b"somebody's own file")
    kept = Path("one.p7m").read_bytes()
    ran = table.desk.run("encrypt", *TO, *NAMES)
    assert ran.code == 2
    assert all(word in ran.err for word in EXISTS)
    assert ran.text.startswith("Files encrypted: 2; failed: 1.\n")
    assert Path("one.p7m").read_bytes() == kept
    skipped = table.desk.json("encrypt", *TO, *NAMES, "--skip-existing")
    assert [one for _name, one, _done in found(skipped)] == ["skipped"] * 3
    table.desk.done("encrypt", *TO, *NAMES, "--force")
    assert Path("one.p7m").read_bytes() != kept


def test_decrypt_repeated_does_the_rest(table: Rack) -> None:
    files = sealed(table)
    for name in NAMES[1:]:
        Path(name).unlink()
    opened = table.desk.json("decrypt", *BY_CARD, *files)
    assert [item for _name, item, _done in found(opened)] == ["complete", None, None]
    assert [item["authenticated"] for item in opened["files"]] == [True, True, True]
    Path("two").write_text("content of twO")
    Path("three").write_text("content of three, and more")
    ran = table.desk.run("decrypt", *BY_CARD, *files)
    assert ran.code == 2
    assert ran.text == "Files decrypted: 0; failed: 2.\nAlready complete: 1.\n"
    assert Path("two").read_text() == "content of twO"
    Path("two").unlink()
    skipping = table.desk.json("decrypt", *BY_CARD, *files, "--skip-existing")
    assert [item for _name, item, _done in found(skipping)] == ["skipped", None, "skipped"]
    assert Path("two").read_text() == "content of two"
    table.desk.run("decrypt", *BY_CARD, *files, "--skip-existing", "--force").failed(2, "either")


def test_transcode_repeated_does_the_rest_and_asks_no_card_for_what_is_done(table: Rack) -> None:
    files = sealed(table)
    Path("bob.pem").write_bytes(ec_key().public.to_pem())
    Path("carol.pem").write_bytes(ec_key("carol").public.to_pem())
    words = ("transcode", "--to", "bob.pem")
    table.desk.done(*words, *BY_CARD, files[0])
    made = table.desk.json(*words, *BY_CARD, *files)
    assert [item for _name, item, _done in found(made)] == ["complete", None, None]
    again = table.desk.json(*words, "-r", "sim:nobody", *files)
    assert [item for _name, item, _done in found(again)] == ["complete"] * 3
    archive = ("transcode", "--archive", *BY_CARD)
    for more in ((), ("--same-body", "--force")):
        table.desk.done(*archive, *more, *files)
        kept = table.desk.json(*archive, *more[:1], *files)
        assert [item for _name, item, _done in found(kept)] == ["complete"] * 3
    Path("one.bob.p7m").write_bytes(Path("two.bob.p7m").read_bytes())
    Path("two.bob.p7m").write_bytes(Path("two.p7m").read_bytes())
    ran = table.desk.run(*words, *BY_CARD, *files, "--json")
    assert ran.code == 2
    assert [done for _name, _item, done in found(ran.json)] == [False, False, True]


@pytest.mark.parametrize("code", [3, 130])
def test_what_was_done_before_the_end_is_listed(table: Rack, code: int) -> None:
    files = sealed(table)
    for name in NAMES:
        Path(name).unlink()
    counting = Cable(NEVER, answered=False)
    assert table.pulled(counting, ["decrypt", *BY_CARD, *files]).code == 0
    for name in NAMES:
        Path(name).unlink()
    cable = Cable if code == 3 else CtrlC
    ran = table.pulled(
        cable(counting.exchanges, answered=False), ["decrypt", *BY_CARD, *files, "--json"]
    )
    assert ran.code == code
    assert [name for name, _item, done in found(ran.json) if done] == ["one.p7m", "two.p7m"]
    assert ran.json["error"]["code"] == code
    assert not Path("three").exists()
    finished = table.desk.json("decrypt", *BY_CARD, *files)
    assert [item for _name, item, _done in found(finished)][:2] == ["complete", "complete"]


def test_counts_are_told_when_ctrl_c_ends_the_run(table: Rack) -> None:
    files = sealed(table)
    for name in NAMES:
        Path(name).unlink()
    counting = Cable(NEVER, answered=False)
    assert table.pulled(counting, ["decrypt", *BY_CARD, *files]).code == 0
    for name in NAMES:
        Path(name).unlink()
    cable = CtrlC(counting.exchanges, answered=False)
    ran = table.pulled(cable, ["decrypt", *BY_CARD, *files])
    assert (ran.code, ran.text) == (130, "Files decrypted: 2.\nNot done: 1.\n")


def test_one_bad_path_fails_alone(table: Rack) -> None:
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    Path("circle").symlink_to("circle")
    Path("folder").mkdir()
    bad = ["missing", "pipe", "socket", "/dev/null", "circle", "x" * 300, "d/" * 3000 + "x"]
    ran = table.desk.run("encrypt", *TO, *bad, "one", "-o", "folder", "--json")
    assert ran.code == 8
    assert [done for _name, _item, done in found(ran.json)] == [False] * len(bad) + [True]
    errors = [item["error"] for item in ran.json["files"]]
    for error in errors[1:4]:
        assert "not a regular file" in error
    assert [path.name for path in Path("folder").iterdir()] == ["one.p7m"]
    for name in ("pipe", "socket", "/dev/null"):
        ran = table.desk.run("decrypt", *BY_CARD, name, "-o", "opened")
        assert "not a regular file" in ran.failed(8)


def test_only_a_literal_hyphen_is_a_stream(table: Rack) -> None:
    Path("-").write_text("content of -")
    table.desk.done("encrypt", *TO, "./-")
    sealed_file = Path("-.p7m").absolute()
    assert sealed_file.exists()
    Path("-").unlink()
    ran = table.desk.done("decrypt", *BY_CARD, "./-.p7m")
    assert b"content" not in ran.out
    assert Path("-").read_text() == "content of -"
    Path("-").unlink()
    ran = table.desk.done("decrypt", *BY_CARD, str(sealed_file), "-o", "./-")
    assert b"content" not in ran.out
    assert Path("-").read_text() == "content of -"
    assert table.desk.done("decrypt", *BY_CARD, "./-.p7m", "-o", "-").text == "content of -"
    table.desk.done("public-key", "-r", ORIGINAL, "-o", "./-", "--force")
    assert "PUBLIC KEY" in Path("-").read_text()
    Path("-").write_bytes(Path("alice.pin").read_bytes())
    table.desk.done("decrypt", "-r", ORIGINAL, "--pin-file", "./-", "./-.p7m", "-o", "opened")


def test_marks_of_direction_in_names_reach_no_terminal(table: Rack) -> None:
    name = "letter\u202etxt.exe"
    Path(name).write_text("content")
    for words in (
        ("encrypt", *TO, name),
        ("encrypt", *TO, name, "--json"),
        ("encrypt", *TO, f"{name}.missing"),
        ("encrypt", "--to", name, name),
        ("encrypt", *TO, name, f"--{name}"),
        ("decrypt", *BY_CARD, name),
        ("card", "info", "-r", name),
        (name,),
    ):
        ran = table.desk.run(*words)
        assert "\u202e" not in ran.err + ran.text, words
    made = table.desk.run("encrypt", *TO, name, "--json")
    assert json.loads(made.text)["files"][0]["file"] == name


def test_results_keep_the_times_of_their_sources_and_grant_nobody_more(table: Rack) -> None:
    Path("one").chmod(0o644)
    table.desk.done("encrypt", *TO, "one")
    status = Path("one.p7m").stat()
    assert (status.st_mtime_ns, status.st_mode & 0o777) == (10**18, 0o600)
    Path("one").unlink()
    Path("one.p7m").chmod(0o444)
    table.desk.done("decrypt", *BY_CARD, "one.p7m")
    status = Path("one").stat()
    assert (status.st_mtime_ns, status.st_mode & 0o777) == (10**18, 0o400)
    Path("bob.pem").write_bytes(ec_key().public.to_pem())
    table.desk.done("transcode", "--to", "bob.pem", *BY_CARD, "one.p7m")
    assert Path("one.bob.p7m").stat().st_mtime_ns == 10**18


@pytest.mark.parametrize("as_json", [False, True])
def test_a_run_keeps_nothing_of_the_files_that_are_done(
    as_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(os.devnull).open("w") as nowhere:
        monkeypatch.setattr(sys, "stdout", nowhere)
        monkeypatch.setattr(sys, "stderr", nowhere)
        files = [Path("/nowhere/file")] * 5_000
        work = Batch(
            Words("{done}", "{failed}"),
            files,
            files,
            nullcontext(lambda _source, _output, _listener: None),
            Overwriting.FORCE,
        )
        run(
            Printer(as_json), Batch(work.words, files[:1], files[:1], work.opened, work.overwriting)
        )
        tracemalloc.start()
        run(Printer(as_json), work)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 300_000


def test_a_folder_becomes_one_file_and_a_folder_again(table: Rack) -> None:
    (table.desk.folder / "書類" / "内").mkdir(parents=True)
    Path("書類/内/手紙").write_text("content")
    os.utime("書類/内/手紙", ns=(1, 10**18 + 7))
    made = table.desk.json("encrypt", *TO, "書類/", "one")
    assert [item["output"] for item in made["files"]] == ["書類.tar.p7m", "one.p7m"]
    table.desk.run("encrypt", *TO, "書類").failed(2, *EXISTS)
    for force in ((), ("--force",)):
        ran = table.desk.run("decrypt", *BY_CARD, "書類.tar.p7m", *force)
        ran.failed(2, "folders are not replaced", "--skip-existing")
    table.desk.done("decrypt", *BY_CARD, "書類.tar.p7m", "--skip-existing")
    Path("書類").rename("old")
    table.desk.done("decrypt", *BY_CARD, "書類.tar.p7m")
    assert Path("書類/内/手紙").read_text() == "content"
    assert Path("書類/内/手紙").stat().st_mtime_ns == 10**18 + 7
    table.desk.done("decrypt", *BY_CARD, "書類.tar.p7m", "-o", "another")
    assert Path("another/書類/内/手紙").read_text() == "content"
    table.desk.done("encrypt", "--archive", *BY_CARD, "old", "-o", "archived.tar.p7m")
    table.desk.done("decrypt", *BY_CARD, "archived.tar.p7m")
    assert Path("archived/old/内/手紙").read_text() == "content"
    table.desk.done("decrypt", *BY_CARD, "--tar", "書類.tar.p7m")
    by_pipe = table.desk.done("decrypt", *BY_CARD, "書類.tar.p7m", "-o", "-").out
    assert by_pipe == Path("書類.tar").read_bytes()
    with tarfile.open("書類.tar") as archive:
        assert archive.getnames() == ["書類", "書類/内", "書類/内/手紙"]


def test_a_folder_is_not_encrypted_into_itself(table: Rack) -> None:
    Path("inner").mkdir()
    table.desk.run("encrypt", *TO, "inner", "-o", "inner").failed(2, "inside inner", "--out")
    table.desk.run("encrypt", *TO, "inner", "-o", "inner/x").failed(2, "inside inner")
    os.chdir("inner")
    table.desk.done("encrypt", "--to", "../alice.pem", ".")
    assert [path.name for path in Path().iterdir()] == []
    assert Path("../inner.tar.p7m").exists()


def test_an_encrypted_folder_that_is_given_away_stays_one_by_its_name(table: Rack) -> None:
    Path("inner").mkdir()
    Path("bob.pem").write_bytes(ec_key().public.to_pem())
    table.desk.done("encrypt", *TO, "inner")
    given = table.desk.json("transcode", "--to", "bob.pem", *BY_CARD, "inner.tar.p7m")
    assert given["files"][0]["output"] == "inner.bob.tar.p7m"


def test_files_of_any_name_and_kind_survive(table: Rack) -> None:
    names = [
        "./-leading",
        "new\nline",
        "é",
        "e\u0301",
        os.fsdecode(b"\xff"),
        " ",
        "empty",
        "sparse",
    ]
    for name in names:
        Path(name).write_bytes(b"" if name == "empty" else os.fsencode(name))
    os.truncate("sparse", 3 << 20)
    before = {name: Path(name).read_bytes() for name in names}
    made = table.desk.run("encrypt", *TO, *names, "--json")
    assert made.code == 0
    assert len(json.loads(made.out)["files"]) == len(names)
    for name in names:
        Path(name).unlink()
    Path("link.p7m").symlink_to("empty.p7m")
    table.desk.done("decrypt", *BY_CARD, *(f"{name}.p7m" for name in names), "link.p7m")
    assert {name: Path(name).read_bytes() for name in names} == before
    assert Path("link").read_bytes() == b""
    assert not Path("link").is_symlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_fails_alone(table: Rack) -> None:
    Path("closed").mkdir()
    Path("closed/file").write_text("content")
    Path("closed").chmod(0o500)
    ran = table.desk.run("encrypt", *TO, "closed/file", "one", "--json")
    Path("closed").chmod(0o700)
    assert ran.code == 8
    assert [done for _name, _item, done in found(ran.json)] == [False, True]
