"""Results as JSON: pydantic writes them and gives their schema.

Bytes are written as lower-case hexadecimal digits. Enumerations are written as the lower-case names
of their members, or as their values if these are texts. Only this module and schema.py import
pydantic, and only if there is JSON to write, because the import takes long.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum, StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaSerializer, core_schema
from pydantic_core.core_schema import CoreSchema

from twincard.flows.events import FlowEvent
from twincard.results import JSON_VERSION
from twincard.results.marks import MAY_BE_ABSENT

# A sentence is a str in the language in which it was made; `str()` gives the reader's language.
_SHOWN = core_schema.plain_serializer_function_ser_schema(
    str, return_schema=core_schema.str_schema()
)


def to_json(result: object, *, escaped: bool = False) -> str:
    """A result as one JSON object, with the version; `escaped`: in ASCII."""
    return json.dumps(
        {"version": JSON_VERSION, **members_of(result)}, ensure_ascii=escaped, indent=2
    )


def members_of(result: object) -> dict[str, Any]:
    """The members of a result, for one that is written piece by piece."""
    kind: type = type(result)
    members: dict[str, Any] = _serializer(kind).to_python(result, mode="json", warnings="error")
    return members


class JsonInParts:
    """One JSON object with a list that is written item by item.

    So memory does not grow with the list, and what was done is on record before all is done. What
    is written at once is one piece, which Ctrl-C does not tear.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        name: str = "files",
        known: object | None = None,
        escaped: bool = False,
    ) -> None:
        """`write` takes text; `name` is the member with the list; `escaped`: in ASCII.

        `known` is a result whose other members are written before the list.
        """
        self._write = write
        self._name = name
        self._known = known
        self._escaped = escaped
        self.begun = False

    def add(self, item: object) -> None:
        """Write the next item."""
        text = "    " + self._text(members_of(item), "    ")
        before, self.begun = ",\n" if self.begun else self._opening(), True
        self._write(before + text)

    def finish(self, result: object | None) -> None:
        """End the object, with the members of `result`, but not its list."""
        text = "\n  ]" if self.begun else self._opening().rstrip("\n") + "]"
        for name, value in self._others(result).items():
            text += f",\n  {self._text(name)}: {self._text(value, '  ')}"
        self._write(text + "\n}\n")

    def _opening(self) -> str:
        members = {"version": JSON_VERSION, **self._others(self._known)}
        lines = [f"  {self._text(name)}: {self._text(members[name], '  ')},\n" for name in members]
        return "{\n" + "".join(lines) + f"  {self._text(self._name)}: [\n"

    def _others(self, result: object | None) -> dict[str, Any]:
        members = {} if result is None else members_of(result)
        return {name: value for name, value in members.items() if name != self._name}

    def _text(self, value: object, indent: str = "") -> str:
        """As JSON; the lines after the first begin with `indent`."""
        text = json.dumps(value, ensure_ascii=self._escaped, indent=2)
        return text.replace("\n", "\n" + indent)


def event_to_json(event: FlowEvent) -> str:
    """An event of a flow, as one JSON object on one line; `event` is its name.

    The line is in ASCII, because file names may contain line separators, or bytes that are not
    text.
    """
    kind: type = type(event)
    members = _serializer(kind).to_python(event, mode="json", warnings="error")
    return json.dumps({"version": JSON_VERSION, "event": event.name, **members})


@cache
def _serializer(kind: type) -> SchemaSerializer:
    return SchemaSerializer(schema_of_type(kind))


def schema_of_type(kind: type) -> CoreSchema:
    """pydantic's schema of a result type, with our ways of writing its members."""
    whole: dict[str, Any] = dict(TypeAdapter(kind).core_schema)
    definitions = whole.get("definitions", ())
    # Enumerations are written out in each member; only dataclasses have definitions of their own.
    enums = {part["ref"]: part for part in definitions if part["type"] == "enum"}
    if enums:
        whole["definitions"] = [part for part in definitions if part["type"] != "enum"]
    written: CoreSchema = _written(whole, enums)
    return written


def _written(part: Any, enums: Mapping[str, Any]) -> Any:
    """A part of a schema, with our ways of writing it."""
    if isinstance(part, list):
        return [_written(item, enums) for item in part]
    if not isinstance(part, dict):
        return part
    match part.get("type"):
        case "definition-ref" if part["schema_ref"] in enums:
            return _enum(enums[part["schema_ref"]]["cls"])
        case "enum":
            return _enum(part["cls"])
        case "bytes":
            return _bytes(part.get("min_length"))
        case "str":
            return {**part, "serialization": _SHOWN}
        case "dataclass":
            part = _dataclass(part)
    return {name: _written(value, enums) for name, value in part.items() if name != "metadata"}


def _enum(kind: type[Enum]) -> CoreSchema:
    known = {item: item.value if issubclass(kind, StrEnum) else item.name.lower() for item in kind}
    written = core_schema.plain_serializer_function_ser_schema(
        known.__getitem__, return_schema=core_schema.literal_schema(list(known.values()))
    )
    return core_schema.enum_schema(kind, list(kind), serialization=written)


def _bytes(length: int | None) -> CoreSchema:
    digits = "*" if length is None else f"{{{2 * length}}}"
    written = core_schema.plain_serializer_function_ser_schema(
        bytes.hex, return_schema=core_schema.str_schema(pattern=f"^[0-9a-f]{digits}$")
    )
    return core_schema.bytes_schema(min_length=length, max_length=length, serialization=written)


def _dataclass(part: dict[str, Any]) -> dict[str, Any]:
    """Members with defaults are always written, or left out if they are null and may be absent."""
    absent = {item.name for item in fields(part["cls"]) if item.metadata == MAY_BE_ABSENT}
    members = [_member(member, member["name"] in absent) for member in part["schema"]["fields"]]
    return part | {"schema": part["schema"] | {"fields": members}}


def _member(member: dict[str, Any], may_be_absent: bool) -> dict[str, Any]:
    value = member["schema"]
    if value["type"] != "default":
        return member
    if not may_be_absent:
        return member | {"schema": value["schema"]}
    there = value | {"schema": value["schema"]["schema"]}  # the type, without null
    return member | {"schema": there, "serialization_exclude_if": _is_null}


def _is_null(value: object) -> bool:
    return value is None
