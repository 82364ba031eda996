"""The events of a card's log in plain words."""

from __future__ import annotations

from collections.abc import Callable

from twincard.card.log import Entry, Event
from twincard.card.report import PolicyFlags, Role, SetBy
from twincard.keys.derivation import KCV_BYTES

_SHORT = 8
_ROLES: dict[int, str] = {Role.ORIGINAL: "an original", Role.BACKUP: "a backup"}
_ACTING: dict[int, str] = {SetBy.ISSUER: "the issuer", SetBy.USER: "the user"}


def in_words(entry: Entry) -> str:
    """What an entry tells."""
    if entry.event is None:
        return f"event {entry.code:02X}, which this program does not know: {entry.detail.hex()}"
    return _WORDS[entry.event](entry.detail)


def _fixed(text: str) -> Callable[[bytes], str]:
    return lambda _: text


def _id(text: str) -> Callable[[bytes], str]:
    """A card id or a group id, whole: it is compared with others."""
    return lambda detail: f"{text} {detail.hex()}"


def _digest(text: str) -> Callable[[bytes], str]:
    return lambda detail: f"{text} {detail[:_SHORT].hex()}…"


def _number(text: str) -> Callable[[bytes], str]:
    return lambda detail: f"{text} {detail[0]}"


def _personalised(detail: bytes) -> str:
    role = _ROLES.get(detail[0], "a card")
    rules = [(flag.name or "").lower().replace("_", " ") for flag in PolicyFlags(detail[2])]
    backups = "1 backup" if detail[1] == 1 else f"{detail[1]} backups"
    allowed = f", {backups} allowed" if detail[0] == Role.ORIGINAL else ""
    return f"personalised as {role}{allowed}" + (f"; {', '.join(rules)}" if rules else "")


def _component(detail: bytes) -> str:
    by = _ACTING.get(detail[1], "nobody known")
    kcv = detail[2 : 2 + KCV_BYTES].hex().upper()
    return f"component {detail[0]} set by {by}, KCV {kcv}"


_WORDS: dict[Event, Callable[[bytes], str]] = {
    Event.PERSONALISED: _personalised,
    Event.CERTIFIED: _digest("certified by the issuer whose key has the SHA-256"),
    Event.ACTIVATED: _fixed("activated: operational from here on"),
    Event.TERMINATED: _fixed("terminated"),
    Event.CHANNEL_KEYS_REPLACED: _number("keys of the issuer's channel replaced, now version"),
    Event.CONTACT_BY_ISSUER: _number("the issuer wrote or deleted contact"),
    Event.GROUP_BEGUN: _id("key group begun:"),
    Event.COMPONENT_SET: _component,
    Event.COMPONENT_CLEARED: _number("component cleared:"),
    Event.GROUP_ERASED: _id("key group erased:"),
    Event.KEY_GENERATED: _digest("decipher key generated, SHA-256"),
    Event.SIGNATURE_KEY_GENERATED: _digest("signature key generated, SHA-256"),
    Event.TICKET_DRAWN: _id("ticket drawn for the key of original"),
    Event.KEY_IMPORTED: _id("key taken over from original"),
    Event.TICKET_VOID: _id("ticket made void, for original"),
    Event.EXPORT_PENDING: _id("key handed to backup"),
    Event.EXPORT_DONE: _id("duplication confirmed by backup"),
    Event.SLOT_GIVEN_BACK: _id("duplication given up by backup"),
    Event.EXPORT_ABANDONED: _id("duplication abandoned, with backup"),
    Event.PIN_BLOCKED: _fixed("PIN blocked"),
    Event.PIN_CHANGED: _fixed("PIN changed"),
    Event.PIN_UNBLOCKED: _fixed("PIN set anew with the PUK"),
    Event.PUK_BLOCKED: _fixed("PUK blocked"),
}
