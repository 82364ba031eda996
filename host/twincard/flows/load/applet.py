"""Load: installs the applet on a card, under new management keys.

It may be interrupted at any step. Keys are in the key store before a card gets them; an interrupted
load leaves nothing on the card; a package without an applet is deleted and loaded again, since no
card reveals what code it holds. So repeating the same call finishes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from twincard.card.session import OPENSC_AID, Card, NoAppletError
from twincard.flows.authority import take_authority
from twincard.flows.errors import ProtocolError
from twincard.flows.events import FlowEvent, Listener, ignore
from twincard.globalplatform.cap import CapFile
from twincard.globalplatform.manager import CardManager, Installation
from twincard.globalplatform.registry import Kind, RegistryEntry
from twincard.ground.language import N_, _
from twincard.iso import tlv
from twincard.iso.status import (
    CardError,
    IssuerRefusedError,
    MemoryFullError,
    NotFoundError,
    Sw,
    WrongStateError,
)
from twincard.keys.management_keys import (
    INITIAL_VERSION,
    ManagementKeysError,
    draw_management_keys,
)
from twincard.keys.scp03_keys import LAST_VERSION, Scp03Keys
from twincard.keys.secret import Secret
from twincard.keys.store import KeyStore
from twincard.keys.transport_key import draw_transport_key
from twincard.pkcs15.opensc import FILE_BYTES
from twincard.transport.connection import Connection

_NO_MEMORY = (Sw.NO_MEMORY, Sw.MEMORY_FAILURE)


class LoadStep(Enum):
    """A step of loading, in the words a user reads."""

    KEYS = N_("replacing the management keys")
    DELETE = N_("deleting the old applet and package")
    KEY_FOUND = N_("using the transport key from its existing file")
    LOAD = N_("loading the package")
    INSTALL = N_("installing the applet")


@dataclass(frozen=True)
class AppletSizes:
    """What the applet sets up at its installation; None leaves it to the applet.

    `files` (1 to 127) in the file table, `file_bytes` (up to 32767) for their contents, `contacts`
    (up to 16). `channel_required` False: the issuer may also authenticate without SCP03.
    """

    files: int | None = None
    file_bytes: int | None = None
    contacts: int | None = None
    channel_required: bool = True


@dataclass(frozen=True)
class LoadOrder:
    """What to load onto the card.

    `keys` are its present management keys. The keys named `new_keys` in the key store replace them,
    and are generated if missing; None keeps the present ones. `applet` (an AID) is one of the CAP
    file's. `transport_key` is the name of the transport key, which is also generated if missing;
    None names it after the card. `replace`: an existing applet is deleted, with its keys.
    """

    cap: CapFile
    applet: bytes
    keys: Scp03Keys
    new_keys: str | None = None
    transport_key: str | None = None
    sizes: AppletSizes = AppletSizes()
    replace: bool = False


@dataclass(frozen=True)
class LoadedCard:
    """A card with the applet; `changed` is False if an earlier run installed it.

    `transport_key` is the name of its transport key in the key store.
    """

    card_id: bytes
    changed: bool
    transport_key: str
    key_version: int


@dataclass(frozen=True)
class LoadEvent(FlowEvent):
    """A step begins. The card has no id before it has the applet."""

    name: ClassVar[str] = "load.step"
    step: LoadStep


@dataclass(frozen=True)
class SentEvent(FlowEvent):
    """So many bytes of the load file have been sent, of `total`."""

    name: ClassVar[str] = "load.sent"
    done: int
    total: int


def load_card(
    connection: Connection,
    manager: CardManager,
    order: LoadOrder,
    store: KeyStore,
    *,
    on_event: Listener[LoadEvent | SentEvent] = ignore,
) -> LoadedCard:
    """Turn a blank card into one that can be issued.

    May be interrupted anywhere and repeated with the same order and store. Raises
    WrongManagementKeysError, ManagementError, ProtocolError, CardError, CapError,
    ManagementKeysError, TransportKeyError, TransportError, OSError.
    """
    new = kept_keys(store, order.new_keys)
    used = manager.authenticate([order.keys] if new is None else [order.keys, new])
    if order.new_keys is not None and used != new:
        if new is None:
            new = draw_management_keys(manager.key_bytes, _next_version(manager.domain.key_version))
            store.add_management_keys(order.new_keys, new)
        on_event(LoadEvent((), LoadStep.KEYS))
        replace_keys(manager, new)
    first_name = order.transport_key or _key_name(manager.domain.diversification)
    version = manager.domain.key_version
    present = instances(manager, order.cap.package.aid, order.applet)
    if present and not order.replace:
        card_id, key = _proven(connection, store, _key_names(connection, order, first_name))
        name = _kept(store, order, first_name, card_id, key)
        return LoadedCard(card_id, False, name, version)
    key = _transport_key(store, first_name, on_event)
    data = install_data(key, _sizes(order))
    installation = Installation(order.cap.package.aid, order.applet, order.applet, data)
    load_and_install(manager, order.cap, installation, present, on_event=on_event)
    found = card_id_under(connection, key)
    if found is None:
        raise ProtocolError(_("The card installed the applet, but the applet does not respond."))
    return LoadedCard(found, True, _kept(store, order, first_name, found, key), version)


def kept_keys(store: KeyStore, name: str | None) -> Scp03Keys | None:
    """New management keys that are in the store already, from an earlier run or another card.

    Raises ManagementKeysError, also where they have no version; OSError.
    """
    keys = None if name is None else store.management_keys(name)
    if name is not None and keys is not None and not keys.version:
        raise ManagementKeysError(
            _("{file} must give the version of its keys, 1 to 127.").format(file=store.place(name))
        )
    return keys


def install_data(transport_key: Secret, sizes: AppletSizes) -> bytes:
    """The application data of INSTALL (docs/card-interface.md, "Installation")."""
    data = tlv.encode(0x80, transport_key.reveal())
    if sizes.files is not None:
        data += tlv.encode(0x81, bytes([sizes.files]))
    if sizes.file_bytes is not None:
        data += tlv.encode(0x82, sizes.file_bytes.to_bytes(2, "big"))
    if sizes.contacts is not None:
        data += tlv.encode(0x83, bytes([sizes.contacts]))
    # A base build does not know the tag, so it is sent only where needed.
    return data if sizes.channel_required else data + tlv.encode(0x84, b"\x00")


def _sizes(order: LoadOrder) -> AppletSizes:
    """An applet with the AID that OpenSC looks for gets room for OpenSC's files."""
    if order.applet == OPENSC_AID and order.sizes.file_bytes is None:
        return replace(order.sizes, file_bytes=FILE_BYTES)
    return order.sizes


