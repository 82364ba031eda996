"""`twincard schema`: what --json prints, as JSON Schema, made of the types of the results.

Every member is described as it is now. Later releases of the same version may add members, and
words to lists of words; so the schema refuses neither.
"""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum, StrEnum
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import typer

from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Json
from twincard.cli.terminal.output import JSON_VERSION, naming_standard_output
from twincard.ground.language import _
from twincard.results.failure import Failed
from twincard.results.marks import MAY_BE_ABSENT, OneOf, Size

JsonSchema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
RESULTS: dict[str, tuple[str, ...]] = {
    "demo": ("demo:Told",),
    "sim new": ("simulated:NewCard",),
    "sim list": ("simulated:Cards",),
    "sim remove": ("simulated:RemovedCard",),
    "sim serve": ("simulated:ServedCard",),
    "readers": ("readers:Readers", "readers:Slot"),
    "card info": ("card_info:CardInfo",),
    "card check": ("drill:Checked",),
    "card pin": ("card_changes:PinSet",),
    "card unblock": ("card_changes:PinSet",),
    "card scp03-keys": ("card_changes:KeysReplaced",),
    "card accept": ("acceptance:Accepted",),
    "card log": ("log:LogInfo",),
    "card report": ("report:ReportedCard",),
    "card load": ("load:Loaded", "load:CapInfo"),
    "card contents": ("contents:Contents",),
    "card unload": ("contents:Unloaded",),
    "card terminate": ("card_changes:Terminated",),
    "group new": ("group:NewGroup",),
    "group split": ("group:Split",),
    "group join": ("group:Joined",),
    "issuer new": ("keys:NewIssuer",),
    "issuer show": ("keys:IssuerPublicKey",),
    "issue": ("pair:Issued",),
    "duplicate": (
        "pair:Copied",
        "pair:TicketCancelled",
        "pair:ExportAbandoned",
    ),
    "public-key": ("keys:CardPublicKey",),
    "certificate": ("certificate:CertificateInfo",),
    "csr": ("certificate:Request",),
    "encrypt": ("files:FileResults",),
    "decrypt": ("files:DecryptedFiles",),
    "transcode": ("files:FileResults",),
    "recover": ("pair:Recovered",),
    "chips": ("chips:Chips",),
    "completion": ("completion:Completion",),
}
"""The types of the objects that each command prints when it succeeds, below `twincard.results`."""
SCHEMA_COMMAND = "schema"
"""What this prints is described by the dialect itself."""
_PLAIN = {str: "string", Path: "string", int: "integer", float: "number", bool: "boolean"}


def schema(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND...]", help="A command, such as card info; else all."),
    ] = None,
    json: Json = False,
) -> None:
    """Print the JSON Schema of what --json prints."""
    del json  # it is JSON in any case
    name = " ".join(command or ())
    if name and name not in RESULTS:
        sentence = _("There is no command {name}: `twincard --help` lists them.")
        raise InputError(sentence.format(name=name))
    text = to_text(schema_of([name] if name else RESULTS))
    with naming_standard_output():
        sys.stdout.write(text)


def to_text(document: JsonSchema) -> str:
    """The file that is published."""
    return json_module.dumps(document, ensure_ascii=True, indent=2) + "\n"


def schema_of(names: Iterable[str]) -> JsonSchema:
    """One document for these commands: a definition for each, and one for each type."""
    definitions: JsonSchema = {}
    commands = [_command(name, definitions) for name in names]
    document: JsonSchema = {"$schema": DIALECT, "version": JSON_VERSION, "title": "twincard --json"}
    # One that is about all commands is a collection: which is meant, who uses it knows.
    if len(commands) == 1:
        document["$ref"] = commands[0]
    return document | {"$defs": dict(sorted(definitions.items()))}


def results_of(command: str) -> list[type]:
    """The types of the objects that a command prints when it succeeds."""
    found = []
    for home in RESULTS[command]:
        module, _colon, name = home.partition(":")
        found.append(getattr(import_module(f"twincard.results.{module}"), name))
    return found


def definition_name(command: str) -> str:
    """How the definition of a command is called."""
    return command.replace(" ", "-")


def _command(name: str, definitions: JsonSchema) -> str:
    kinds = [*results_of(name), Failed]
    definitions[definition_name(name)] = {
        "description": f"twincard {name} --json",
        "type": "object",
        "properties": {"version": {"const": JSON_VERSION}},
        "required": ["version"],
        "anyOf": [_schema(kind, definitions) for kind in kinds],
    }
    return _reference(definition_name(name))


def _reference(name: str) -> str:
    return f"#/$defs/{name}"


def _schema(hint: Any, definitions: JsonSchema, marks: Sequence[object] = ()) -> JsonSchema:
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *more = get_args(hint)
        return _schema(inner, definitions, more)
    if origin in (Union, UnionType):
        return _optional(hint, definitions)
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0], definitions)}
    if is_dataclass(hint):
        return _object(hint, definitions)
    if hint is bytes:
        sizes = [mark.length for mark in marks if isinstance(mark, Size)]
        digits = f"{{{2 * sizes[0]}}}" if sizes else "*"
        return {"type": "string", "pattern": f"^[0-9a-f]{digits}$"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.name.lower() for member in hint]}
    for mark in marks:
        if isinstance(mark, OneOf):
            return {"enum": list(mark.words)}
    return {"type": _PLAIN[hint]}


def _optional(hint: Any, definitions: JsonSchema) -> JsonSchema:
    """All unions of results are with None."""
    (inner,) = [kind for kind in get_args(hint) if kind is not NoneType]
    described = _schema(inner, definitions)
    if "enum" in described:
        return {"enum": [*described["enum"], None]}
    if "type" in described:
        return {**described, "type": [described["type"], "null"]}
    return {"oneOf": [described, {"type": "null"}]}


def _object(kind: Any, definitions: JsonSchema) -> JsonSchema:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # for a type that holds itself
        hints = get_type_hints(kind, include_extras=True)
        members = {item.name: _member(hints[item.name], item.metadata) for item in fields(kind)}
        definitions[name] = {
            "description": " ".join(str(kind.__doc__).split()),
            "type": "object",
            "properties": {
                member: _schema(hint, definitions) for member, (hint, _required) in members.items()
            },
            "required": [member for member, (_hint, required) in members.items() if required],
        }
    return {"$ref": _reference(name)}


def _member(hint: Any, metadata: Any) -> tuple[Any, bool]:
    """A member's type, and whether it is always there; if not, it is never null."""
    if metadata != MAY_BE_ABSENT:
        return hint, True
    (inner,) = [kind for kind in get_args(hint) if kind is not NoneType]
    return inner, False
