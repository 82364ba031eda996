"""`-` is standard input for encrypt, decrypt and transcode, of any size."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.cli.commands import PIN, Desk
from tests.cli.terminal import Terminal

ALICE = ("-r", "sim:alice", "--pin-file", "pin")
TO = ("--to", "alice.pem")
PROGRAM = (sys.executable, "-m", "twincard.cli")


def piped(shell: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell, in which `twincard` is the real program, where no terminal is."""
    script = f'twincard() {{ {sys.executable} -m twincard.cli "$@"; }}; {shell}'
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script],
        capture_output=True,
        start_new_session=True,
        check=False,
    )


def test_from_pipe_to_pipe(duplicated: Desk) -> None:
    ran = piped(
        "echo for Alice | twincard encrypt --to alice.pem - "
        "| twincard decrypt -r sim:alice --pin-file pin -"
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"for Alice\n", b"")


def test_into_a_file_and_as_json(duplicated: Desk) -> None:
    sealed = duplicated.run("encrypt", *TO, "-", "-o", "sealed", "--json", stdin=b"for Alice")
    assert sealed.json["files"] == [{"file": "-", "output": "sealed", "error": None}]
    content = Path("sealed").read_bytes()
    opened = duplicated.run("decrypt", *ALICE, "-", "-o", "opened", "--json", stdin=content)
    told: dict[str, object] = {
        "file": "-",
        "output": "opened",
        "error": None,
        "authenticated": True,
        "signatures": [],
    }
    assert opened.json["files"] == [told]
    assert Path("opened").read_text() == "for Alice"
    given = duplicated.run("transcode", *ALICE, *TO, "-", stdin=content)
    again = duplicated.run("decrypt", *ALICE, "-", stdin=given.out)
    assert (given.code, again.code, again.out) == (0, 0, b"for Alice")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("encrypt", *TO, "-", "letter"), ["combined with other files"]),
        (("encrypt", *TO, "-", "-"), ["combined with other files"]),
        (("encrypt", *TO, "-", "-o", "."), ["no file name", "Give a file"]),
        (("encrypt", *TO, "-", "--json"), ["both the result and JSON"]),
        (("encrypt", *TO, "-", "-o", "letter"), ["exists"]),
        (("decrypt", "-r", "sim:alice", "--pin-file", "-", "-"), ["both the PIN", "--pin-file"]),
        (("transcode", "-r", "sim:alice", "--pin-file", "-", *TO, "-"), ["both the PIN"]),
    ],
    ids=lambda value: "-".join(value[:1] + value[-2:]) if isinstance(value, tuple) else "",
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(
    duplicated: Desk, words: tuple[str, ...], told: Sequence[str]
) -> None:
    Path("letter").write_text("the letter itself")
    ran = duplicated.run(*words, stdin=PIN.encode())
    ran.failed(2, *told)
    assert b"letter" not in ran.out
    assert Path("letter").read_text() == "the letter itself"


def test_standard_input_that_is_closed_is_no_empty_file(duplicated: Desk) -> None:
    for words in ("encrypt --to alice.pem -", "decrypt -r sim:alice --pin-file pin -"):
        ran = piped(f"twincard {words} <&-")
        assert (ran.returncode, ran.stdout) == (2, b"")
        assert b"Standard input is closed" in ran.stderr
    assert piped("twincard encrypt --to alice.pem - < /dev/null").returncode == 0


def test_a_message_that_is_cut_short_gives_nothing_to_the_pipe(duplicated: Desk) -> None:
    Path("letter").write_bytes(os.urandom(3 << 20))
    duplicated.done("encrypt", *TO, "letter")
    ran = piped("head -c 2000000 letter.p7m | twincard decrypt -r sim:alice --pin-file pin -")
    assert (ran.returncode, ran.stdout) == (8, b"")
    assert b"Standard input: The file was altered or is incomplete." in ran.stderr
    ran = piped(
        "head -c 2000000 letter.p7m "
        "| twincard decrypt -r sim:alice --pin-file pin - --json -o opened"
    )
    told = json.loads(ran.stdout)["files"][0]
    assert (ran.returncode, told["file"], told["output"]) == (8, "-", None)
    assert not Path("opened").exists()


