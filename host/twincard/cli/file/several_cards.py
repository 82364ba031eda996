"""Several cards for one command: each file is opened with the card that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from twincard.cli.terminal.cards import check_key, check_reader, issuer_public_key, protected
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.pins import Unlocked, unlocked
from twincard.cms.errors import FilesError, NotForThisKeyError
from twincard.cms.framing.replay import Replay
from twincard.cms.recipients.identifiers import KeyIdentifier, RecipientIdentifier
from twincard.cms.recipients.infos import EcRecipient, RecipientInfo, RsaRecipient
from twincard.cms.transcoding import read_recipients
from twincard.flows.files.encrypt import Source, StreamSource, open_source
from twincard.flows.files.opener import CardHolder
from twincard.ground.language import _
from twincard.keys.key_type import KeyAlgorithm

_T = TypeVar("_T")


@dataclass(frozen=True)
class _Seen:
    """What is known of a card before its PIN is asked for."""

    reader: str
    pin_file: Path | None
    algorithm: KeyAlgorithm
    names: frozenset[RecipientIdentifier]

    def is_named(self, recipients: Sequence[RecipientInfo]) -> bool:
        """Whether one of these names the card."""
        return any(one.identifier in self.names for one in recipients)

    def may_open(self, recipients: Sequence[RecipientInfo]) -> bool:
        """Whether one of these may be for the card under another name."""
        kind = RsaRecipient if self.algorithm is KeyAlgorithm.RSA else EcRecipient
        return any(isinstance(one, kind) for one in recipients)


def pin_files_for(readers: Sequence[str], pin_files: Sequence[Path]) -> list[Path | None]:
    """The PIN file of each card: one for all, or one each in the same order. Raises InputError."""
    if len(set(readers)) < len(readers):
        raise InputError(_("The same reader was given twice. Give each reader once."))
    if len(pin_files) <= 1:
        return [*pin_files, None][:1] * len(readers)
    if len(pin_files) != len(readers):
        raise InputError(
            _("Give --pin-file once for all cards, or once for each --reader in the same order.")
        )
    return list(pin_files)


class CardChooser:
    """Chooses the card for each file; only cards that are needed are asked for their PIN."""

    def __init__(self, sources: dict[Path, Source], cards: Sequence[_Seen]) -> None:
        self._sources = dict(sources)
        self._cards = cards
        self._plan = {path: self._planned(path) for path in sources}
        self._unlocked: dict[str, Unlocked] = {}

    @classmethod
    @contextmanager
    def opened(
        cls,
        sources: dict[Path, Source],
        readers: Sequence[str],
        pin_files: Sequence[Path | None],
        issuer_file: Path | None,
    ) -> Iterator[CardChooser]:
        """Reads the cards and the recipients of all files, then unlocks the cards they name."""
        cards = [
            _seen(reader, pin_file, issuer_file)
            for reader, pin_file in zip(readers, pin_files, strict=True)
        ]
        chooser = cls(sources, cards)
        with ExitStack() as stack:
            for card in cards:
                if any(card in planned for planned in chooser._plan.values()):
                    chooser._unlocked[card.reader] = stack.enter_context(
                        unlocked(
                            card.reader,
                            card.pin_file,
                            issuer_file,
                            check_key,
                            what=_("PIN of {reader}").format(reader=card.reader),
                        )
                    )
            yield chooser

    def open(self, path: Path, action: Callable[[Source, Unlocked], _T]) -> _T:
        """The result of `action` with a file and the first of its cards that opens it.

        Raises FilesError.
        """
        source = self._sources[path]
        if not self._plan[path]:
            with open_source(source) as stream:
                read_recipients(stream)  # it says what is wrong
        for card in self._plan[path]:
            try:
                return action(source, self._unlocked[card.reader])
            except NotForThisKeyError:
                if isinstance(source, StreamSource):
                    raise  # it is read by now
        raise NotForThisKeyError(_("The file is not encrypted to any of these cards."))

    def _planned(self, path: Path) -> tuple[_Seen, ...]:
        source = self._sources[path]
        try:
            if isinstance(source, StreamSource):
                replay = Replay(source.stream)
                self._sources[path] = StreamSource(replay, source.name)
                recipients = read_recipients(replay)
                replay.rewind()
            else:
                with open_source(source) as stream:
                    recipients = read_recipients(stream)
        except FilesError:
            return ()
        named = tuple(card for card in self._cards if card.is_named(recipients))
        return named or tuple(card for card in self._cards if card.may_open(recipients))


def _seen(reader: str, pin_file: Path | None, issuer_file: Path | None) -> _Seen:
    check_reader(reader)
    with protected(reader, issuer_public_key(issuer_file)) as card:
        check_key(card.kept_report())
        holder = CardHolder(card)
        names = {KeyIdentifier(holder.key_id), *holder.other_names()}
        if holder.archive_id is not None:
            names.add(KeyIdentifier(holder.archive_id))
        return _Seen(reader, pin_file, holder.algorithm, frozenset(names))
