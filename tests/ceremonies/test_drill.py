"""The yearly drill tells a backup that works from every kind that does not."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS

CHECK = ("card", "check", "-r", "sim:控え", "--pin-file", "backup-pin")
KEY = ("--public-key", "alice.pem")


def encrypted(desk: Desk, *names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(f"what is in {name}")
        desk.done("encrypt", "--to", "alice.pem", name)


def test_a_good_backup_passes_with_its_key_and_its_files(duplicated: Desk) -> None:
    encrypted(duplicated, "letter.txt", "files/more.txt")
    told = duplicated.json(*CHECK, *KEY, "letter.txt.p7m", "files")
    assert (told["passed"], told["key_matches"], told["key_opens"]) == (True, True, True)
    info = duplicated.json("card", "info", "-r", "sim:alice")
    assert told["public_key_sha256"] == info["key"]["public_key_sha256"]
    outcomes = {item["path"]: item["outcome"] for item in told["files"]}
    assert outcomes == {
        "letter.txt.p7m": "opens",
        "files/more.txt": "not_encrypted",
        "files/more.txt.p7m": "opens",
    }
    text = duplicated.done(*CHECK, *KEY, "files").text
    assert "sim:控え passed the check." in text
    assert "files   1 can be decrypted" in text


def test_a_drill_that_opened_nothing_is_not_passed(duplicated: Desk) -> None:
    ran = duplicated.run(*CHECK, "--json")
    assert ran.code == 9
    told = ran.json
    assert (told["passed"], told["key_matches"], told["key_opens"]) == (False, None, None)
    text = duplicated.run(*CHECK).text
    assert "not tested" in text
    assert "No decryption was tested" in text
    original = duplicated.json("card", "check", "-r", "sim:alice", "--pin-file", "pin")
    assert original["key_opens"] is True


def test_a_backup_of_another_original_fails(duplicated: Desk) -> None:
    duplicated.done("sim", "new", "bob")
    bob = ("--backup", "sim:bob", "--pin-file", "pin", "--puk-file", "puk")
    duplicated.done("sim", "new", "bobs-original")
    duplicated.done("issue", "--original", "sim:bobs-original", *bob)
    others = [word for n in (1, 2, 3) for word in ("--component", f"{n}=g/component-{n}.txt")]
    pair = ("--original", "sim:bobs-original", *bob[:4])
    duplicated.done("duplicate", *pair, *others, "--key", "p256")
    encrypted(duplicated, "letter.txt")
    check = ("card", "check", "-r", "sim:bob", "--pin-file", "pin")
    wrong = duplicated.run(*check, *KEY, "--json")
    assert wrong.code == 9
    assert (wrong.json["key_matches"], wrong.json["passed"]) == (False, False)
    files = duplicated.run(*check, "letter.txt.p7m")
    assert files.code == 9
    assert "CANNOT BE DECRYPTED" in files.text
    assert "FAILED" in files.text


def test_files_that_are_damaged_or_missing_fail_and_the_others_go_on(duplicated: Desk) -> None:
    encrypted(duplicated, "a.txt", "b.txt")
    Path("bad.p7m").write_bytes(Path("a.txt.p7m").read_bytes()[:80])
    told = duplicated.run(*CHECK, "bad.p7m", "gone.p7m", "b.txt.p7m", "--json")
    assert told.code == 9
    outcomes = [item["outcome"] for item in told.json["files"]]
    assert outcomes == ["fails", "fails", "opens"]
    assert all(item["reason"] for item in told.json["files"][:2])


def test_many_bad_files_do_not_end_the_drill(duplicated: Desk) -> None:
    encrypted(duplicated, "a.txt")
    good = Path("a.txt.p7m").read_bytes()
    # The wrapped key is no longer under this key: the card counts each as a fault.
    wrapped = good.index(b"\x04\x28") + 2
    bad = good[:wrapped] + bytes(40) + good[wrapped + 40 :]
    Path("many").mkdir()
    for number in range(40):
        Path(f"many/{number:02}.p7m").write_bytes(bad)
    Path("many/last.p7m").write_bytes(good)
    told = duplicated.run(*CHECK, "many", "--json")
    outcomes = [item["outcome"] for item in told.json["files"]]
    assert outcomes == 40 * ["fails"] + ["opens"]


def test_a_wrong_pin_is_refused(duplicated: Desk) -> None:
    wrong = duplicated.run("card", "check", "-r", "sim:控え", "--pin-file", "wrong")
    wrong.failed(5, "PIN")


def test_a_backup_that_never_got_its_key_is_refused(issued: Desk) -> None:
    issued.run(*CHECK).failed(7, "no key")
    issued.done("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    (issued.folder / "key.pem").write_text(issued.done("public-key", "-r", "sim:alice").text)
    assert issued.json(*CHECK, "--public-key", "key.pem")["passed"] is True
