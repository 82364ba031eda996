"""What can go wrong with a file, each as one plain sentence."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from twincard.ground.language import N_, _
from twincard.ground.system_words import reason

_ADVICE = {
    errno.ENOSPC: N_("Free some space there, then run the command again."),
    errno.EDQUOT: N_("Free some space there, then run the command again."),
    errno.EFBIG: N_("Choose a place that allows larger files."),
    errno.EACCES: N_("Choose another place, or change its permissions."),
    errno.EPERM: N_("Choose another place, or change its permissions."),
    errno.EROFS: N_("Choose another place: this one is read-only."),
    errno.ENOENT: N_("Check the spelling."),
    errno.ENOTDIR: N_("Check the spelling."),
    errno.EISDIR: N_("Give a file, not a folder."),
    errno.EEXIST: N_("Give another name, or move the existing file."),
}


class FilesError(Exception):
    """A file could not be encrypted, decrypted or transcoded."""


class NotCmsError(FilesError):
    """The input is not an encrypted CMS message, neither in BER or DER nor as PEM or S/MIME."""


class AlteredError(FilesError):
    """The message is malformed, cut short, or fails its authentication."""

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or _("The file was altered or is incomplete."))


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


class OutputExistsError(OutputError):
    """The output has a name that is taken, and was not to be replaced."""

    def __init__(self, name: str) -> None:
        super().__init__(_("{name} already exists, so it was not written.").format(name=name))


class RecipientRejectedError(FilesError):
    """What an opener or a transcoder raises for a recipient info that does not open."""


class AlgorithmRejectedError(RecipientRejectedError):
    """The same, because the holder of the key reports that it lacks the algorithm."""


class NotAuthenticatedError(FilesError):
    """The message is EnvelopedData, whose content is not protected from changes."""


class NotVerifiedError(FilesError):
    """A signature is wrong, is of something else, or is by nobody who is trusted."""


class TimeStampError(FilesError):
    """An authority gave no time-stamp of a signature."""


class UntrustedError(NotVerifiedError):
    """The certificate of a signer is not trusted, or not for such signatures now."""


_BY_KIND: Mapping[type[FilesError], str] = {
    TimeStampError: N_("Try again later, use another authority, or leave out --timestamp."),
    UntrustedError: N_("If you trust this signer, give a valid certificate with --signer."),
    NotVerifiedError: N_("Ask the signer to sign the file again."),
    AlteredError: N_("Use another copy of the file."),
    NotForThisKeyError: N_("Use a card that the file is encrypted to."),
}


def told(error: FilesError | OSError) -> str:
    """A sentence on what went wrong with a file, and if known, what to do next."""
    text = str(error) if isinstance(error, FilesError) else _told(error)
    advice = _advice(error)
    if advice is None:
        return text
    return _("{sentence} {advice}").format(sentence=text, advice=_(advice))


def _advice(error: FilesError | OSError) -> str | None:
    cause = error if isinstance(error, OSError) else error.__cause__
    if isinstance(cause, OSError):
        return _ADVICE.get(cause.errno or 0)
    return next((advice for kind, advice in _BY_KIND.items() if isinstance(error, kind)), None)


def _told(error: OSError) -> str:
    if error.filename:
        return _("{path}: {reason}.").format(path=error.filename, reason=reason(error))
    return _("{reason}.").format(reason=reason(error))
