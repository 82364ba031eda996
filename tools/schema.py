"""Writes docs/schema/twincard-N.json, the published schema of what --json prints.

Within a version it may only grow: nothing that a reader relies on is ever removed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from twincard.cli.shell.schema import RESULTS, schema_of, to_text
from twincard.results import JSON_VERSION

FILE = Path(__file__).parents[1] / f"docs/schema/twincard-{JSON_VERSION}.json"
_TEXT = ("description", "title")
_Kinds = Mapping[str, Any]
"""Kinds of objects by their names."""


def current() -> str:
    """The current content of the file."""
    return to_text(schema_of(RESULTS))


def broken_promises(old: Any, new: Any, place: str = "") -> Iterator[str]:
    """Where the new schema promises less than the old one; each in a few words.

    Members may be added, words to lists of words, and kinds of objects to what a command prints,
    also in place of a kind whose promises they keep.
    """
    yield from _broken(old, new, (_kinds(old), _kinds(new)), place)


def _broken(old: Any, new: Any, kinds: tuple[_Kinds, _Kinds], place: str) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name, value in old.items():
            inner = f"{place}/{name}"
            if name in _TEXT:
                continue
            if name not in new:
                yield f"{inner} is gone"
            elif name in ("enum", "required", "anyOf"):
                for item in value:
                    if item not in new[name] and not _is_replaced(item, new[name], kinds):
                        yield f"{inner} lacks {json.dumps(item)}"
                if name == "enum" and None in new[name] and None not in value:
                    yield f"{inner} may be null"
            else:
                yield from _broken(value, new[name], kinds, inner)
    elif old != new:
        yield f"{place} was {json.dumps(old)}"


def _is_replaced(kind: Any, new: Iterable[Any], kinds: tuple[_Kinds, _Kinds]) -> bool:
    """Whether one of the new kinds of objects promises all that this one did."""
    old = _named(kind, kinds[0])
    others = [_named(one, kinds[1]) for one in new]
    return old is not None and any(
        other is not None and not any(_broken(old, other, kinds, "")) for other in others
    )


def _named(kind: Any, kinds: _Kinds) -> Any:
    reference = kind.get("$ref", "") if isinstance(kind, Mapping) else ""
    return kinds.get(reference.removeprefix("#/$defs/"))


def _kinds(document: Any) -> _Kinds:
    found = document.get("$defs", {}) if isinstance(document, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def main() -> int:
    """Write the file, unless that would break a promise."""
    text = current()
    if FILE.exists():
        broken = list(
            broken_promises(json.loads(FILE.read_text(encoding="utf-8")), json.loads(text))
        )
        if broken:
            sys.stderr.write("\n".join([f"Version {JSON_VERSION} promises more:", *broken, ""]))
            return 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
