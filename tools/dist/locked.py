"""The Python packages locked in requirements.txt, and those that an installation needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NOT_AT_RUN_TIME = "dev"


@dataclass(frozen=True)
class Locked:
    """A package: `marker` is its install condition, `hashes` are of all its files (SHA-256, hex).

    `parents` are the packages that require it.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    parents: frozenset[str]


def parse_locked(text: str) -> list[Locked]:
    """The packages of a requirements file with hashes and `via` comments, as uv writes it."""
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return [_entry(entry) for entry in entries if "==" in entry]


def wanted(packages: Iterable[Locked], names: Iterable[str]) -> list[Locked]:
    """The packages with these names, and all that they require."""
    found: set[str] = set(names)
    packages = list(packages)
    while more := {
        one.name for one in packages if one.name not in found and one.parents & found
    }:
        found |= more
    return [one for one in packages if one.name in found]


def direct(project: dict[str, Any]) -> dict[str, frozenset[str]]:
    """The packages that the project itself requires, by extra; "" are those without one."""
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        extra: frozenset(canonicalize_name(Requirement(line).name) for line in lines)
        for extra, lines in extras.items()
        if extra != _NOT_AT_RUN_TIME
    }


def _entry(text: str) -> Locked:
    head, *lines = text.splitlines()
    requirement, _, marker = head.rstrip(" \\").partition(" ; ")
    name, _, version = requirement.partition("==")
    comments = [line.partition("#")[2].strip() for line in lines if "#" in line]
    parents = {comment.removeprefix("via").strip() for comment in comments} - {""}
    return Locked(name, version, marker, tuple(_HASH.findall(text)), frozenset(parents))
