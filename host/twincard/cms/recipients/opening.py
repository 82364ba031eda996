"""Finds the recipient infos that open with a key, although anybody may have added some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from twincard.cms.errors import (
    AlgorithmRejectedError,
    FilesError,
    NotForThisKeyError,
    RecipientRejectedError,
    UnsupportedError,
)
from twincard.cms.recipients.infos import (
    ArchiveRecipient,
    EcRecipient,
    KeyHolder,
    OpenableRecipient,
    RecipientInfo,
    RsaRecipient,
    UnsupportedRecipient,
    is_named,
)
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


def open_all(
    recipients: Sequence[RecipientInfo],
    holder: KeyHolder,
    attempt: Callable[[OpenableRecipient], _T],
) -> tuple[Opened[_T], ...]:
    """The results of ``attempt`` for the recipient infos that open, at least one.

    Those that name the holder's key or archive key come first, 16 at most: all of them are tried,
    since one added to mislead may open too. Only where none opens are the others of the key's kind
    tried, 15 at most, since a certificate can give its key any name.

    ``attempt`` raises RecipientRejectedError for one that does not open. Raises NotForThisKeyError,
    or UnsupportedError where the file seems to be for this key but cannot be opened.
    """
    wanted = RsaRecipient if holder.algorithm is KeyAlgorithm.RSA else EcRecipient
    own_kind = [recipient for recipient in recipients if isinstance(recipient, wanted)]
    named: list[OpenableRecipient] = [
        recipient
        for recipient in recipients
        if isinstance(recipient, wanted | ArchiveRecipient) and is_named(recipient, holder)
    ]
    others = [recipient for recipient in own_kind if not is_named(recipient, holder)]
    lacking: list[str] = []
    for tier, most in ((named, MAX_NAMED), (others, MAX_OTHERS)):
        opened = []
        for recipient in tier[:most]:
            try:
                opened.append(Opened(recipient, attempt(recipient)))
            except AlgorithmRejectedError as error:
                lacking += [str(error)] if tier is named else []
            except RecipientRejectedError:
                continue
        if opened:
            return tuple(opened)
    if lacking:
        raise UnsupportedError(lacking[0])
    if len(named) > MAX_NAMED or len(others) > MAX_OTHERS:
        raise UnsupportedError(
            _(
                "The file has too many recipients to try all of them, and none of those "
                "tried is for this key."
            )
        )
    raise _not_for(holder, recipients)


def _not_for(holder: KeyHolder, recipients: Sequence[RecipientInfo]) -> FilesError:
    for recipient in recipients:
        if isinstance(recipient, UnsupportedRecipient) and is_named(recipient, holder):
            return UnsupportedError(
                _(
                    "The file is encrypted to this key, but in a way that cards do not "
                    "support: {reason}."
                ).format(reason=recipient.reason)
            )
    return NotForThisKeyError(_("The file is not encrypted to this key."))
