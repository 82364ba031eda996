"""What can go wrong with a file, each as one plain sentence."""

from __future__ import annotations

from twincard.language import _


class FilesError(Exception):
    """Any reason why a file could not be encrypted, decrypted or transcoded."""


class NotCmsError(FilesError):
    """The input is not an encrypted CMS message in BER or DER."""


class AlteredError(FilesError):
    """The message is malformed, cut short, or fails its authentication."""

    def __init__(self) -> None:
        super().__init__(_("The file was altered or cut short."))


class UnsupportedError(FilesError):
    """The message is well-formed, but made in a way that is not supported."""


class NotForThisKeyError(FilesError):
    """No recipient info of the message opens with the key."""


class TooLargeError(FilesError):
    """The content is longer than AES-GCM allows."""


class SourceError(FilesError):
    """The input could not be read."""


class OutputError(FilesError):
    """The output could not be written; nothing is left of it."""


class RecipientRejectedError(FilesError):
    """What an opener or a transcoder raises for a recipient info that does not open."""


class AlgorithmRejectedError(RecipientRejectedError):
    """The same where the holder of the key lacks the recipient info's algorithm, and says so."""


class NotAuthenticatedError(FilesError):
    """The message is EnvelopedData, whose content nothing protects against change."""
