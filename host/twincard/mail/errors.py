"""What can go wrong with a mail, each as one plain sentence."""

from __future__ import annotations

from twincard.cms.errors import FilesError


class NotMailError(FilesError):
    """The input is not a mail message, or one that is too unusual to be read safely."""


class DraftError(FilesError):
    """A message cannot be made of what was given."""


class MailboxLockedError(FilesError):
    """Another program keeps the lock of a mailbox."""


class SendError(Exception):
    """A message was not sent, or may not have been; the sentence says which."""
