"""Writes files on a card so that an interrupted write can be repeated and finished."""

from __future__ import annotations

from twincard.card.files import Condition, EfAccess
from twincard.card.session import Card
from twincard.iso.status import AlreadyExistsError, NotFoundError

ISSUERS_FILE = EfAccess(read=Condition.ALWAYS, update=Condition.ISSUER, delete=Condition.ISSUER)
USERS_FILE = EfAccess(read=Condition.ALWAYS, update=Condition.USER_PIN, delete=Condition.ISSUER)
_BLOCK = 128  # is written whole or not at all


def read_file(card: Card, *path: int) -> bytes | None:
    """The whole content of a file; None where there is none."""
    files = card.files
    try:
        return files.read(files.select(*path).size or 0)
    except NotFoundError:
        return None


def write_file(card: Card, path: tuple[int, ...], content: bytes) -> None:
    """The issuer's file with this content, exactly as long; created again if the length differs.

    `path` is FIDs from the MF. Raises AuthorityMissingError, MemoryFullError.
    """
    files, (*parent, fid) = card.files, path
    files.select(*parent)
    try:
        files.create_ef(fid, len(content), ISSUERS_FILE)
    except AlreadyExistsError:
        if files.select(*path).size != len(content):
            files.select(*parent)
            files.delete(fid)
            files.create_ef(fid, len(content), ISSUERS_FILE)
    files.update(content)


def make_room(card: Card, path: tuple[int, ...], size: int, access: EfAccess = USERS_FILE) -> None:
    """An empty file, unless there is one. Raises AuthorityMissingError, MemoryFullError."""
    files, (*parent, fid) = card.files, path
    files.select(*parent)
    try:
        files.create_ef(fid, size, access)
    except AlreadyExistsError:
        return


def store(card: Card, path: tuple[int, ...], content: bytes) -> bool:
    """Fill a file with content and zeros; False where there is none, or it is too small.

    An interruption leaves a file that begins with zeros, or the complete content. Needs the PIN for
    a user's file.
    """
    files = card.files
    try:
        size = files.select(*path).size or 0
    except NotFoundError:
        return False
    if len(content) > size:
        return False
    files.update(bytes(min(_BLOCK, size)))
    if size > _BLOCK:
        files.update(content[_BLOCK:].ljust(size - _BLOCK, b"\0"), _BLOCK)
    files.update(content[:_BLOCK].ljust(min(_BLOCK, size), b"\0"))
    return True
