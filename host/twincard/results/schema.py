"""The JSON Schema (2020-12) of results: a definition for each type, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from twincard.results.in_json import schema_of_type

_WRITTEN: JsonSchemaMode = "serialization"
_PUBLISHED = {"RecoveredFile": "FileEvent"}
"""Types that were renamed; version 1 keeps the published names of their definitions."""


def definitions_of(kinds: Iterable[type]) -> dict[str, JsonSchemaValue]:
    """The definitions of these types, and of all types in them."""
    inputs = [(kind, _WRITTEN, schema_of_type(kind)) for kind in kinds]
    _references, definitions = _Generator().generate_definitions(inputs)
    return {str(name): definition for name, definition in definitions.items()}


class _Generator(GenerateJsonSchema):
    """Writes short schemas of the members; enumerations only list their values."""

    def normalize_name(self, name: str) -> str:
        """The name of a definition: that of the type, or the one it was published under."""
        usual = super().normalize_name(name)
        return _PUBLISHED.get(usual, usual)

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        """Keep the order of the members."""
        return value

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Give members no title, which would only repeat the name."""
        return False

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """An object, with the description of its type in one line."""
        found = super().dataclass_schema(schema)
        return {
            "description": " ".join(str(schema["cls"].__doc__).split()),
            "type": "object",
            "properties": found["properties"],
            "required": found["required"],
        }

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        """Words."""
        return {"enum": list(schema["expected"])}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What may be null."""
        inner = self.generate_inner(schema["schema"])
        if "enum" in inner:
            return {"enum": [*inner["enum"], None]}
        if "type" in inner:
            return {**inner, "type": [inner["type"], "null"]}
        return {"oneOf": [inner, {"type": "null"}]}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A member that may be absent."""
        return self.generate_inner(schema["schema"])

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        """A list, all of one type."""
        return {"type": "array", "items": self.generate_inner(schema["items_schema"][0])}
