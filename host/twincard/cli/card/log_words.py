"""The events of a card's log as sentences, in the language in use."""

from __future__ import annotations

from collections.abc import Callable

from twincard.card.issuer import TRANSPORT_PIN
from twincard.card.log import Event, LogEntry
from twincard.card.report import PolicyFlags, Role, SetBy
from twincard.ground.language import N_, _, listed, plural
from twincard.keys.derivation import KCV_BYTES
from twincard.keys.value_lines import kcv_text

_SHORT = 8
_BY = 0x0F
"""The half of the byte that tells who set a component; the other half tells how it was sent."""
_ACTING: dict[int, str] = {SetBy.ISSUER: N_("the issuer"), SetBy.USER: N_("the user")}
_NOBODY_KNOWN = N_("an unknown party")


def in_words(entry: LogEntry) -> str:
    """One event of a log as a sentence."""
    if entry.event is None:
        unknown = _("event {code}, unknown to this program: {detail}")
        return unknown.format(code=f"{entry.code:02X}", detail=entry.detail.hex())
    return _WORDS[entry.event](entry.detail)


def _fixed(text: str) -> Callable[[bytes], str]:
    return lambda _detail: _(text)


def _id(text: str) -> Callable[[bytes], str]:
    """A card id or a group id; never shortened, because people compare it with others."""
    return lambda detail: _(text).format(id=detail.hex())


def _digest(text: str) -> Callable[[bytes], str]:
    return lambda detail: _(text).format(digest=f"{detail[:_SHORT].hex()}…")


def _number(text: str) -> Callable[[bytes], str]:
    return lambda detail: _(text).format(number=detail[0])


def _personalised(detail: bytes) -> str:
    text = _personalised_as(detail[0], detail[1])
    rules = PolicyFlags(detail[2] & ~TRANSPORT_PIN).words
    if detail[2] & TRANSPORT_PIN:
        rules += (_("transport PIN"),)
    if not rules:
        return text
    return _("{event}; policy: {rules}").format(event=text, rules=listed(rules))


def _personalised_as(role: int, backups: int) -> str:
    if role == Role.ORIGINAL:
        return plural(
            "personalised as an original, 1 backup allowed",
            "personalised as an original, {count} backups allowed",
            backups,
        ).format(count=backups)
    if role == Role.BACKUP:
        return _("personalised as a backup")
    return _("personalised with an unknown role")


def _component(detail: bytes) -> str:
    return _("component {number} set by {by}, KCV {kcv}").format(
        number=detail[0],
        by=_(_ACTING.get(detail[1] & _BY, _NOBODY_KNOWN)),
        kcv=kcv_text(detail[2 : 2 + KCV_BYTES]),
    )


_WORDS: dict[Event, Callable[[bytes], str]] = {
    Event.PERSONALISED: _personalised,
    Event.CERTIFIED: _digest(N_("certified by the issuer with SHA-256 {digest}")),
    Event.ACTIVATED: _fixed(N_("activated; the card is now operational")),
    Event.TERMINATED: _fixed(N_("terminated")),
    Event.SCP03_KEYS_REPLACED: _number(N_("SCP03 keys replaced, now version {number}")),
    Event.CONTACT_BY_ISSUER: _number(N_("the issuer wrote or deleted contact {number}")),
    Event.GROUP_BEGUN: _id(N_("key group started: {id}")),
    Event.COMPONENT_SET: _component,
    Event.COMPONENT_CLEARED: _number(N_("component {number} cleared")),
    Event.GROUP_ERASED: _id(N_("key group erased: {id}")),
    Event.KEY_GENERATED: _digest(N_("decipher key generated, SHA-256 {digest}")),
    Event.SIGNATURE_KEY_GENERATED: _digest(N_("signature key generated, SHA-256 {digest}")),
    Event.TICKET_DRAWN: _id(N_("ticket created for the key of original {id}")),
    Event.KEY_IMPORTED: _id(N_("key imported from original {id}")),
    Event.TICKET_VOID: _id(N_("ticket for original {id} made void")),
    Event.EXPORT_PENDING: _id(N_("key exported to backup {id}")),
    Event.EXPORT_DONE: _id(N_("duplication confirmed by backup {id}")),
    Event.SLOT_GIVEN_BACK: _id(N_("export slot freed: backup {id} made its ticket void")),
    Event.EXPORT_ABANDONED: _id(N_("export to backup {id} abandoned")),
    Event.PIN_BLOCKED: _fixed(N_("PIN blocked")),
    Event.PIN_CHANGED: _fixed(N_("PIN changed")),
    Event.PIN_UNBLOCKED: _fixed(N_("PIN reset with the PUK")),
    Event.PUK_BLOCKED: _fixed(N_("PUK blocked")),
}
