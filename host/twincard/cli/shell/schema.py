"""`twincard schema`: a JSON Schema of what --json prints, made from the types of the results.

The schema describes every member as it is now. Later releases of the same version may add members,
and values to enumerations, so the schema accepts both.
"""

from __future__ import annotations

import json as json_module
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated, Any

import typer

from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Json
from twincard.cli.terminal.output import print_text
from twincard.ground.language import _
from twincard.results import JSON_VERSION
from twincard.results.failure import Failed

JsonSchema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
RESULTS: dict[str, tuple[str, ...]] = {
    "start": ("start:Started",),
    "demo": ("demo:Told",),
    "sim new": ("simulated:NewCard", "simulated:NewBlankCard"),
    "sim cap": ("simulated:StandIn",),
    "sim list": ("simulated:Cards",),
    "sim remove": ("simulated:RemovedCard",),
    "sim serve": ("simulated:ServedCard",),
    "readers": ("readers:Readers", "readers:Slot"),
    "card info": ("card_info:CardInfo",),
    "card check": ("drill:Checked", "drill:CheckStopped"),
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
    "group verify": ("group:Verified",),
    "group clear": ("group:GroupCleared",),
    "issuer new": ("keys:NewIssuer",),
    "issuer show": ("keys:IssuerPublicKey",),
    "issue": ("pair:Issued",),
    "duplicate": (
        "pair:Copied",
        "pair:TicketCancelled",
        "pair:ExportAbandoned",
    ),
    "sheet": ("pair:SafeSheet",),
    "public-key": ("keys:CardPublicKey",),
    "certificate": ("certificate:CertificateInfo",),
    "csr": ("certificate:Request",),
    "contact add": ("contacts:AddedContact",),
    "contact list": ("contacts:ContactList", "contacts:CardContacts"),
    "contact show": ("contacts:ShownContact",),
    "contact remove": ("contacts:RemovedContact",),
    "encrypt": ("files:EncryptedFiles",),
    "decrypt": ("files:DecryptedFiles",),
    "inspect": ("inspection:Inspected",),
    "recipients add": ("files:RecipientChanges",),
    "recipients remove": ("files:RecipientChanges",),
    "sign": ("files:FileResults",),
    "verify": ("signatures:VerifiedFile",),
    "transcode": ("files:FileResults",),
    "mail seal": ("mail:SealedMail",),
    "mail open": ("mail:OpenedMail",),
    "mail send": ("mail:SentMail",),
    "recover": ("pair:Recovered", "pair:RecoveryPlanned"),
    "chips": ("chips:Chips",),
    "completion": ("completion:Completion",),
}
"""The types of the objects that each command prints when it succeeds, below `twincard.results`."""
SCHEMA_COMMAND = "schema"
"""The dialect itself describes the output of this command."""


def schema(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND...]", help="Command, such as card info. Default: all commands."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print the JSON Schema of the output of --json."""
    del json  # it is JSON in any case
    name = " ".join(command or ())
    if name and name not in RESULTS:
        sentence = _("There is no command {name}. `twincard --help` lists the commands.")
        raise InputError(sentence.format(name=name))
    text = to_text(schema_of([name] if name else RESULTS))
    print_text(text)


def to_text(document: JsonSchema) -> str:
    """The file that is published."""
    return json_module.dumps(document, ensure_ascii=True, indent=2) + "\n"


def schema_of(names: Iterable[str]) -> JsonSchema:
    """One document with a definition for each command, and one for each type."""
    from twincard.results.schema import definitions_of

    results = {name: [*results_of(name), Failed] for name in names}
    definitions = definitions_of({kind for kinds in results.values() for kind in kinds})
    definitions |= {definition_name(name): _command(name, results[name]) for name in results}
    document: JsonSchema = {"$schema": DIALECT, "version": JSON_VERSION, "title": "twincard --json"}
    # A schema of several commands is a collection; the user picks the definition.
    if len(results) == 1:
        document["$ref"] = _reference(*map(definition_name, results))
    return document | {"$defs": dict(sorted(definitions.items()))}


def results_of(command: str) -> list[type]:
    """The types of the objects that a command prints when it succeeds."""
    found = []
    for home in RESULTS[command]:
        module, _colon, name = home.partition(":")
        found.append(getattr(import_module(f"twincard.results.{module}"), name))
    return found


def definition_name(command: str) -> str:
    """The name of a command's definition."""
    return command.replace(" ", "-")


def _command(name: str, kinds: Iterable[type]) -> JsonSchema:
    return {
        "description": f"twincard {name} --json",
        "type": "object",
        "properties": {"version": {"const": JSON_VERSION}},
        "required": ["version"],
        "anyOf": [{"$ref": _reference(kind.__name__)} for kind in kinds],
    }


def _reference(name: str) -> str:
    return f"#/$defs/{name}"
