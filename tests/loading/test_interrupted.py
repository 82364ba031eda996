"""Loading that is cut anywhere is finished by repeating it, and no key is lost on the way.

The applet is the real one; the card manager has a channel with everything, and keys that are
replaced first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.flows.unplugged import Cable, Unplugged
from tests.loading.cap_reading import read_cap
from tests.loading.cap_writing import APPLET_AID, PACKAGE_AID, CapMaker
from tests.loading.watched import SOMEBODY_ELSES, WatchedCard

from twincard import Card
from twincard.flows.authority import take_authority
from twincard.flows.errors import ProtocolError
from twincard.flows.load.applet import LoadedCard, LoadOrder, load_card
from twincard.globalplatform.cap import CapFile
from twincard.globalplatform.manager import CardManager
from twincard.keys.management_keys import default_keys, read_management_keys
from twincard.keys.store import FileKeyStore
from twincard.keys.transport_key import read_transport_key
from twincard.simulator.manager.scp03 import StaticKeys
from twincard.transport.connection import CardGoneError, Connection

EXCHANGES = 24
"""More than a load of the small file has; the last ones cut nothing."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return CapMaker(method_bytes=400).write(tmp_path_factory.mktemp("small") / "small.cap")


@pytest.fixture
def order(small: Path, tmp_path: Path) -> LoadOrder:
    cap = CapFile.read(small)
    keys, transport = tmp_path / "new-keys", tmp_path / "transport-key"
    return LoadOrder(cap, cap.applets[0], default_keys(), str(keys), str(transport))


@pytest.fixture
def card() -> Iterator[WatchedCard]:
    manager = WatchedCard()
    yield manager
    manager.destroy()


def run(connection: Connection, order: LoadOrder) -> LoadedCard:
    return load_card(connection, CardManager(connection), order, FileKeyStore(Path()))


def is_whole(card: WatchedCard, order: LoadOrder, small: Path) -> None:
    """One applet of the package, its transport key and the card's keys in their files."""
    assert order.new_keys is not None
    assert order.transport_key is not None
    assert card.load_files == {PACKAGE_AID: read_cap(small).sha256}
    assert list(card.instances) == [APPLET_AID]
    new = read_management_keys(Path(order.new_keys))
    assert card.keys == {1: StaticKeys(new.enc.reveal(), new.mac.reveal(), new.dek.reveal())}
    session = Card(card)
    take_authority(session, session.report(), read_transport_key(Path(order.transport_key)))
    assert card.failures == 0


@pytest.mark.parametrize("at", range(1, EXCHANGES))
def test_a_load_whose_answer_is_lost_is_finished_by_repeating_it(
    card: WatchedCard, order: LoadOrder, small: Path, at: int
) -> None:
    with suppress(CardGoneError):
        run(Unplugged(card, Cable(at, answered=True)), order)
    repeated(card, order, small)


@pytest.mark.parametrize(
    ("ins", "p1"), [(0xD8, 0x00), (0xE6, 0x02), (0xE8, 0x00), (0xE8, 0x80), (0xE6, 0x0C)]
)
def test_a_load_that_is_cut_before_a_change_is_finished_by_repeating_it(
    card: WatchedCard, order: LoadOrder, small: Path, ins: int, p1: int
) -> None:
    def cut(now: int, now_p1: int) -> int:
        if (now, now_p1) == (ins, p1):
            raise CardGoneError("The cable was pulled.")
        return 0

    card.refuse_with(cut)
    with pytest.raises(CardGoneError):
        run(card, order)
    card.refuse_with(None)
    repeated(card, order, small)


def repeated(card: WatchedCard, order: LoadOrder, small: Path) -> None:
    """The same command again finishes it, and once more changes nothing."""
    card.reset()
    done = run(card, order)
    is_whole(card, order, small)
    assert run(card, order) == replace(done, changed=False)