def replace_keys(manager: CardManager, new: Scp03Keys) -> None:
    """Give the card new management keys, and check that they open its security domain.

    The keys must already be in a key store: if the card's answer is lost, only they can show
    whether the card accepted them. Raises CardError, UnexpectedAnswerError,
    WrongManagementKeysError, TransportError.
    """
    manager.put_keys(new)
    manager.select()
    manager.authenticate([new])


def instances(
    manager: CardManager, package_aid: bytes, applet_aid: bytes | None
) -> list[RegistryEntry]:
    """The applets on the card that are of this package, or have this AID."""
    return [
        entry
        for entry in manager.contents(Kind.APPLICATION)
        if entry.aid == applet_aid or entry.package_aid == package_aid
    ]


def remove(manager: CardManager, package_aid: bytes, present: Sequence[RegistryEntry]) -> bool:
    """Delete a package and all of its applets, `present` among them; False: nothing was there.

    Raises CardError.
    """
    packages = [entry.aid for entry in manager.contents(Kind.PACKAGE)]
    doomed = [package_aid] if package_aid in packages else []
    # From a foreign package only this applet is deleted: others may use that package.
    doomed += [entry.aid for entry in present if entry.package_aid != package_aid]
    for aid in doomed:
        try:
            manager.delete(aid)
        except NotFoundError:
            continue
    return bool(doomed)


