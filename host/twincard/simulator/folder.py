"""The folder of simulated cards: one file a card, and its transport key beside it."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from twincard.ground.language import _
from twincard.ground.private_file import write_private
from twincard.ground.unfinished import sync_folder, try_lock
from twincard.simulator.archive import provide_archive
from twincard.simulator.process import Make, SimulatedCard
from twincard.transport.connection import (
    CardFileError,
    CardNotFoundError,
    Connection,
    TransportError,
)

HOME_VARIABLE = "TWINCARD_HOME"
"""The environment variable that names the folder of simulated cards."""
_NAME = re.compile(r"[\w][\w.-]{0,63}")
_STATE_SUFFIX = ".card"
_KEY_SUFFIX = ".transport-key"
_CLAIM_SUFFIX = ".claim"
_KEY_BYTES = 32
_TOKEN_BYTES = 4
_MAGIC = b"TWINCARD"
_SLOTS = (0, 256 * 1024)
"""Where the two states of a card begin in its file (see StateFile.java), each with `_MAGIC`."""


def folder() -> Path:
    """Where simulated cards are kept: TWINCARD_HOME, else the user's data folder."""
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else Path(platformdirs.user_data_dir("twincard", appauthor=False))


@contextlib.contextmanager
def cards_in(home: Path) -> Iterator[None]:
    """In the block, this process and those that it starts keep simulated cards in `home`."""
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(home)
    try:
        yield
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before


def list_cards() -> list[str]:
    """Names of the simulated cards, sorted; `check_file` tests whether a file can be read.

    Raises OSError when the folder cannot be read; a missing folder has no cards.
    """
    try:
        names = [path.name for path in folder().iterdir()]
    except FileNotFoundError:
        return []
    cards = (name for name in names if name.endswith(_STATE_SUFFIX) and name[0] != ".")
    return sorted(name.removesuffix(_STATE_SUFFIX) for name in cards)


def check_file(name: str) -> None:
    """Check that the card's file can be read and looks like one; its content is not checked.

    Raises CardFileError, OSError.
    """
    path = _state_file(name)
    with path.open("rb") as file:
        for slot in _SLOTS:
            file.seek(slot)
            if file.read(len(_MAGIC)) == _MAGIC:
                return
    raise CardFileError(
        _("The card file {path} is damaged: it has no complete state.").format(path=path)
    )


def create_card(
    name: str, aid: bytes = b"", parameters: bytes = b"", make: Make | None = None
) -> None:
    """A new card with the applet; its transport key is generated into a file beside it.

    `aid` is the applet's name where it is not the usual one; `parameters` are further TLVs of its
    installation. `make` describes the chip, by default one that lacks nothing. Raises
    TransportError when the name is taken or not a plain file name, OSError.
    """
    state = _state_file(name)
    key = secrets.token_bytes(_KEY_BYTES)
    with _unfinished(state) as unfinished:
        with SimulatedCard.open(unfinished, make) as card:
            card.install(b"\x80" + bytes([_KEY_BYTES]) + key + parameters, aid)
        _publish(unfinished, state, transport_key_file(name), key)


