"""Finds the recipient infos that open with a key, although anybody may have added some."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from twincard.cms.errors import (
    AlgorithmRejectedError,
    FilesError,
    NotForThisKeyError,
    RecipientRejectedError,
    UnsupportedError,
)
from twincard.cms.recipients.identifiers import KeyIdentifier, RecipientIdentifier
from twincard.cms.recipients.infos import (
    ArchiveRecipient,
    EcRecipient,
    KeyHolder,
    OpenableRecipient,
    RecipientInfo,
    RsaRecipient,
    UnsupportedRecipient,
)
from twincard.cms.recipients.reading import Recipients
from twincard.ground.language import _
from twincard.keys.key_type import KeyAlgorithm

# Together fewer than the 32 faults that end a card's PIN session, so no single file ends it.
MAX_NAMED = 16
MAX_OTHERS = 15

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Opened(Generic[_T]):
    """A recipient info that opens, and the result."""

    recipient: OpenableRecipient
    result: _T


def open_each(
    recipients: Recipients,
    holder: KeyHolder,
    attempt: Callable[[OpenableRecipient], _T],
) -> Iterator[Opened[_T]]:
    """The recipient infos that open, at least one, with the results of ``attempt``.

    Each is tried when it is asked for. Those that name the holder's archive key or key come first,
    then those that name a certificate of it (16 at most together), then the others of the key's
    kind, 15 at most, since a certificate can give its key any name. Anybody can add some that open
    too, to mislead: whoever wants the right one goes on until the content fits.

    ``attempt`` raises RecipientRejectedError for one that does not open. Raises NotForThisKeyError,
    or UnsupportedError where the file seems to be for this key but cannot be opened.
    """
    search = _Search(recipients, holder, attempt)
    yield from search.named()
    yield from search.others()
    search.check_found()


def open_all(
    recipients: Recipients | Iterable[RecipientInfo],
    holder: KeyHolder,
    attempt: Callable[[OpenableRecipient], _T],
) -> tuple[Opened[_T], ...]:
    """All that `open_each` gives. Raises as it does."""
    if not isinstance(recipients, Recipients):
        recipients = Recipients.of(recipients)
    return tuple(open_each(recipients, holder, attempt))


class _Search(Generic[_T]):
    """The recipient infos of one message tried with one key."""

    def __init__(
        self,
        recipients: Recipients,
        holder: KeyHolder,
        attempt: Callable[[OpenableRecipient], _T],
    ) -> None:
        self._recipients = recipients
        self._holder = holder
        self._attempt = attempt
        self._kind = RsaRecipient if holder.algorithm is KeyAlgorithm.RSA else EcRecipient
        archive_id = holder.archive_id
        self._archive = None if archive_id is None else KeyIdentifier(archive_id)
        self._names: frozenset[RecipientIdentifier] = frozenset((KeyIdentifier(holder.key_id),))
        self._named_left = MAX_NAMED
        self._found = False
        self._lacking: list[str] = []
        self._too_many = False

    def named(self) -> Iterator[Opened[_T]]:
        """Those that name the key."""
        if self._archive is not None:
            for one in self._recipients.mentioning([self._archive.value]):
                if isinstance(one, ArchiveRecipient) and one.identifier == self._archive:
                    yield from self._try_one_named(one)
        yield from self._try_named(self._names)

    def others(self) -> Iterator[Opened[_T]]:
        """Those that name a certificate of the key; then those that may be for it nevertheless."""
        rest = list(itertools.islice(self._unnamed(), 2))
        if len(rest) > 1:
            # With one, trying is cheaper than reading certificates from the card.
            certified = self._holder.other_names() - self._names
            self._names |= certified
            yield from self._try_named(certified)
        for count, one in enumerate(self._unnamed()):
            if count == MAX_OTHERS:
                self._too_many = True
                return
            yield from self._try(one, [])

    def check_found(self) -> None:
        """Raises the reason if none was found."""
        if self._found:
            return
        if self._lacking:
            raise UnsupportedError(self._lacking[0])
        if self._too_many:
            raise UnsupportedError(
                _(
                    "The file has too many recipients to try all of them, and none of those "
                    "tried is for this key."
                )
            )
        raise self._not_for()

    def _try_named(self, names: frozenset[RecipientIdentifier]) -> Iterator[Opened[_T]]:
        for one in self._recipients.mentioning(map(_occurring, names)):
            if isinstance(one, self._kind) and one.identifier in names:
                yield from self._try_one_named(one)

    def _try_one_named(self, one: OpenableRecipient) -> Iterator[Opened[_T]]:
        if self._named_left:
            self._named_left -= 1
            yield from self._try(one, self._lacking)
        else:
            self._too_many = True

    def _unnamed(self) -> Iterator[OpenableRecipient]:
        for one in self._recipients:
            if isinstance(one, self._kind) and one.identifier not in self._names:
                yield one

    def _try(self, one: OpenableRecipient, lacking: list[str]) -> Iterator[Opened[_T]]:
        try:
            result = self._attempt(one)
        except AlgorithmRejectedError as error:
            lacking.append(str(error))
        except RecipientRejectedError:
            pass
        else:
            self._found = True
            yield Opened(one, result)

    def _not_for(self) -> FilesError:
        unsupported = [one for one in self._recipients if isinstance(one, UnsupportedRecipient)]
        # Only then are the names in a certificate worth reading it from the card.
        names = self._names | self._holder.other_names() if unsupported else self._names
        for one in unsupported:
            if one.identifier in names:
                return UnsupportedError(
                    _(
                        "The file is encrypted to this key, but in a way that cards do not "
                        "support: {reason}."
                    ).format(reason=one.reason)
                )
        return NotForThisKeyError(_("The file is not encrypted to this key."))


def _occurring(name: RecipientIdentifier) -> bytes:
    """Bytes that occur in every recipient info with this identifier."""
    return name.value if isinstance(name, KeyIdentifier) else name.issuer
