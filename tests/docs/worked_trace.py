"""Writes docs/card-trace.md: every byte of each flow, from a run on simulated cards.

    python -m tests.docs.worked_trace

The cards draw random numbers, so another run gives other bytes; the test compares what must not
change: who sends which command, with how many bytes each way, and what is said about it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.docs.trace_page import Page, Recorded
from tests.docs.worked_trace_trust import trace_trust

from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.card.usage import OWN_KEY
from twincard.flows.duplicate.duplication import DuplicationEvent, duplicate_key
from twincard.flows.issue.pair import Blank, IssueEvent, Modes, Profile, issue_pair
from twincard.keys.component import Component
from twincard.keys.derivation import GroupKey
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import BASE_APPLET, Laboratory

PAGE = Path(__file__).parents[2] / "docs" / "card-trace.md"

_TRANSPORT_KEY = bytes(range(32))
_PIN = b"123456"
_PUK = b"12345678"
_COMPONENTS = [bytes([0x11 * number] * 32) for number in (1, 2)]
_INTRODUCTION = """\
# A worked trace

This page shows every byte of issuing, duplicating, using and terminating, between a host and two
simulated cards of the base build with P-256. O becomes the original, B the backup. The features of
the full build follow at the end. `>` is what the host sends, `<` what the card answers, with the
status word last. [The card interface](card-interface.md) explains the bytes. The secrets below are
examples, and the cards no longer exist.

This page is written by `python -m tests.docs.worked_trace`, and a test compares its commands,
lengths and status words with a fresh run.

"""


@contextmanager
def _cards(page: Page) -> Iterator[tuple[Card, Card]]:
    labs = Laboratory.start(BASE_APPLET), Laboratory.start(BASE_APPLET)
    try:
        cards = []
        for name, lab in zip("OB", labs, strict=True):
            lab.install(b"\x80\x20" + _TRANSPORT_KEY)
            page.say(f"Select the applet on {name}:")
            cards.append(Card(Recorded(lab, name, page)))
        yield cards[0], cards[1]
    finally:
        for lab in labs:
            lab.close()


def write_page() -> str:
    """Run all flows and return the page."""
    page = Page()
    page.say("## Issue")
    page.say(
        f"Transport key `{_TRANSPORT_KEY.hex().upper()}` (both cards), PIN “{_PIN.decode()}”, "
        f"PUK “{_PUK.decode()}”, component 1 `{_COMPONENTS[0].hex().upper()}`, "
        f"component 2 `{_COMPONENTS[1].hex().upper()}`."
    )
    with _cards(page) as (original, backup):
        page.say("First the host reads the state of O:")
        _issue(page, original, backup)
        _duplicate(page, original, backup)
        _use(page, original, backup)
        _end(page, backup)
    trace_trust(page)
    return _INTRODUCTION + page.text()


def _issue(page: Page, original: Card, backup: Card) -> None:
    secrets = Secret(_TRANSPORT_KEY), Secret(_PIN), Secret(_PUK)
    profile = Profile(2, 1, PolicyFlags.NONE, b"0042", modes=Modes.EITHER)

    def on_event(event: IssueEvent) -> None:
        page.say(f"{'O' if event.role.name == 'ORIGINAL' else 'B'}: {event.step.value}")

    first = Component(1, 2, Secret(_COMPONENTS[0]))
    blanks = Blank(original, *secrets), Blank(backup, *secrets)
    issue_pair(*blanks, profile, [first], plain=True, on_event=on_event)


def _duplicate(page: Page, original: Card, backup: Card) -> None:
    page.say("## Duplicate")
    for card in (original, backup):
        card.pin.verify(Secret(_PIN))

    def on_event(event: DuplicationEvent) -> None:
        page.say(f"{event.step.value.capitalize()}:")

    second = Component(2, 2, Secret(_COMPONENTS[1]))
    duplicate_key(original, backup, [second], KeyType.P_256, on_event=on_event)
    _say_derived(page, original, backup)


def _say_derived(page: Page, original: Card, backup: Card) -> None:
    group = original.report().group
    ticket_report = backup.report().import_
    if group is None or ticket_report is None or ticket_report.nonce is None:
        raise AssertionError("a duplicated pair reports its group and its ticket")
    ids = backup.report().card_id + original.report().card_id
    ticket = bytes([1, 0, 1]) + ids + ticket_report.nonce
    key = GroupKey.from_components(_COMPONENTS, group.group_id)
    page.say("What both cards derived:")
    for name, value in {
        "T": ticket,
        "GK": key.value,
        "SHA-256(T)": hashlib.sha256(ticket).digest(),
        "KBPK": key.kbpk(ticket),
        "PAD": key.pad(ticket),
    }.items():
        page.bytes(f"{name} =", value)


def _use(page: Page, original: Card, backup: Card) -> None:
    page.say("## Use")
    content_key = hashlib.sha256(b"an example").digest()[:32]
    page.say("O enciphers a content-encryption key for its own key. B deciphers it:")
    cryptogram = original.usage.encipher(content_key, OWN_KEY)
    backup.usage.decipher(cryptogram)
    page.say("B transcodes it for another public key, then checks its own cryptogram:")
    other = generate_private_key(SECP256R1()).public_key()
    point = other.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    backup.usage.transcode(cryptogram, PublicKey.from_point(point))
    backup.usage.check(cryptogram)


def _end(page: Page, backup: Card) -> None:
    page.say("## Terminate")
    page.say(
        "The host terminates B. Its receipt now says *void*, which is too late for O: its export "
        "is done."
    )
    backup.terminate()
    backup.duplication.receipt()


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