@contextlib.contextmanager
def _unfinished(state: Path) -> Iterator[Path]:
    """A temporary name to make a card under, so that a card is complete or does not exist."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_unfinished_cards()
    if state.exists():
        raise _taken(state)
    provide_archive()
    path = state.with_name(f".{state.stem}.{secrets.token_hex(_TOKEN_BYTES)}")
    claim = _hidden(path, _CLAIM_SUFFIX)
    # Held while this process lives: the next one removes what has no lock.
    with claim.open("xb") as file:
        try_lock(file.fileno())
        try:
            yield path
        finally:
            if os.name == "nt":
                file.close()  # Windows removes no open file; elsewhere it is locked until then
            _remove_unfinished(path)


def remove_unfinished_cards() -> None:
    """Remove what killed processes left of cards that they were making."""
    for claim in folder().glob(f".*{_CLAIM_SUFFIX}"):
        with contextlib.suppress(OSError), claim.open("r+b") as file:
            if try_lock(file.fileno()):
                _undo(claim.with_name(claim.name.removesuffix(_CLAIM_SUFFIX)))


def _undo(unfinished: Path) -> None:
    name = unfinished.name[1 : -2 * _TOKEN_BYTES - 1]
    key_file, state = (
        unfinished.with_name(name + _KEY_SUFFIX),
        unfinished.with_name(name + _STATE_SUFFIX),
    )
    # The key file is the killed process's if it is the same file as its hidden one.
    with contextlib.suppress(FileNotFoundError):
        if not state.exists() and key_file.samefile(_hidden(unfinished, _KEY_SUFFIX)):
            key_file.unlink()
    _remove_unfinished(unfinished)


def _hidden(unfinished: Path, suffix: str) -> Path:
    return unfinished.with_name(unfinished.name + suffix)


def _remove_unfinished(unfinished: Path) -> None:
    _remove_files(unfinished)
    for suffix in (_KEY_SUFFIX, _CLAIM_SUFFIX):
        _hidden(unfinished, suffix).unlink(missing_ok=True)


def create_blank_card(name: str, make: Make | None = None) -> None:
    """A new card without the applet: its card manager has the default keys, and takes the applet.

    Raises as `create_card`.
    """
    from twincard.simulator.manager.state import ManagerState

    state = _state_file(name)
    with _unfinished(state) as unfinished:
        if transport_key_file(name).exists():
            raise _key_is_there(transport_key_file(name))
        with SimulatedCard.open(unfinished, make) as card:
            card.keep(ManagerState.of_new_card().encode())
        _link(unfinished, state)
        sync_folder(state.parent)


def open_card(name: str) -> Connection:
    """A connection to the card; CardNotFoundError when there is none of this name."""
    state = _state_file(name)
    if not state.exists():
        raise CardNotFoundError(
            _("There is no simulated card {name}. `twincard sim list` lists all cards.").format(
                name=name
            )
        )
    card = SimulatedCard.open(state)
    card.reader = f"sim:{name}"
    try:
        kept = card.kept()
        return _managed(card, kept) if kept else card
    except BaseException:
        card.close()
        raise


def _managed(card: SimulatedCard, kept: bytes) -> Connection:
    # Imported for the few cards that have a card manager.
    from twincard.simulator.manager.card import ManagedCard
    from twincard.simulator.manager.domain import SecurityDomain
    from twincard.simulator.manager.state import ManagerState

    return ManagedCard(card, SecurityDomain(card, ManagerState.decode(kept)))


def remove_card(name: str) -> None:
    """Destroy the card and its transport key; CardInUseError while a program has it open."""
    # A card whose file is beyond repair can still be removed.
    with contextlib.suppress(CardFileError):
        open_card(name).close()
    _remove_files(_state_file(name))
    transport_key_file(name).unlink(missing_ok=True)


def transport_key_file(name: str) -> Path:
    """The file with the card's transport key: 64 hex digits, mode 0600."""
    return _state_file(name).with_suffix(_KEY_SUFFIX)


def _state_file(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise TransportError(
            _(
                "{name!r} is not a valid name for a simulated card. Use letters, digits, "
                "'.', '_' and '-', without sim:."
            ).format(name=name)
        )
    return folder() / (name + _STATE_SUFFIX)


def _publish(unfinished: Path, state: Path, key_file: Path, key: bytes) -> None:
    """Give key and card their names, neither of which may be taken.

    Linking the key file claims the name: of two programs at once only one continues, and nothing
    that a card in use needs is ever replaced.
    """
    hidden = _hidden(unfinished, _KEY_SUFFIX)
    write_private(hidden, key.hex().encode() + b"\n")
    try:
        os.link(hidden, key_file)
    except FileExistsError:
        raise _key_is_there(key_file) from None
    try:
        _link(unfinished, state)
    except BaseException:
        key_file.unlink()
        raise
    sync_folder(state.parent)


def _link(unfinished: Path, state: Path) -> None:
    try:
        os.link(unfinished, state)  # unlike a rename, it fails when the name is taken
    except FileExistsError:
        raise _taken(state) from None


def _key_is_there(key_file: Path) -> TransportError:
    return TransportError(
        _(
            "The transport key file {file} already exists. If no card uses it, move it to "
            "another folder."
        ).format(file=key_file)
    )


def _taken(state: Path) -> TransportError:
    return TransportError(_("The simulated card {name} already exists.").format(name=state.stem))


def _remove_files(state: Path) -> None:
    """Remove the state and the files that the simulator keeps beside it."""
    for suffix in ("", ".new", ".lock"):
        state.with_name(state.name + suffix).unlink(missing_ok=True)
