"""CAP files for real cards, the same bytes from every build."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tools.bench.builds import Kit
from tools.dist.archive import add
from tools.dist.source import DistError
from twincard.globalplatform.cap import CapFile

# Lines of the manifest that depend on the time and the tools of the build.
_OF_ONE_BUILD = re.compile(
    rb"^(Created-By|Java-Card-CAP-Creation-Time|Java-Card-Converter-\w+):.*\n( .*\n)*", re.MULTILINE
)


@dataclass(frozen=True)
class Variant:
    """A CAP file of a release: its name's ending, the arguments of tools/cap.sh, its file."""

    ending: str
    arguments: tuple[str, ...] = ()
    built: str = "build/twincard.cap"


VARIANTS = (
    Variant(""),
    Variant("-short", ("no", "all")),
    Variant("-base", ("yes", "base")),
    Variant("-base-short", ("no", "base")),
    Variant("-opensc", ("yes", "all", "yes"), "build/twincard-opensc.cap"),
    Variant("-opensc-short", ("no", "all", "yes"), "build/twincard-opensc.cap"),
)
"""With all parts or the base alone, and for OpenSC, each for chips with and without extended length."""


def build_caps(root: Path, kit: Kit, folder: Path, name: str) -> list[Path]:
    """Build each variant into the folder. Raises DistError."""
    made = []
    for variant in VARIANTS:
        path = folder / f"{name}{variant.ending}.cap"
        command = [str(root / "tools/cap.sh"), kit.ant_javacard, kit.jc_home, *variant.arguments]
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
            raise DistError(f"{path.name} could not be built.")
        write_plain(root / variant.built, path)
        made.append(path)
    return made


def load_files(caps: list[Path]) -> str:
    """A line for each CAP file: digest and size in bytes of the part that is loaded."""
    lines = []
    for path in caps:
        cap = CapFile.read(path)
        lines.append(f"{cap.load_file_sha256.hex()}  {path.name}  {len(cap.load_file)}\n")
    return "".join(lines)


def write_plain(built: Path, path: Path) -> None:
    """Copy a CAP file without what differs between builds; the loaded part is unchanged."""
    with zipfile.ZipFile(built) as old, zipfile.ZipFile(path, "w") as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "META-INF/MANIFEST.MF":
                content = _OF_ONE_BUILD.sub(b"", content)
            add(new, name, content)