def load_and_install(
    manager: CardManager,
    cap: CapFile,
    installation: Installation,
    present: Sequence[RegistryEntry],
    *,
    on_event: Listener[LoadEvent | SentEvent] = ignore,
) -> None:
    """Load a package and install an applet of it, replacing existing ones.

    Raises ProtocolError, MemoryFullError, CapError, TransportError.
    """
    manager.load_blocks(cap)  # raises before anything is deleted
    if remove(manager, cap.package.aid, present):
        on_event(LoadEvent((), LoadStep.DELETE))
    on_event(LoadEvent((), LoadStep.LOAD))
    refused = _(
        "The card refused to {action} ({sw:04X}). It may lack memory or a package that the "
        "file imports (--dry-run lists them), or accept signed packages only."
    )
    total = len(cap.load_file)
    with _explaining(refused):
        manager.load(cap, lambda done: on_event(SentEvent((), done, total)))
    on_event(LoadEvent((), LoadStep.INSTALL))
    refused = _(
        "The applet refused its installation ({sw:04X}). The chip may lack AES-256 or "
        "SHA-256, or have too little memory for these sizes."
    )
    with _explaining(refused):
        manager.install(installation)


@contextmanager
def _explaining(refused: str) -> Iterator[None]:
    """Explains why the card may have refused, unless it reported that its memory is full."""
    try:
        yield
    except CardError as error:
        if error.sw in _NO_MEMORY:
            raise MemoryFullError(error.sw, error.action) from None
        raise ProtocolError(refused.format(action=error.action, sw=error.sw)) from None


def card_id_under(connection: Connection, transport_key: Secret) -> bytes | None:
    """The card id of the applet, if this is its transport key; None if not, or it has no applet.

    Raises CardError, TransportError.
    """
    try:
        card = Card(connection)
        report = card.kept_report()
        take_authority(card, report, transport_key, plain=True)  # no other secret follows
    except (NoAppletError, IssuerRefusedError, WrongStateError):
        return None
    return report.card_id


def _key_names(connection: Connection, order: LoadOrder, first_name: str) -> list[str]:
    """The possible names of the transport key of the applet on the card."""
    if order.transport_key is not None:
        return [order.transport_key]
    try:
        return [_key_name(Card(connection).report().card_id), first_name]
    except NoAppletError:
        return [first_name]


def _proven(connection: Connection, store: KeyStore, names: Sequence[str]) -> tuple[bytes, Secret]:
    """Id and key of an applet that one of these keys opens, which proves that it is the one.

    Raises ProtocolError.
    """
    for name in names:
        key = store.transport_key(name)
        card_id = None if key is None else card_id_under(connection, key)
        if key is not None and card_id is not None:
            return card_id, key
    raise ProtocolError(
        _(
            "This card already has the applet, and {file} does not hold its transport key. "
            "--replace deletes the applet with every key on it."
        ).format(file=store.place(names[0]))
    )


def _kept(store: KeyStore, order: LoadOrder, first_name: str, card_id: bytes, key: Secret) -> str:
    """Keep the key under a name made from the card id, unless the user chose one.

    The first name comes from data of the card manager that other cards may share: the next such
    card must not get a key that is in use.
    """
    if order.transport_key is not None:
        return first_name
    name = _key_name(card_id)
    held = store.transport_key(name)
    if held is None:
        store.add_transport_key(name, key)
    elif held != key:
        return first_name
    if store.transport_key(first_name) == key:
        store.remove_transport_key(first_name)
    return name


def _transport_key(store: KeyStore, name: str, on_event: Listener[LoadEvent]) -> Secret:
    """The key of this name, or a new one, which the store then holds."""
    key = store.transport_key(name)
    if key is not None:
        on_event(LoadEvent((), LoadStep.KEY_FOUND))
        return key
    key = draw_transport_key()
    store.add_transport_key(name, key)
    return key


def _key_name(card: bytes) -> str:
    """The name of a transport key, from the card id or the card manager's data."""
    return f"card-{card.hex()}.transport-key"


def _next_version(version: int) -> int:
    """The version for keys that replace those of `version`."""
    return 1 if version == INITIAL_VERSION else version % LAST_VERSION + 1
