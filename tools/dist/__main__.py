"""Builds the release artefacts (`make dist`): packages, CAP files, API reference, bill of materials.

    python -m tools.dist [ANT_JAVACARD JC_HOME]

Two builds of the same source give the same bytes, wherever they are made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tools.bench.builds import Kit
from tools.dist.archive import add, digest
from tools.dist.bom import bill
from tools.dist.cap import build_caps, load_files
from tools.dist.source import DistError, Source

_SUMS = "SHA256SUMS"


def main() -> int:
    """Fill dist/ again. Arguments, both or none: see Kit."""
    kit = Kit(*sys.argv[1:]) if any(sys.argv[1:]) else None
    source = Source(Path.cwd())
    try:
        for line in make(source, kit):
            print(line)
    except DistError as error:
        print(f"dist: {error}", file=sys.stderr)
        return 2
    if source.changes():
        print(
            "dist: the folder differs from the last commit (git status); changes of files that git "
            "knows are in, other files are not."
        )
    return 0


def make(source: Source, kit: Kit | None) -> list[str]:
    """Fill dist/ of the source, whole or not at all; the lines of its list of digests."""
    with tempfile.TemporaryDirectory() as name:
        out, stage = Path(name, "dist"), Path(name, "stage")
        out.mkdir()
        packages = _packages(source, stage, out)
        project = source.project
        stem = f"{project['name']}-{project['version']}"
        _reference(stage, Path(name, "api"), out / f"{stem}-api.zip")
        caps = build_caps(source.root, kit, out, stem) if kit else []
        if caps:
            (out / f"{stem}-cap-load-files.txt").write_text(load_files(caps), encoding="utf-8")
        bom = out / f"{stem}.cdx.json"
        bom.write_text(bill(source, [*packages, *caps]), encoding="utf-8")
        lines = [f"{digest(path)}  {path.name}" for path in sorted(out.iterdir())]
        (out / _SUMS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        dist = source.root / "dist"
        shutil.rmtree(dist, ignore_errors=True)
        shutil.copytree(out, dist)
        return lines


def _packages(source: Source, stage: Path, out: Path) -> list[Path]:
    """Wheel and source distribution, only from files that git tracks or the build makes."""
    if not (source.root / "host/twincard/simulator/simulator.jar").is_file():
        raise DistError("The simulated card is not built: run `make setup`.")
    source.copy(stage)
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    _run(command, stage, SOURCE_DATE_EPOCH=str(source.time()))
    return sorted(out.iterdir())


def _reference(stage: Path, folder: Path, archive: Path) -> None:
    command = [sys.executable, "-W", "error", "tools/api.py", str(folder)]
    _run(command, stage, PYTHONPATH="host")
    with zipfile.ZipFile(archive, "w") as pack:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                add(pack, path.relative_to(folder).as_posix(), path.read_bytes())


def _run(command: list[str], folder: Path, **variables: str) -> None:
    """Raises DistError with the program's own message."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DistError(f"{' '.join(command[1:4])} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
