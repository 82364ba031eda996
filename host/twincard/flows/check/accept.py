"""Checks a received card: that it is the issuer's, and that nobody has used it.

It detects cards that were already in use, or examined, before they were handed out. Uses of a key
are not logged; but an intact transport PIN shows that there were none, since it allows only the
duplication and cannot come back once it was changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from twincard.card.log import Event, LogEntry
from twincard.card.pin import PIN_TRIES, PUK_TRIES
from twincard.card.report import CardReport, Role, SetBy
from twincard.card.session import Card
from twincard.flows.check.log import read_log
from twincard.flows.identity import protect
from twincard.identity.device_certificate import fingerprint

_BEFORE_ACTIVATION = {
    Event.PERSONALISED,
    Event.CERTIFIED,
    Event.SCP03_KEYS_REPLACED,
    Event.CONTACT_BY_ISSUER,
    Event.GROUP_BEGUN,
    Event.COMPONENT_CLEARED,
    Event.GROUP_ERASED,
}
"""An interrupted issue may have repeated any of them."""
_AFTER_ACTIVATION = {Event.SCP03_KEYS_REPLACED, Event.CONTACT_BY_ISSUER}
_NEXT_STEPS: dict[Role, dict[Event | None, Event]] = {
    Role.ORIGINAL: {
        None: Event.KEY_GENERATED,
        Event.KEY_GENERATED: Event.EXPORT_PENDING,
        Event.EXPORT_PENDING: Event.EXPORT_DONE,
        Event.EXPORT_DONE: Event.EXPORT_PENDING,
    },
    Role.BACKUP: {None: Event.TICKET_DRAWN, Event.TICKET_DRAWN: Event.KEY_IMPORTED},
}
"""The order of events in duplications without failures."""
_SET_BY = 0x0F


class Fault(Enum):
    """Why a card should not be accepted."""

    OWN_PIN = "its PIN is no transport PIN"
    TRIES = "tries of its PIN or PUK are used up"
    HIDDEN_EVENTS = "its log does not tell all events any more"
    EVENT = "its log tells an event that an unused card has not"
    KEY = "it holds a key"
    NO_KEY = "it holds no key, or its duplication is not finished"
    SIGNATURE_KEY = "it holds a signature key"


@dataclass(frozen=True)
class Finding:
    """One fault; `entry` is the event of an EVENT fault."""

    fault: Fault
    entry: LogEntry | None = None


@dataclass(frozen=True)
class Inspection:
    """A genuine card of the given issuer: its signed statements, and its faults.

    `hidden` events happened before those in `entries`.
    """

    report: CardReport
    entries: tuple[LogEntry, ...]
    hidden: int
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def inspect(
    card: Card, issuer_public_key: bytes, *, duplicated: bool = False, signature_key: bool = False
) -> Inspection:
    """Check an operational card that was received; needs no PIN.

    The card must be certified by `issuer_public_key` (a point); it proves its channel key, and its
    device key by the log over a nonce. `duplicated`: the issuer stated that the key was already
    made and given to a backup, or received from its original; otherwise the card must not have a
    key. `signature_key` likewise. Raises UntrustedCardError, LogError, CardError.
    """
    protect(card, issuer_public_key)
    log = read_log(card, issuer_public_key).answer
    report = card.kept_report()
    findings = [Finding(fault) for fault in _faults(report, log.chained)]
    if report.signature_key is not None and not signature_key:
        findings.append(Finding(Fault.SIGNATURE_KEY))
    if duplicated and not _is_duplicated(report):
        findings.append(Finding(Fault.NO_KEY))
    if report.key is not None and not duplicated:
        findings.append(Finding(Fault.KEY))
    reading = _Reading(
        fingerprint(issuer_public_key),
        _NEXT_STEPS.get(report.role, {}) if duplicated else {},
        may_sign=signature_key,
    )
    check = reading.is_ever_expected if log.chained else reading.is_expected
    findings += [Finding(Fault.EVENT, entry) for entry in log.entries if not check(entry)]
    return Inspection(report, log.entries, log.chained, tuple(findings))


def _faults(report: CardReport, hidden: int) -> list[Fault]:
    faults = []
    if not report.transport_pin:
        faults.append(Fault.OWN_PIN)
    if (report.pin_tries_left, report.puk_tries_left) != (PIN_TRIES, PUK_TRIES):
        faults.append(Fault.TRIES)
    if hidden:
        faults.append(Fault.HIDDEN_EVENTS)
    return faults


def _is_duplicated(report: CardReport) -> bool:
    if report.export is not None:
        return report.export.slots_used > 0 and report.export.backup_id is None
    return report.key is not None


class _Reading:
    """A log from its first event on, compared with the events of issue and duplication.

    A card's life begins with its personalisation, and it is activated once. After that holders set
    components; the steps of a duplication come in their order; the last may erase the group.
    """

    def __init__(
        self, issuer: bytes, next_steps: dict[Event | None, Event], *, may_sign: bool
    ) -> None:
        self._issuer = issuer
        self._next_steps = next_steps
        self._may_sign = may_sign
        self._step: Event | None = None
        self._last: Event | None = None
        self._activated = False

    def is_expected(self, entry: LogEntry) -> bool:
        """Whether this event may come next."""
        expected = self._is_of_duplication(entry) if self._activated else self._is_of_issue(entry)
        self._activated |= entry.event is Event.ACTIVATED
        self._last = entry.event
        return expected

    def is_ever_expected(self, entry: LogEntry) -> bool:
        """Whether this event may occur at all; for a log without its beginning."""
        usual = {Event.ACTIVATED, Event.COMPONENT_SET, *_BEFORE_ACTIVATION}
        if self._may_sign:
            usual.add(Event.SIGNATURE_KEY_GENERATED)
        return entry.event in usual or entry.event in self._next_steps.values()

    def _is_of_issue(self, entry: LogEntry) -> bool:
        if self._last is None:
            return entry.event is Event.PERSONALISED
        if entry.event is Event.CERTIFIED:
            return self._issuer.startswith(entry.detail)
        usual = entry.event in _BEFORE_ACTIVATION or entry.event is Event.ACTIVATED
        return usual or _is_set_by(entry, SetBy.ISSUER)

    def _is_of_duplication(self, entry: LogEntry) -> bool:
        if entry.event is Event.GROUP_ERASED:
            return self._last is Event.EXPORT_DONE
        if entry.event is Event.SIGNATURE_KEY_GENERATED:
            once, self._may_sign = self._may_sign, False
            return once
        if entry.event is not None and entry.event is self._next_steps.get(self._step):
            self._step = entry.event
            return True
        return entry.event in _AFTER_ACTIVATION or _is_set_by(entry, SetBy.USER)


def _is_set_by(entry: LogEntry, who: SetBy) -> bool:
    return entry.event is Event.COMPONENT_SET and entry.detail[1] & _SET_BY == who
