"""Class-data archives, which let Java start the simulator in half the time.

An archive holds the simulator's classes as a Java runtime has read them. Each Java has its own,
made during set-up (beside the jar) or with a user's first simulated card (in the cache folder);
without one a card starts more slowly. Java itself checks that an archive fits it and this jar.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

from twincard.simulator.java import FLAGS, clean_environment, java_program, java_programs

JAR = Path(__file__).with_name("simulator.jar")
MAIN = "twincard.simulator.Main"
BESIDE_JAR = Path(__file__).with_name("archives")
_SECONDS = 120
_KEPT = 4
"""How many archives a folder keeps: Java and the jar come in new versions."""
_WRITABLE_BY_OTHERS = 0o022


def archive_flags(java: str) -> list[str]:
    """Java's flags to use its archive; none if there is none."""
    name = _name(java)
    for folder in (BESIDE_JAR, cache_folder()):
        if name and _is_usable(folder / name) and _is_ours_alone(folder):
            return [f"-XX:SharedArchiveFile={folder / name}"]
    return []


def provide_archive() -> None:
    """Make the archive for the Java that runs simulated cards, once; failures are ignored."""
    java = java_program()
    name = _name(java)
    if name and not any((folder / name).exists() for folder in (BESIDE_JAR, cache_folder())):
        make_archive(java, cache_folder())


def make_archive(java: str, folder: Path) -> bool:
    """Make the archive for this Java in a folder; returns whether that worked.

    It is made under a temporary name and renamed, so two programs may do it at once. If Java makes
    none, an empty file keeps others from trying again.
    """
    name = _name(java)
    if name is None:
        return False
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours_alone(folder):
            return False
        with tempfile.TemporaryDirectory(dir=folder) as aside:
            made = _dump(java, Path(aside))
            made.replace(folder / name)
        _remove_old(folder)
        return (folder / name).stat().st_size > 0
    return False


def cache_folder() -> Path:
    """The user's cache folder."""
    return Path(platformdirs.user_cache_dir("twincard", appauthor=False))


def _name(java: str) -> str | None:
    """The archive's name for this program and jar as they are now; None if either is missing."""
    seen = hashlib.sha256()
    for path in (Path(java), JAR):
        try:
            real = path.resolve(strict=True)
            status = real.stat()
        except OSError:
            return None
        seen.update(f"{real}\0{status.st_size}\0{status.st_mtime_ns}\0".encode(errors="replace"))
    return f"simulator-{seen.hexdigest()[:16]}.jsa"


def _is_usable(path: Path) -> bool:
    """Never run code that others could have written."""
    try:
        status = path.stat()
    except OSError:
        return False
    return status.st_size > 0 and _is_ours(status, _WRITABLE_BY_OTHERS)


def _is_ours_alone(folder: Path) -> bool:
    """Whether nobody else can put another file in the place of one that was looked at.

    Beside the jar, whoever could do so could also replace the jar. Folders above the user's own may
    belong to a group, which often has no other members.
    """
    if folder == BESIDE_JAR:
        return True
    try:
        real = folder.resolve(strict=True)
        first, *above = [path.stat() for path in (real, *real.parents)]
    except OSError:
        return False
    return _is_ours(first, _WRITABLE_BY_OTHERS) and all(
        _is_ours(status, 0 if status.st_mode & stat.S_ISVTX else stat.S_IWOTH) for status in above
    )


def _is_ours(status: os.stat_result, not_writable: int) -> bool:
    is_ours = not hasattr(os, "getuid") or status.st_uid in (0, os.getuid())
    return is_ours and not status.st_mode & not_writable


def _dump(java: str, aside: Path) -> Path:
    """Start a card once while Java lists the classes it loads; then let Java archive them."""
    classes, archive = aside / "classes", aside / "archive"
    jar = ("-cp", str(JAR))
    rehearse = ("-Xshare:off", f"-XX:DumpLoadedClassList={classes}", *jar, MAIN, "rehearse")
    dump = ("-Xshare:dump", f"-XX:SharedClassListFile={classes}", *jar)
    try:
        for arguments in (
            (*rehearse, str(aside)),
            (*dump, f"-XX:SharedArchiveFile={archive}"),
        ):
            subprocess.run(
                [java, *FLAGS, *arguments],
                check=True,
                timeout=_SECONDS,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=clean_environment(),
            )
        archive.chmod(0o600)
        # Java does not check all of it: half an archive could crash it.
        with archive.open("rb+") as file:
            os.fsync(file.fileno())
    except (OSError, subprocess.SubprocessError):
        archive.unlink(missing_ok=True)
        archive.touch(mode=0o600)
    return archive


def _remove_old(folder: Path) -> None:
    archives = sorted(folder.glob("simulator-*.jsa"), key=lambda path: path.stat().st_mtime)
    for path in archives[:-_KEPT]:
        with contextlib.suppress(OSError):
            path.unlink()


def main() -> None:
    """Make the archives for every Java found, beside the jar: part of set-up."""
    shutil.rmtree(BESIDE_JAR, ignore_errors=True)
    for java in java_programs():
        if not make_archive(java, BESIDE_JAR):
            print(f"{java} makes no class-data archive", file=sys.stderr)


if __name__ == "__main__":
    main()
