"""Keys that go onto cards are kept by name, and never replaced; loading asks for no file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.flows.unplugged import Cable, Unplugged
from tests.loading.cap_writing import CapMaker
from tests.loading.watched import WatchedCard

from twincard import Card
from twincard.flows.authority import take_authority
from twincard.flows.load.applet import LoadOrder, load_card
from twincard.globalplatform.cap import CapFile
from twincard.globalplatform.manager import CardManager
from twincard.keys.management_keys import (
    ManagementKeysError,
    default_keys,
    draw_management_keys,
)
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret
from twincard.keys.store import FileKeyStore, KeyStore
from twincard.keys.transport_key import TransportKeyError, draw_transport_key
from twincard.transport.connection import CardGoneError


class MemoryKeyStore:
    """A store without files, as a key ring or a token is one."""

    def __init__(self) -> None:
        self.transport_keys: dict[str, Secret] = {}
        self.keys: dict[str, Scp03Keys] = {}

    def transport_key(self, name: str) -> Secret | None:
        """See KeyStore."""
        return self.transport_keys.get(name)

    def add_transport_key(self, name: str, key: Secret) -> None:
        """See KeyStore."""
        if name in self.transport_keys:
            raise FileExistsError(name)
        self.transport_keys[name] = key

    def remove_transport_key(self, name: str) -> None:
        """See KeyStore."""
        self.transport_keys.pop(name, None)

    def management_keys(self, name: str) -> Scp03Keys | None:
        """See KeyStore."""
        return self.keys.get(name)

    def add_management_keys(self, name: str, keys: Scp03Keys) -> None:
        """See KeyStore."""
        if name in self.keys:
            raise FileExistsError(name)
        self.keys[name] = keys

    def place(self, name: str) -> str:
        """See KeyStore."""
        return f"the key ring ({name})"


@pytest.fixture(params=["files", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    return FileKeyStore(tmp_path) if request.param == "files" else MemoryKeyStore()


def test_a_key_is_had_by_its_name_and_never_replaced(store: KeyStore) -> None:
    key, other = draw_transport_key(), draw_transport_key()
    assert store.transport_key("one") is None
    store.add_transport_key("one", key)
    with pytest.raises(FileExistsError):
        store.add_transport_key("one", other)
    assert (store.transport_key("one"), store.transport_key("other")) == (key, None)
    store.remove_transport_key("one")
    store.remove_transport_key("one")
    assert store.transport_key("one") is None


def test_management_keys_are_had_by_their_name_and_never_replaced(store: KeyStore) -> None:
    keys = draw_management_keys(32, 7)
    assert store.management_keys("cards") is None
    store.add_management_keys("cards", keys)
    with pytest.raises(FileExistsError):
        store.add_management_keys("cards", draw_management_keys(32, 7))
    assert store.management_keys("cards") == keys
    assert "cards" in store.place("cards")


def test_a_file_store_takes_its_names_from_its_folder_and_says_which_file_is_wrong(
    tmp_path: Path,
) -> None:
    store = FileKeyStore(tmp_path)
    store.add_transport_key("鍵", draw_transport_key())
    assert (tmp_path / "鍵").stat().st_mode & 0o777 == 0o600
    (tmp_path / "spoiled").write_text("no key")
    with pytest.raises(TransportKeyError, match="spoiled"):
        store.transport_key("spoiled")
    with pytest.raises(ManagementKeysError, match="spoiled"):
        store.management_keys("spoiled")
    assert FileKeyStore(Path()).path("card.transport-key") == Path("card.transport-key")


@pytest.fixture
def card() -> Iterator[WatchedCard]:
    manager = WatchedCard()
    yield manager
    manager.destroy()


@pytest.mark.parametrize("at", [9, 12, 14, 16, 24])
def test_loading_with_a_store_that_has_no_files_writes_none_wherever_it_is_cut(
    card: WatchedCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    cap = CapFile.read(CapMaker(method_bytes=400).write(tmp_path / "small.cap"))
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    store = MemoryKeyStore()
    order = LoadOrder(cap, cap.applets[0], default_keys(), new_keys="cards")
    cut = Unplugged(card, Cable(at, answered=True))
    with suppress(CardGoneError):
        load_card(cut, CardManager(cut), order, store)
    card.reset()
    done = load_card(card, CardManager(card), order, store)
    assert done.transport_key == f"card-{done.card_id.hex()}.transport-key"
    assert list(store.transport_keys) == [done.transport_key]
    assert list(store.keys) == ["cards"]
    session = Card(card)
    take_authority(session, session.report(), store.transport_keys[done.transport_key])
    assert list(folder.iterdir()) == []