@pytest.fixture
def unnamed(order: LoadOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LoadOrder:
    """Names no file for the transport key."""
    monkeypatch.chdir(tmp_path)
    return replace(order, new_keys=None, transport_key=None)


def key_files() -> dict[str, Path]:
    """The key of each file in the working folder."""
    return {
        read_transport_key(file).reveal().hex(): file for file in Path().glob("*.transport-key")
    }


@pytest.mark.parametrize("at", range(9, 17))
def test_a_key_whose_file_nobody_named_ends_in_one_file_of_the_card_s_name(
    card: WatchedCard, unnamed: LoadOrder, at: int
) -> None:
    with suppress(CardGoneError):
        run(Unplugged(card, Cable(at, answered=True)), unnamed)
    card.reset()
    done = run(card, unnamed)
    assert list(key_files().values()) == [Path(f"card-{done.card_id.hex()}.transport-key")]
    assert Path(done.transport_key) in key_files().values()
    assert run(card, unnamed) == replace(done, changed=False)


def test_a_card_that_tells_the_same_of_itself_gets_no_key_of_another(
    card: WatchedCard, unnamed: LoadOrder
) -> None:
    first = run(card, unnamed)
    twin = WatchedCard()
    try:
        second = run(twin, unnamed)
        assert first.transport_key != second.transport_key
        assert len(key_files()) == 2
        for loaded, one in ((card, first), (twin, second)):
            loaded.reset()
            assert run(loaded, unnamed) == replace(one, changed=False)
    finally:
        twin.destroy()


def test_a_file_of_another_card_s_is_not_overwritten_whatever_the_card_is_called(
    card: WatchedCard, unnamed: LoadOrder
) -> None:
    done = run(card, unnamed)
    own = Path(done.transport_key).rename("own")
    Path(done.transport_key).write_text("11" * 32)
    own.rename("card-00004711081500000042.transport-key")
    card.reset()
    again = run(card, unnamed)
    assert again.transport_key == "card-00004711081500000042.transport-key"
    assert Path(done.transport_key).read_text() == "11" * 32


def test_the_cuts_reach_to_the_end(card: WatchedCard, order: LoadOrder) -> None:
    cable = Cable(10_000, answered=True)
    run(Unplugged(card, cable), order)
    assert 20 <= cable.exchanges <= EXCHANGES


def test_keys_are_in_their_files_before_the_card_has_them(
    card: WatchedCard, order: LoadOrder
) -> None:
    assert order.new_keys is not None
    assert order.transport_key is not None
    paths = Path(order.new_keys), Path(order.transport_key)
    present: list[tuple[int, bool, bool]] = []

    def look(ins: int, p1: int) -> int:
        there = [path.exists() for path in paths]
        present.append((ins if ins != 0xE6 else p1, there[0], there[1]))
        return 0

    card.refuse_with(look)
    run(card, order)
    assert (0xD8, True, False) in present
    assert (0x0C, True, True) in present
    for path in paths:
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_leaves_the_card_as_it_is(
    card: WatchedCard, order: LoadOrder, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "missing" / "file")
    before = dict(card.keys)
    for spoiled in (
        replace(order, new_keys=nowhere),
        replace(order, new_keys=None, transport_key=nowhere),
    ):
        with pytest.raises(OSError, match="missing"):
            run(card, spoiled)
        assert (card.keys, card.packages, card.instances) == (before, {}, {})


def test_an_applet_of_another_key_is_left_alone_unless_it_shall_go(
    card: WatchedCard, order: LoadOrder, small: Path, tmp_path: Path
) -> None:
    first = run(card, order)
    other = replace(order, transport_key=str(tmp_path / "other"))
    with pytest.raises(ProtocolError, match="--replace"):
        run(card, other)
    (tmp_path / "other").write_text("ab" * 32)
    with pytest.raises(ProtocolError, match="--replace"):
        run(card, other)
    is_whole(card, order, small)
    again = run(card, replace(other, replace=True))
    assert again.changed
    assert again.card_id != first.card_id
    is_whole(card, other, small)


def test_a_package_without_an_applet_is_loaded_anew(
    card: WatchedCard, order: LoadOrder, small: Path
) -> None:
    card.packages[PACKAGE_AID] = SOMEBODY_ELSES
    assert run(card, order).changed
    is_whole(card, order, small)


def test_of_somebody_else_s_package_the_applet_in_the_way_goes_alone(
    card: WatchedCard, order: LoadOrder, small: Path
) -> None:
    run(card, order)
    other, name = b"another", b"another applet"
    card.packages[other] = card.packages.pop(PACKAGE_AID)
    item = replace(card.instances[APPLET_AID], package=other)
    card.instances.update({APPLET_AID: item, name: item})
    run(card, replace(order, replace=True))
    del card.packages[other], card.instances[name]
    is_whole(card, order, small)
