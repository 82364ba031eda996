"""The recipient infos of a message, decoded one by one as they are needed.

A message may have thousands, and anybody can add some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twincard.cms.framing.ber import Budget
from twincard.cms.recipients.codec import decode_recipients
from twincard.cms.recipients.infos import RecipientInfo


class Recipients(Iterable[RecipientInfo]):
    """The recipients of a message; each encoded RecipientInfo is decoded at most once."""

    def __init__(self, encoded: Sequence[bytes], budget: Budget | None = None) -> None:
        self._encoded: Sequence[bytes | None] = encoded
        self._budget = budget or Budget()
        self._decoded: dict[int, tuple[RecipientInfo, ...]] = {}

    @classmethod
    def of(cls, decoded: Iterable[RecipientInfo]) -> Recipients:
        """Those that are decoded already."""
        made = cls(())
        made._decoded = {place: (one,) for place, one in enumerate(decoded)}
        made._encoded = [None] * len(made._decoded)
        return made

    def __iter__(self) -> Iterator[RecipientInfo]:
        for place in range(len(self._encoded)):
            yield from self.at(place)

    def at(self, place: int) -> tuple[RecipientInfo, ...]:
        """The recipients of one encoded RecipientInfo."""
        encoded = self._encoded[place]
        if place not in self._decoded and encoded is not None:
            self._decoded[place] = decode_recipients(encoded, self._budget)
        return self._decoded[place]

    def is_decoded(self, place: int) -> bool:
        """Whether somebody has asked for it."""
        return place in self._decoded

    def mentioning(self, names: Iterable[bytes]) -> Iterator[RecipientInfo]:
        """Those in whose encoding one of these identifiers occurs; perhaps others too."""
        wanted = tuple(names)
        for place, encoded in enumerate(self._encoded):
            if encoded is None or any(name in encoded for name in wanted):
                yield from self.at(place)

    @property
    def may_be_several(self) -> bool:
        """Whether there is more than one recipient."""
        return len(self._encoded) > 1 or any(len(group) > 1 for group in self._decoded.values())
