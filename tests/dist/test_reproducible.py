"""The same source gives the same bytes, wherever, whenever and by whomever it is built."""

from __future__ import annotations

import os
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

from tests.dist.places import COMMITTED_AT, SOURCE, build_jar, checkout, make_dist, run
from tests.loading.cap_reading import read_cap
from tests.loading.cap_writing import CapMaker

from tools.dist.cap import load_files, write_plain

JAR = "host/twincard/simulator/simulator.jar"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def built_under(mask: int, folder: Path, **variables: str) -> dict[str, bytes]:
    """Everything made anew, from Java sources to digests, under this umask and environment."""
    before = os.umask(mask)
    try:
        build_jar(checkout(folder, with_built=False), variables)
        return contents(make_dist(folder, variables))
    finally:
        os.umask(before)


def test_two_builds_in_different_places_give_the_same_bytes(tmp_path: Path) -> None:
    # The simulated card that this checkout has was built in the first place, whenever that was.
    here = checkout(tmp_path / "a", with_built=False)
    shutil.copy2(SOURCE.root / JAR, here / JAR)
    first = contents(make_dist(here, {"TZ": "Asia/Tokyo", "LC_ALL": "C"}))
    second = built_under(
        0o077,
        tmp_path / "far/a second place",
        TZ="America/St_Johns",
        LC_ALL="C.UTF-8",
        LANG="ja_JP",
    )
    assert len(first) >= 5
    assert [name for name in first if first[name] != second.get(name)] == []
    assert first.keys() == second.keys()


def test_the_source_distribution_alone_gives_the_same_wheel(dist: Path, tmp_path: Path) -> None:
    (source,) = dist.glob("*.tar.gz")
    run(["tar", "-xzf", str(source)], tmp_path)
    (folder,) = tmp_path.iterdir()
    assert (folder / "PKG-INFO").stat().st_mtime == COMMITTED_AT
    for name in ("alice.transport-key", "components/component-1.txt", "card-1.transport-key"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("0" * 64)
    # Not by way of git, and with no network and no Java.
    again = make_dist(folder, {"PATH": "", "http_proxy": "http://0.0.0.0:1"})
    (wheel,) = dist.glob("*.whl")
    assert (again / wheel.name).read_bytes() == wheel.read_bytes()
    assert (again / source.name).read_bytes() == source.read_bytes()


def test_the_digests_are_those_of_the_files(dist: Path) -> None:
    told = run(["sha256sum", "--check", "--strict", "SHA256SUMS"], dist).splitlines()
    assert len(told) == len(list(dist.iterdir())) - 1


def cap(path: Path, when: tuple[int, int, int, int, int, int], tool: str) -> Path:
    """A CAP file as a converter writes it, with little in it."""
    manifest = (
        f"Manifest-Version: 1.0\r\nCreated-By: {tool}\r\n\r\nName: twincard/card\r\n"
        f"Java-Card-CAP-Creation-Time: {when}, and so lo\r\n ng that it is folded\r\n"
        "Java-Card-Package-Version: 1.0\r\n"
    )
    components = CapMaker().make().components.items()
    entries = {
        "META-INF/MANIFEST.MF": manifest.encode(),
        **{f"twincard/card/javacard/{name}.cap": content for name, content in components},
    }
    names = sorted(entries, reverse=tool > "b")
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name, when), entries[name])
    return path


def test_cap_files_of_two_builds_become_the_same(tmp_path: Path) -> None:
    first = cap(tmp_path / "1.cap", (2026, 1, 2, 3, 4, 6), "a 17")
    second = cap(tmp_path / "2.cap", (2027, 1, 2, 3, 4, 6), "c 21")
    assert first.read_bytes() != second.read_bytes()
    plain = [tmp_path / "plain 1.cap", tmp_path / "plain 2.cap"]
    for built, path in zip((first, second), plain, strict=True):
        write_plain(built, path)
    assert plain[0].read_bytes() == plain[1].read_bytes()
    with zipfile.ZipFile(plain[0]) as file:
        manifest = file.read("META-INF/MANIFEST.MF")
    assert manifest == (
        b"Manifest-Version: 1.0\r\n\r\nName: twincard/card\r\nJava-Card-Package-Version: 1.0\r\n"
    )
    load_file = read_cap(first).load_file
    told = f"{sha256(load_file).hexdigest()}  {{}}  {len(load_file)}\n"
    assert load_files([first, plain[0]]) == told.format("1.cap") + told.format("plain 1.cap")


def test_another_time_can_be_given(unusual_dist: Path) -> None:
    (wheel,) = unusual_dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        assert {entry.date_time for entry in file.infolist()} == {(2023, 11, 14, 22, 13, 20)}
