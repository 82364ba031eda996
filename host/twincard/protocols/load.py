"""Load: a card without the applet gets it, under management keys that nobody else has.

Every prefix is safe. Keys are in their files before a card is given them; a load that breaks off
leaves nothing on the card; what is there of the package, without an applet, is deleted and loaded
anew, since no card tells what code it holds. So repeating the same steps finishes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from twincard.card import tlv
from twincard.card.scp03 import LAST_VERSION, ScpKeys
from twincard.card.session import Card, NoAppletError
from twincard.card.status import (
    CardError,
    IssuerRefusedError,
    MemoryFullError,
    NotFoundError,
    Sw,
    WrongStateError,
)
from twincard.globalplatform.cap import CapFile
from twincard.globalplatform.card_keys import INITIAL_VERSION
from twincard.globalplatform.manager import CardManager, Installation
from twincard.globalplatform.registry import Entry, Kind
from twincard.keys.secret import Secret
from twincard.language import _
from twincard.protocols.authority import take_authority
from twincard.protocols.errors import ProtocolError
from twincard.transport.base import Connection

_NO_MEMORY = (Sw.MEMORY_FULL, Sw.MEMORY_FAILURE)


class LoadStep(Enum):
    """A step of loading, in the words a user reads."""

    KEYS = "new management keys"
    DELETE = "what was there is deleted"
    LOAD = "the package is loaded"
    INSTALL = "the applet is installed"


@dataclass(frozen=True)
class Sizes:
    """What the applet sets up at its installation; None leaves it to the applet.

    `files` (1 to 127) in the file table, `file_bytes` (up to 32767) for their contents, `contacts`
    (up to 16). `channel_required` False: the issuer may also prove himself without SCP03.
    """

    files: int | None = None
    file_bytes: int | None = None
    contacts: int | None = None
    channel_required: bool = True


def install_data(transport_key: Secret, sizes: Sizes) -> bytes:
    """The application data of INSTALL (docs/card-interface.md, "Installation")."""
    data = tlv.encode(0x80, transport_key.reveal())
    if sizes.files is not None:
        data += tlv.encode(0x81, bytes([sizes.files]))
    if sizes.file_bytes is not None:
        data += tlv.encode(0x82, sizes.file_bytes.to_bytes(2, "big"))
    if sizes.contacts is not None:
        data += tlv.encode(0x83, bytes([sizes.contacts]))
    # A base build does not know the tag, so that it is sent only where it says something.
    return data if sizes.channel_required else data + tlv.encode(0x84, b"\x00")


def next_version(version: int) -> int:
    """The version of keys that replace those of `version`."""
    return 1 if version == INITIAL_VERSION else version % LAST_VERSION + 1


def replace_keys(
    manager: CardManager, new: ScpKeys, progress: Callable[[LoadStep], None] = lambda _step: None
) -> None:
    """Give the card new management keys, and see that they open its security domain.

    The keys must be in a file by now: whether a card whose answer is lost took them, only they can
    tell. Raises CardError, UnexpectedAnswerError, WrongCardKeysError, TransportError.
    """
    progress(LoadStep.KEYS)
    manager.put_keys(new)
    manager.select()
    manager.authenticate([new])


def instances(manager: CardManager, package_aid: bytes, applet_aid: bytes | None) -> list[Entry]:
    """The applets on the card that are of this package, or have this AID."""
    return [
        entry
        for entry in manager.contents(Kind.APPLICATION)
        if entry.aid == applet_aid or entry.package_aid == package_aid
    ]


def remove(manager: CardManager, package_aid: bytes, present: Sequence[Entry]) -> bool:
    """Delete a package and all of its applets, `present` among them; False: nothing was there.

    Raises CardError.
    """
    packages = [entry.aid for entry in manager.contents(Kind.PACKAGE)]
    # An applet with the AID that is wanted may be of somebody else's package.
    doomed = [entry.package_aid or entry.aid for entry in present]
    if package_aid in packages:
        doomed = [package_aid, *doomed]
    for aid in dict.fromkeys(doomed):
        try:
            manager.delete(aid)
        except NotFoundError:
            continue
    return bool(doomed)


def load_and_install(
    manager: CardManager,
    cap: CapFile,
    installation: Installation,
    present: Sequence[Entry],
    progress: Callable[[LoadStep], None] = lambda _step: None,
    loaded: Callable[[int], None] = lambda _size: None,
) -> None:
    """Load a package and install an applet of it, in place of what there is of both.

    `loaded` is told how many bytes of the package have been sent.
    Raises ProtocolError, MemoryFullError, CapError, TransportError.
    """
    manager.load_blocks(cap)  # raises before anything is deleted
    if remove(manager, cap.package.aid, present):
        progress(LoadStep.DELETE)
    progress(LoadStep.LOAD)
    try:
        manager.load(cap, loaded)
    except CardError as error:
        if error.sw in _NO_MEMORY:
            raise MemoryFullError(error.sw, error.action) from None
        raise ProtocolError(
            _(
                "The card refused to {action} ({sw:04X}): it may have no room for it, lack a "
                "package that it imports (--dry-run lists them), or take signed ones alone."
            ).format(action=error.action, sw=error.sw)
        ) from None
    progress(LoadStep.INSTALL)
    try:
        manager.install(installation)
    except CardError as error:
        if error.sw in _NO_MEMORY:
            raise MemoryFullError(error.sw, error.action) from None
        raise ProtocolError(
            _(
                "The applet refused its installation ({sw:04X}): its chip may lack AES-256 or "
                "SHA-256, or have too little memory for these sizes."
            ).format(sw=error.sw)
        ) from None


def card_id_under(connection: Connection, transport_key: Secret) -> bytes | None:
    """The card id of the applet, if this is its transport key; None if not, or it has no applet.

    Raises CardError, TransportError.
    """
    try:
        card = Card(connection)
        report = card.report()
        take_authority(card, report, transport_key)
    except (NoAppletError, IssuerRefusedError, WrongStateError):
        return None
    return report.card_id
