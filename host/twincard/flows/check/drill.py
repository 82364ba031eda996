"""The yearly drill: checks that a card still opens the files that it should.

Nothing is decrypted: the card is asked for the check of a content-encryption key (CHECK), which
shows that a recipient info opens, and nothing of the key. Whether a file's content is intact shows
only when it is decrypted.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from os import PathLike
from pathlib import Path
from typing import ClassVar

from twincard.card.session import Card
from twincard.cms.errors import FilesError, NotCmsError, RecipientRejectedError, told
from twincard.cms.framing.source import Readable
from twincard.cms.recipients.infos import Recipient
from twincard.cms.recipients.opening import open_each
from twincard.cms.recipients.reading import Recipients
from twincard.cms.recipients.wrapping import wrap_for_card_key
from twincard.cms.transcoding import read_recipients
from twincard.flows.errors import NoKeyError
from twincard.flows.events import FlowEvent, Listener, ignore
from twincard.flows.files.mail_files import MailFileError, check_no_mailbox
from twincard.flows.files.opener import CardChecker, PinProvider
from twincard.flows.files.regular import is_unreadable, open_regular
from twincard.flows.files.safely import failing_alone
from twincard.flows.files.walk import LeftOut, Omitted, walk
from twincard.flows.usable import check_released
from twincard.ground.language import N_, _
from twincard.ground.path_arguments import as_paths
from twincard.keys.public import PublicKey
from twincard.mail.rewriting import PartResult, read_messages

_CEK_BYTES = 32
_CHECK_BYTES = 8


@dataclass(frozen=True)
class KeyCheck:
    """The key of a card, by its digest (32 bytes), compared with its public key.

    `matches`: whether the given public key is that of the card; None if none was given. `opens`:
    whether the card opens a test encrypted to that key; None if the public key is another, or
    unknown (not given, and not shown by the card).
    """

    digest: bytes
    matches: bool | None
    opens: bool | None

    @property
    def passed(self) -> bool:
        """Whether no test failed."""
        return self.matches is not False and self.opens is not False


class CheckOutcome(Enum):
    """The result for a file."""

    OPENS = N_("opens")
    NOT_ENCRYPTED = N_("is not an encrypted file")
    FAILS = N_("does not open")
    LINK = N_("is a symbolic link, which is not followed")
    SPECIAL = N_("is a pipe, a socket or a device")
    UNREADABLE = N_("could not be read")

    @property
    def is_failure(self) -> bool:
        """Whether the card may be unable to open it."""
        return self in (CheckOutcome.FAILS, CheckOutcome.UNREADABLE)


@dataclass(frozen=True)
class FileCheck:
    """One file was tried; `reason` says in a sentence why it does not open."""

    path: Path
    outcome: CheckOutcome
    reason: str | None = None


_LEFT_OUT = {
    LeftOut.LINK: CheckOutcome.LINK,
    LeftOut.SPECIAL: CheckOutcome.SPECIAL,
    LeftOut.UNREADABLE: CheckOutcome.UNREADABLE,
}


@dataclass(frozen=True)
class CheckSummary:
    """How many files had each result."""

    counts: Mapping[CheckOutcome, int]


@dataclass(frozen=True)
class CheckEvent(FlowEvent):
    """One file was tried."""

    name: ClassVar[str] = "check.file"
    file: FileCheck


def check_key(card: Card, public_key: PublicKey | None = None) -> KeyCheck:
    """Try the card's key, with the public key of its original if that is known.

    The PIN must be verified. Raises NoKeyError when the card has none, NotReleasedError, CardError.
    """
    report = card.kept_report()
    held = report.key
    if held is None:
        raise NoKeyError
    check_released(report)
    matches = None if public_key is None else public_key.digest == held.digest
    if matches is False:
        return KeyCheck(held.digest, matches, None)
    if public_key is None and held.public_key_readable:
        public_key = card.usage.public_key()
    opens = None if public_key is None else _opens(card, public_key)
    return KeyCheck(held.digest, matches, opens)


def check_files(
    card: Card,
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    pin: PinProvider | None = None,
    *,
    on_event: Listener[CheckEvent] = ignore,
) -> CheckSummary:
    """Try every file in `paths` (folders with all below them).

    A file that fails is reported and the others go on. `on_event` is called for each as soon as it
    was tried; their numbers are returned. Without `pin` the PIN must be verified. Raises NoKeyError
    when the card has none, CardError, TransportError.
    """
    checker = CardChecker(card, pin)
    counts: Counter[CheckOutcome] = Counter()
    for found in walk(as_paths(paths)):
        if isinstance(found, Omitted):
            file = FileCheck(found.path, _LEFT_OUT[found.why], found.reason)
        else:
            file = _check_file(checker, found)
        counts[file.outcome] += 1
        on_event(CheckEvent((checker.card_id,), file))
    return CheckSummary(dict(counts))


def _opens(card: Card, public_key: PublicKey) -> bool:
    """Whether the card opens a key generated and encrypted just now."""
    key = os.urandom(_CEK_BYTES)
    expected = hashlib.sha256(b"cek" + key).digest()[:_CHECK_BYTES]
    try:
        return CardChecker(card).check(wrap_for_card_key(key, Recipient.of(public_key))) == expected
    except RecipientRejectedError:
        return False


def _check_file(checker: CardChecker, path: Path) -> FileCheck:
    try:
        with failing_alone(), open_regular(path) as stream:
            check_no_mailbox(stream)
            recipients = read_recipients(stream)
        next(open_each(Recipients.of(recipients), checker, checker.check))
    except MailFileError:
        return _check_mailbox(checker, path)
    except NotCmsError:
        return FileCheck(path, CheckOutcome.NOT_ENCRYPTED)
    except (FilesError, OSError) as error:
        outcome = CheckOutcome.UNREADABLE if is_unreadable(error) else CheckOutcome.FAILS
        return FileCheck(path, outcome, told(error))
    return FileCheck(path, CheckOutcome.OPENS)


def _check_mailbox(checker: CardChecker, path: Path) -> FileCheck:
    """Every encrypted part must open; one to other keys does not."""
    results: list[PartResult] = []

    def look(source: Readable) -> None:
        with failing_alone():
            recipients = read_recipients(source)
        next(open_each(Recipients.of(recipients), checker, checker.check))

    try:
        with open_regular(path) as file:
            read_messages(file, look, results.append)
    except (FilesError, OSError) as error:
        outcome = CheckOutcome.UNREADABLE if is_unreadable(error) else CheckOutcome.FAILS
        return FileCheck(path, outcome, told(error))
    for result in results:
        if result.error is not None:
            reason = _("Message {number}: {sentence}").format(
                number=result.message, sentence=told(result.error)
            )
            return FileCheck(path, CheckOutcome.FAILS, reason)
    return FileCheck(path, CheckOutcome.OPENS if results else CheckOutcome.NOT_ENCRYPTED)
