"""Describes members of results more exactly than Python's types.

`Annotated[bytes, Size(16)]` is 16 bytes; `Annotated[str, OneOf(...)]` is one of these words. The
published schema is made from them (schema.py): pydantic calls their methods, and is not imported
before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Size:
    """A number of bytes; in JSON, twice as many hexadecimal digits."""

    length: int

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of so many bytes."""
        from pydantic_core import core_schema

        return core_schema.bytes_schema(min_length=self.length, max_length=self.length)


@dataclass(frozen=True)
class OneOf:
    """The possible values of a text."""

    words: tuple[str, ...]

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of these values."""
        from pydantic_core import core_schema

        return core_schema.literal_schema(list(self.words))

    @classmethod
    def names(cls, members: Iterable[Enum]) -> OneOf:
        """The names of members of enumerations, in lower case, each once."""
        return cls(tuple(dict.fromkeys(member.name.lower() for member in members)))


MAY_BE_ABSENT = {"may_be_absent": True}
"""Metadata of a member that is left out if it is null."""

Id = Annotated[bytes, Size(16)]
"""The id of a card or a key group."""
Sha256 = Annotated[bytes, Size(32)]
Kcv = Annotated[bytes, Size(3)]
