"""No Java library is used but the ones that ivy.sha256 names."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JAR = Path("build/lib/build/asm-util.jar")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The build file and the libraries as they were fetched, in a folder of their own."""
    for name in ("build.xml", "ivy.xml", "ivy.sha256"):
        shutil.copy2(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "build" / "lib", tmp_path / "build" / "lib")
    (tmp_path / "build" / "lib.stamp").touch()
    return tmp_path


def check(checkout: Path) -> tuple[int, str]:
    # The stamp is the youngest file: nothing is fetched.
    done = subprocess.run(
        ["ant", "-q", "lib"], cwd=checkout, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_libraries_are_those_that_are_named(checkout: Path) -> None:
    code, said = check(checkout)
    assert code == 0, said


def test_a_changed_library_fails_the_build_and_is_named(checkout: Path) -> None:
    with (checkout / JAR).open("r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))
    code, said = check(checkout)
    assert code != 0
    assert f"Not the library that ivy.sha256 names:\n{JAR}\nTo fetch the libraries again" in said


def test_a_library_that_is_not_named_fails_the_build(checkout: Path) -> None:
    shutil.copy2(checkout / JAR, checkout / "build/lib/run/other.jar")
    code, said = check(checkout)
    assert code != 0
    assert "Not the library that ivy.sha256 names:\nbuild/lib/run/other.jar\n" in said


def test_every_hash_is_of_a_library_that_is_fetched(checkout: Path) -> None:
    """A hash of what ivy.xml brought before would let it come back."""
    lines = (checkout / "ivy.sha256").read_text(encoding="ascii").splitlines()
    named = {Path(line.split("  ")[1]) for line in lines}
    fetched = {path.relative_to(checkout) for path in checkout.glob("build/lib/*/*.jar")}
    assert {path for path in named if path.is_relative_to("build/lib")} == fetched


def test_what_jcardsim_left_out_of_bouncy_castle_is_of_the_version_that_it_brings() -> None:
    with zipfile.ZipFile(ROOT / "build/lib/run/jcardsim.jar") as jar:
        pom = jar.read("META-INF/maven/com.klinec/jcardsim/pom.xml").decode()
    (brought,) = re.findall(r"<artifactId>bcprov-jdk14</artifactId>\s*<version>(.*?)<", pom)
    ivy = (ROOT / "ivy.xml").read_text(encoding="utf-8")
    assert f'name="bcprov-jdk14" rev="{brought}"' in ivy
