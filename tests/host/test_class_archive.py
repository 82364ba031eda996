"""Simulated cards start from an archive of their classes where there is one, or without."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from twincard.card.session import Card
from twincard.simulator import archive
from twincard.simulator.folder import create_card
from twincard.simulator.java import FLAGS, clean_environment, java_program
from twincard.simulator.laboratory import Laboratory
from twincard.transport import connect


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder, not there yet; nothing is beside the jar."""
    monkeypatch.setattr(archive, "BESIDE_JAR", tmp_path / "nothing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "twincard"


def taken() -> str | None:
    """The archive that a card's process has in its memory; None without."""
    with Laboratory.start() as card:
        lines = Path(f"/proc/{card.pid}/maps").read_text().splitlines()
    names = {line.split()[-1] for line in lines if "twincard" in line and line.endswith(".jsa")}
    assert len(names) <= 1
    return names.pop() if names else None


def made_at_set_up() -> Path:
    """The archive of the Java that runs the tests."""
    name = archive._name(java_program())
    assert name is not None
    return archive.BESIDE_JAR / name


def test_set_up_has_made_one() -> None:
    assert taken() == str(made_at_set_up())


def test_the_first_card_of_a_user_makes_one(home: Path, cache: Path) -> None:
    assert taken() is None
    create_card("alice")
    (made,) = cache.iterdir()
    assert (made.stat().st_mode & 0o777, cache.stat().st_mode & 0o777) == (0o600, 0o700)
    assert taken() == str(made)
    before = made.stat().st_mtime_ns
    create_card("bob")
    assert made.stat().st_mtime_ns == before


def test_one_that_is_damaged_or_of_another_java_is_passed_over(
    home: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = made_at_set_up_elsewhere(cache, monkeypatch)
    others = [good[: len(good) // 2], b"not an archive"]
    if (other_java := shutil.which("java")) not in (None, java_program()):
        name = archive._name(other_java or "")
        others.append((archive.JAR.with_name("archives") / str(name)).read_bytes())
    for number, content in enumerate(others):
        (cache / str(archive._name(java_program()))).write_bytes(content)
        create_card(f"card{number}")
        with Card(connect(f"sim:card{number}")) as card:
            assert card.report().key is None


def made_at_set_up_elsewhere(cache: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Content of the archive that is beside the jar, for a folder that only its owner writes to."""
    cache.mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(archive, "BESIDE_JAR", archive.JAR.with_name("archives"))
        return made_at_set_up().read_bytes()


def test_one_that_others_could_have_written_is_not_used(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = made_at_set_up_elsewhere(cache, monkeypatch)
    path = cache / str(archive._name(java_program()))
    path.write_bytes(content)
    path.chmod(0o644)
    assert taken() == str(path)
    path.chmod(0o664)
    assert taken() is None


@pytest.mark.parametrize("above", [False, True])
def test_one_that_others_could_replace_is_neither_used_nor_made(
    home: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, *, above: bool
) -> None:
    content = made_at_set_up_elsewhere(cache, monkeypatch)
    path = cache / str(archive._name(java_program()))
    path.write_bytes(content)
    path.chmod(0o600)
    folder = cache.parent if above else cache
    folder.chmod(0o777)
    assert taken() is None
    path.unlink()
    create_card("alice")
    assert list(cache.iterdir()) == []
    folder.chmod(0o755)
    create_card("bob")
    assert taken() == str(path)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="gives a folder away")
def test_one_in_a_folder_of_somebody_else_is_not_used(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = made_at_set_up_elsewhere(cache, monkeypatch)
    path = cache / str(archive._name(java_program()))
    path.write_bytes(content)
    path.chmod(0o600)
    assert taken() == str(path)
    os.chown(cache, 12345, -1)
    assert taken() is None


def test_a_java_that_makes_none_is_not_asked_again(
    tmp_path: Path, home: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    java = tmp_path / "java"
    real = java_program()
    java.write_text(
        f'#!/bin/sh\ncase "$*" in *DumpLoadedClassList*) echo >>{asked}; exit 1;; esac\n'
        f'exec {real} "$@"\n'
    )
    java.chmod(0o755)
    monkeypatch.setenv("TWINCARD_JAVA", str(java))
    create_card("alice")
    create_card("bob")
    assert asked.read_text() == "\n"
    assert taken() is None


def test_a_folder_that_cannot_be_written_to_is_let_be(
    home: Path, cache: Path, tmp_path: Path
) -> None:
    cache.parent.write_text("not a folder")
    create_card("alice")
    connect("sim:alice").close()


def test_old_ones_are_removed(tmp_path: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    for number in range(6):
        (cache / f"simulator-{number}.jsa").touch()
    assert archive.make_archive(java_program(), cache)
    assert len(list(cache.iterdir())) == 4
    assert taken() is not None
    assert shutil.which("java") is None or archive.make_archive(shutil.which("java") or "", cache)


def test_java_makes_hardly_a_class_when_a_card_starts(tmp_path: Path) -> None:
    java = java_program()
    log = tmp_path / "loaded"
    options = [*FLAGS, *archive.archive_flags(java), f"-Xlog:class+load:file={log}"]
    rehearsal = ["-cp", str(archive.JAR), archive.MAIN, "rehearse", str(tmp_path)]
    subprocess.run([java, *options, *rehearsal], check=True, env=clean_environment())
    loaded = log.read_text().splitlines()
    assert any("twincard.card.Core " in line for line in loaded)
    made = [line for line in loaded if "LambdaForm$MH/" in line or "Accessor" in line]
    # Java 17 makes one, for a lambda expression; with reflection Java 25 made about 20.
    assert len([line for line in made if "shared objects file" not in line]) <= 1