def test_output_that_is_not_taken_whole_is_told(duplicated: Desk) -> None:
    ran = piped("head -c 3000000 /dev/zero | twincard encrypt --to alice.pem - > /dev/full")
    assert ran.returncode == 8
    assert b"incomplete" in ran.stderr


def test_memory_stays_the_same_however_much_comes(duplicated: Desk) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (160 << 20, 160 << 20))

    zeros = subprocess.Popen(["head", "-c", str(240 << 20), "/dev/zero"], stdout=subprocess.PIPE)
    with zeros as source:
        encrypted = subprocess.run(
            [*PROGRAM, "encrypt", *TO, "-"],
            stdin=source.stdout,
            stdout=subprocess.DEVNULL,
            preexec_fn=limit,
            check=False,
        )
    assert (encrypted.returncode, source.returncode) == (0, 0)


def test_a_result_goes_to_a_terminal_only_where_that_is_said(duplicated: Desk) -> None:
    duplicated.done("encrypt", *TO, "pin", "-o", "pin.p7m")
    for words, source in (
        (("encrypt", *TO, "-"), "echo x"),
        (("decrypt", *ALICE, "-"), "cat pin.p7m"),
    ):
        with Terminal(*words, around=f'{source} | "$@"') as terminal:
            terminal.expect("would go to the terminal")
            assert terminal.wait() == 2
    with Terminal("decrypt", *ALICE, "-", "-o", "-", around='cat pin.p7m | "$@"') as terminal:
        terminal.expect(PIN)
        assert terminal.wait() == 0


def test_a_terminal_is_no_file_to_decrypt(duplicated: Desk) -> None:
    with Terminal("decrypt", *ALICE, "-", "-o", "letter") as terminal:
        terminal.expect("Standard input is a terminal")
        assert terminal.wait() == 2


def test_what_is_typed_can_be_encrypted(duplicated: Desk) -> None:
    with Terminal("encrypt", *TO, "-", "-o", "sealed") as terminal:
        terminal.type("for Alice\n\x04")
        assert terminal.wait() == 0
    assert duplicated.done("decrypt", *ALICE, "sealed", "-o", "-").out == b"for Alice\n"


def test_the_pin_is_asked_at_the_terminal_beside_the_pipe(duplicated: Desk) -> None:
    Path("letter").write_text("for Alice")
    duplicated.done("encrypt", *TO, "letter")
    words = ("decrypt", "-r", "sim:alice", "-", "-o", "opened")
    with Terminal(*words, around='cat letter.p7m | "$@"') as terminal:
        terminal.answer("PIN:", PIN)
        assert terminal.wait() == 0
    assert PIN not in terminal.shown
    assert Path("opened").read_text() == "for Alice"
    with Terminal(
        *words, "--force", around='cat letter.p7m | "$@"; read -r x; echo "got <$x>"'
    ) as (terminal):
        terminal.answer("PIN:", "short")
        terminal.expect("6 to 16 bytes")
        # Typed once more, to a command that has given up: none of the shell's business.
        terminal.type(f"{PIN}\n")
        time.sleep(3)
        terminal.type("next\n")
        terminal.expect("got <next>")
        assert terminal.wait() == 0
    assert PIN not in terminal.shown


def test_without_any_terminal_the_option_is_named(duplicated: Desk) -> None:
    Path("letter").write_text("for Alice")
    duplicated.done("encrypt", *TO, "letter")
    ran = piped("cat letter.p7m | twincard decrypt -r sim:alice -")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"--pin-file" in ran.stderr


def test_what_is_encrypted_goes_on_at_once(duplicated: Desk) -> None:
    program = [*PROGRAM, "encrypt", *TO, "-"]
    seen = threading.Event()
    with (
        ThreadPoolExecutor() as pool,
        subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
    ):
        source, result = process.stdin, process.stdout
        assert source is not None
        assert result is not None

        def feed() -> None:
            source.write(bytes(2 << 20))
            source.flush()
            assert seen.wait(60), "nothing comes before the input ends"
            source.close()

        fed = pool.submit(feed)
        assert len(result.read(1 << 20)) == 1 << 20
        seen.set()
        result.read()
        fed.result()
    assert process.returncode == 0
