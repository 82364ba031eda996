"""Recover: every file of a lost original moves to a new one, with the help of the backup.

Only recipient infos are rewritten: one TRANSCODE on the old card and one CHECK on the new card for
each that opens, usually one per file, whatever its size; no host sees the key to a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

from twincard.card.session import Card
from twincard.cms.recipients.infos import Recipient
from twincard.flows.errors import ProtocolError
from twincard.flows.events import BytesEvent, Listener, ignore
from twincard.flows.files.archive import CardArchive
from twincard.flows.files.opener import CardChecker, CardOpener, CardTranscoder, PinProvider
from twincard.flows.recover.journal import Journal
from twincard.flows.recover.line import Line
from twincard.flows.recover.moving import Mover
from twincard.flows.recover.names import CardNames
from twincard.flows.recover.outcomes import PlanEvent, RecoverEvent, RecoverySummary
from twincard.flows.recover.plan import RecoveryPlan, plan_recovery
from twincard.flows.recover.rewriting import RecipientRewriter, ReEncrypter, Rewriter
from twincard.flows.usable import check_released
from twincard.ground.language import _


def recover_files(
    old: Card | Sequence[Card],
    new: Card,
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    old_pin: PinProvider | Sequence[PinProvider] | None = None,
    new_pin: PinProvider | None = None,
    journal: str | PathLike[str] | None = None,
    re_encrypt: bool = False,
    on_event: Listener[BytesEvent | PlanEvent | RecoverEvent] = ignore,
) -> RecoverySummary:
    """Move every file in `paths` (folders with all below them) that `old` can open to `new`.

    `old` is the backup, or an original that still works; several cards with the same key share the
    work. Each file is replaced when the new card has confirmed that it opens it, and not before; so
    after an interruption the same call goes on, and files that `journal` (a file) calls finished
    are not tried again. A file that fails is reported and the others go on. With `re_encrypt` files
    get a new content-encryption key and a new body: it is for an old card that others can use.

    `on_event` hears what was found, of the bytes done of a file, which fails if the listener raises
    then, and what became of it as soon as it is done: memory does not grow with the files, so only
    their numbers are returned. Cards, and PIN providers, are used in threads of their own until
    this returns. Without PIN providers the PINs must be verified. Raises ProtocolError when the new
    card has no key of its own or is not released, or the old cards have different keys, CardError
    (a blocked PIN, for instance), TransportError, and what a PIN provider raises.
    """
    with Recovery(old, new, old_pin, new_pin, journal) as recovery:
        return recovery.run(recovery.plan(paths, on_event), on_event, re_encrypt=re_encrypt)


class Recovery:
    """The two sides of a recovery, and its journal; `recover_files` explains the parameters."""

    def __init__(
        self,
        old: Card | Sequence[Card],
        new: Card,
        old_pin: PinProvider | Sequence[PinProvider] | None,
        new_pin: PinProvider | None,
        journal: str | PathLike[str] | None,
        names: tuple[CardNames, CardNames] | None = None,
    ) -> None:
        """`names` of an old card and the new one, if they are known."""
        self._cards = [old] if isinstance(old, Card) else list(old)
        self._pins: list[PinProvider | None] = (
            list(old_pin) if isinstance(old_pin, Sequence) else [old_pin] * len(self._cards)
        )
        self._checker = CardChecker(new, new_pin)
        self._archive = CardArchive(new, new_pin)
        check_released(new.kept_report())
        self._target = Recipient.of(new.usage.public_key())
        self._transcoders = [
            CardTranscoder(card, self._target, pin)
            for card, pin in zip(self._cards, self._pins, strict=True)
        ]
        check_keys([one.key_id for one in self._transcoders], self._checker.key_id)
        keys = self._transcoders[0].key_id, self._checker.key_id
        if names is None or (names[0].key_id, names[1].key_id) != keys:
            names = CardNames.of(self._cards[0]), CardNames.of(new)
        self._names = names
        self._journal = Journal(None if journal is None else Path(journal), *keys)

    def plan(
        self,
        paths: str | PathLike[str] | Iterable[str | PathLike[str]],
        on_event: Listener[PlanEvent],
    ) -> RecoveryPlan:
        """Look at all files."""
        return plan_recovery(
            *self._names, paths, is_finished=self._journal.is_finished, on_event=on_event
        )

    def run(
        self,
        plan: RecoveryPlan,
        on_event: Listener[BytesEvent | RecoverEvent],
        *,
        re_encrypt: bool,
    ) -> RecoverySummary:
        """Move the files of a plan, which is closed then."""
        old = self._names[0]
        ids = old.card_id, self._checker.card_id
        cards = Line(self._transcoders, self._checker, self._archive)
        with plan, cards as line, self._journal.flushing():
            rewriter: Rewriter = RecipientRewriter()
            if re_encrypt:
                opener = CardOpener(self._cards[0], self._pins[0])
                rewriter = ReEncrypter(line, opener, self._target)
            return Mover(line, plan, old, self._journal, rewriter, on_event, ids).run()

    def __enter__(self) -> Self:
        """The recovery."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the journal."""
        self._journal.close()


def check_keys(old: Sequence[bytes], new: bytes) -> None:
    """Raises ProtocolError unless the old cards have one key, and the new card another."""
    if len(set(old)) > 1:
        raise ProtocolError(
            _(
                "The old cards have different keys. Recover with one key at a time: run the "
                "command once for each."
            )
        )
    if new in old:
        raise ProtocolError(_("Both cards have the same key: there is nothing to recover."))
