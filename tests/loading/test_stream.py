"""What the host sends to a card manager, and what one that shares nothing with it makes of that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.interop.independent import objects
from tests.loading.cap_reading import read_cap
from tests.loading.cap_writing import APPLET_AID, PACKAGE_AID, CapMaker
from tests.loading.t0_manager import T0Manager
from tests.loading.watched import DIVERSIFICATION, SOMEBODY_ELSES, WatchedCard

from twincard.flows.load.applet import AppletSizes, install_data, load_and_install, replace_keys
from twincard.globalplatform.cap import CapError, CapFile
from twincard.globalplatform.manager import (
    CardManager,
    Installation,
    ManagementError,
    WrongManagementKeysError,
)
from twincard.globalplatform.registry import Kind
from twincard.iso.secure_channel import ChannelError
from twincard.iso.status import (
    CardError,
    MemoryFullError,
    UnexpectedAnswerError,
    WrongDataError,
)
from twincard.keys.management_keys import default_keys, draw_management_keys
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret
from twincard.simulator.manager.scp03 import StaticKeys
from twincard.simulator.manager.state import DEFAULT_KEYS
from twincard.transport.connection import Connection

TRANSPORT_KEY = bytes(range(0x60, 0x80))
PARAMETERS = [0x00, 0x10, 0x20, 0x30, 0x60, 0x70]


def known(keys: StaticKeys, version: int = 0) -> Scp03Keys:
    return Scp03Keys(Secret(keys.enc), Secret(keys.mac), Secret(keys.dek), version)


def opened(card: Connection, *keys: Scp03Keys) -> CardManager:
    manager = CardManager(card)
    manager.authenticate(keys or [default_keys()])
    return manager


def installation(cap: CapFile, sizes: AppletSizes | None = None) -> Installation:
    data = install_data(Secret(TRANSPORT_KEY), sizes or AppletSizes())
    return Installation(cap.package.aid, cap.applets[0], cap.applets[0], data)


def install_fields(card: WatchedCard) -> list[bytes]:
    """The six of the INSTALL [for install and make selectable] that came last."""
    ins, p1, _, data = card.plain[-1]
    assert (ins, p1) == (0xE6, 0x0C)
    fields = []
    while data:
        fields.append(data[1 : 1 + data[0]])
        data = data[1 + data[0] :]
    assert len(fields) == 6
    return fields


def put_on(card: WatchedCard, path: Path, sizes: AppletSizes | None = None) -> CapFile:
    cap = CapFile.read(path)
    load_and_install(opened(card), cap, installation(cap, sizes), [])
    return cap


@pytest.mark.parametrize("parameter", [*PARAMETERS, 0x71, 0x61, 0x01])
def test_the_card_gets_the_load_file_whatever_its_secure_channel_is(
    parameter: int, cap_file: Path
) -> None:
    card = WatchedCard(parameter=parameter)
    put_on(card, cap_file)
    assert card.load_files == {PACKAGE_AID: read_cap(cap_file).sha256}
    assert card.failures == 0
    assert card.greetings == 1
    external_authenticate = next(apdu for apdu in card.seen if apdu[1] == 0x82)
    assert external_authenticate[2] == {0x00: 0x03, 0x20: 0x13, 0x60: 0x33}[parameter & 0x60]


def test_a_card_behind_t_0_is_loaded_as_well(cap_file: Path) -> None:
    card = WatchedCard()
    cap = CapFile.read(cap_file)
    load_and_install(opened(T0Manager(card)), cap, installation(cap), [])
    assert card.load_files == {PACKAGE_AID: read_cap(cap_file).sha256}


@pytest.mark.parametrize("size", [16, 24, 32])
def test_keys_of_every_length_of_aes_open_the_channel(size: int, cap_file: Path) -> None:
    keys = StaticKeys(*(bytes([at]) * size for at in (1, 2, 3)))
    card = WatchedCard(keys={0x30: keys})
    cap = CapFile.read(cap_file)
    load_and_install(opened(card, known(keys, 0x30)), cap, installation(cap), [])
    assert card.load_files == {PACKAGE_AID: read_cap(cap_file).sha256}


def test_the_stream_is_install_load_install(cap_file: Path) -> None:
    card = WatchedCard()
    put_on(card, cap_file)
    commands = [(ins, p1) for ins, p1, _, _ in card.plain if ins != 0xF2]
    blocks = [(p1, p2) for ins, p1, p2, _ in card.plain if ins == 0xE8]
    assert commands[0] == (0xE6, 0x02)
    assert commands[-1] == (0xE6, 0x0C)
    assert {ins for ins, _ in commands[1:-1]} == {0xE8}
    assert [number for _, number in blocks] == list(range(len(blocks)))
    assert [last for last, _ in blocks] == [0x00] * (len(blocks) - 1) + [0x80]


def test_every_field_of_install_is_as_asked_for(cap_file: Path) -> None:
    card = WatchedCard()
    put_on(card, cap_file, AppletSizes(40, 6000, 3, channel_required=False))
    package, applet, instance, privileges, parameters, token = install_fields(card)
    assert (package, applet, instance) == (PACKAGE_AID, APPLET_AID, APPLET_AID)
    assert (privileges, token) == (b"\x00", b"")
    ((tag, data),) = objects(parameters)
    assert tag == 0xC9
    assert objects(data) == [
        (0x80, TRANSPORT_KEY),
        (0x81, b"\x28"),
        (0x82, b"\x17\x70"),
        (0x83, b"\x03"),
        (0x84, b"\x00"),
    ]


def test_without_sizes_the_applet_s_own_are_taken(cap_file: Path) -> None:
    card = WatchedCard()
    put_on(card, cap_file)
    *_, parameters, _token = install_fields(card)
    assert objects(objects(parameters)[0][1]) == [(0x80, TRANSPORT_KEY)]


def test_nothing_secret_crosses_the_wire_in_the_clear(cap_file: Path) -> None:
    card = WatchedCard()
    put_on(card, cap_file)
    new = draw_management_keys(16, 1)
    replace_keys(opened(card), new)
    wire = b"".join(card.seen)
    for secret in (TRANSPORT_KEY, new.enc.reveal(), new.mac.reveal(), new.dek.reveal()):
        assert not any(secret[at : at + 8] in wire for at in range(len(secret) - 7))


@pytest.mark.parametrize("most", [1, 24, 47])
def test_a_card_that_wants_next_to_nothing_gets_whole_blocks(most: int, cap_file: Path) -> None:
    card = WatchedCard(most_data=most)
    put_on(card, cap_file)
    assert card.load_files == {PACKAGE_AID: read_cap(cap_file).sha256}


@pytest.mark.parametrize("most", [255, 247, 128, 64])
def test_blocks_are_as_long_as_the_card_allows(most: int, cap_file: Path) -> None:
    card = WatchedCard(most_data=most)
    cap = CapFile.read(cap_file)
    manager = opened(card)
    if len(cap.load_file) > 256 * (most // 16 * 16 - 17):
        pytest.skip("more than 256 blocks")
    load_and_install(manager, cap, installation(cap), [])
    loads = [apdu for apdu in card.seen if apdu[1] == 0xE8]
    assert most - 16 < loads[0][4] <= most
    assert card.load_files == {PACKAGE_AID: cap.load_file_sha256}


def test_a_package_that_does_not_fit_in_256_blocks_is_refused_before_anything_is_deleted(
    tmp_path: Path,
) -> None:
    cap = CapFile.read(CapMaker(method_bytes=9000).write(tmp_path / "large.cap"))
    card = WatchedCard(most_data=48, packages={PACKAGE_AID: SOMEBODY_ELSES})
    with pytest.raises(CapError, match="too large"):
        load_and_install(opened(card), cap, installation(cap), [])
    assert card.packages == {PACKAGE_AID: SOMEBODY_ELSES}


@pytest.mark.parametrize("version", [0xFF, 0x30, 0x7F])
@pytest.mark.parametrize("size", [16, 24, 32])
def test_new_keys_are_the_only_ones_afterwards(version: int, size: int) -> None:
    old = DEFAULT_KEYS if size == 16 else StaticKeys(*3 * (bytes(size),))
    card = WatchedCard(keys={version: old})
    new = draw_management_keys(size, 1)
    replace_keys(opened(card, known(old)), new)
    assert card.keys == {1: StaticKeys(new.enc.reveal(), new.mac.reveal(), new.dek.reveal())}
    opened(card, new)
    with pytest.raises(WrongManagementKeysError, match="version 1"):
        opened(card, known(old))
    assert card.failures == 0


def test_keys_of_the_same_version_can_be_replaced() -> None:
    keys = StaticKeys(*3 * (bytes(16),))
    card = WatchedCard(keys={5: keys})
    new = draw_management_keys(16, 5)
    replace_keys(opened(card, known(keys)), new)
    opened(card, new)


def test_a_card_that_confirms_other_keys_is_not_believed() -> None:
    card = WatchedCard(parameter=0x00)
    manager = opened(card)
    new = draw_management_keys(16, 1)
    shown = card.transmit

    def altered(apdu: bytes) -> tuple[bytes, int]:
        data, sw = shown(apdu)
        return (data[:-1] + b"\x00" if apdu[1] == 0xD8 else data), sw

    card.transmit = altered  # type: ignore[method-assign]
    with pytest.raises(UnexpectedAnswerError, match="did not confirm"):
        manager.put_keys(new)


def test_wrong_keys_are_not_tried_at_all() -> None:
    card = WatchedCard(keys={3: StaticKeys(*3 * (bytes(16),))})
    with pytest.raises(WrongManagementKeysError, match=r"version 3.*locks itself"):
        opened(card)
    assert card.failures == 0
    assert card.greetings == 1
    assert not any(apdu[1] == 0x82 for apdu in card.seen)


def test_a_card_that_locked_itself_is_told_as_such() -> None:
    with pytest.raises(ManagementError, match=r"6983.*locked"):
        opened(WatchedCard(failures=10))


def test_a_wrong_encryption_key_is_not_taken_for_a_missing_pin() -> None:
    keys = StaticKeys(bytes(16), DEFAULT_KEYS.mac, DEFAULT_KEYS.dek)
    card = WatchedCard(parameter=0x60)
    manager = opened(card, known(keys))
    with pytest.raises(ManagementError, match=r"list its contents \(6982\).*enc"):
        manager.contents(Kind.PACKAGE)


def test_a_wrong_data_encryption_key_changes_no_key() -> None:
    keys = StaticKeys(DEFAULT_KEYS.enc, DEFAULT_KEYS.mac, bytes(16))
    card = WatchedCard()
    with pytest.raises(WrongDataError, match="accept new management keys"):
        opened(card, known(keys)).put_keys(draw_management_keys(16, 1))
    assert card.keys == {0xFF: DEFAULT_KEYS}


def test_of_two_key_sets_the_card_s_own_is_found_with_one_question() -> None:
    new = draw_management_keys(16, 1)
    old = WatchedCard()
    assert CardManager(old).authenticate([default_keys(), new]) == default_keys()
    keys = StaticKeys(new.enc.reveal(), new.mac.reveal(), new.dek.reveal())
    changed = WatchedCard(keys={1: keys})
    assert CardManager(changed).authenticate([default_keys(), new]) == new
    assert (old.greetings, changed.greetings) == (1, 1)
    assert CardManager(changed).authenticate([replace(default_keys(), version=9), new]) == new
    with pytest.raises(ManagementError, match="no management keys of version 9"):
        CardManager(changed).authenticate([replace(default_keys(), version=9)])


def test_the_card_tells_its_contents_piece_by_piece(cap_file: Path) -> None:
    card = WatchedCard(packages={bytes([at]) * 7: SOMEBODY_ELSES for at in range(1, 6)})
    manager = opened(card)
    packages = manager.contents(Kind.PACKAGE)
    assert [entry.aid for entry in packages] == list(card.packages)
    assert {entry.version for entry in packages} == {(1, 0)}
    assert manager.contents(Kind.APPLICATION) == []
    put_on(card, cap_file)
    (entry,) = opened(card).contents(Kind.APPLICATION)
    assert (entry.aid, entry.package_aid) == (APPLET_AID, PACKAGE_AID)


def test_what_a_card_tells_without_keys() -> None:
    card = WatchedCard()
    manager = CardManager(card)
    assert manager.protocols() == [(3, 0x70)]
    production = manager.production()
    assert production is not None
    assert (production.maker, production.chip) == ("4790", "d321")
    manager.authenticate([default_keys()])
    assert manager.domain.diversification == DIVERSIFICATION


def test_a_security_domain_of_another_name_is_found_or_named() -> None:
    other = bytes.fromhex("A0000001514D414E41474552")
    assert opened(WatchedCard(domain_aid=other)).aid == other
    assert CardManager(WatchedCard(domain_aid=other), other).aid == other
    with pytest.raises(ManagementError, match="--isd"):
        CardManager(WatchedCard(), other)


def test_a_card_with_scp02_is_sent_to_the_page() -> None:
    card = WatchedCard()
    shown = card.transmit

    def older(apdu: bytes) -> tuple[bytes, int]:
        if apdu[1] == 0x50:
            return DIVERSIFICATION + bytes.fromhex("01 02 0007") + bytes(14), 0x9000
        return shown(apdu)

    card.transmit = older  # type: ignore[method-assign]
    with pytest.raises(ManagementError, match=r"SCP02, not SCP03\. docs/real-card\.md"):
        opened(card)


@pytest.mark.parametrize("parameter", [0x20, 0x60])
def test_an_answer_that_was_altered_ends_it(parameter: int, cap_file: Path) -> None:
    card = WatchedCard(parameter=parameter)
    cap = CapFile.read(cap_file)
    manager = opened(card)
    shown = card.transmit

    def altered(apdu: bytes) -> tuple[bytes, int]:
        data, sw = shown(apdu)
        return data[:-1] + bytes([data[-1] ^ 1]) if data else data, sw

    card.transmit = altered  # type: ignore[method-assign]
    with pytest.raises(ChannelError):
        load_and_install(manager, cap, installation(cap), [])


@pytest.fixture
def cap(cap_file: Path) -> CapFile:
    return CapFile.read(cap_file)


@pytest.mark.parametrize(
    ("refused", "sw", "error", "words"),
    [
        ((0xE6, 0x02), 0x6A84, MemoryFullError, "not have enough memory"),
        ((0xE8, 0x80), 0x6A84, MemoryFullError, "not have enough memory"),
        ((0xE8, 0x80), 0x6438, Exception, "a package that the file imports"),
        ((0xE6, 0x0C), 0x6A84, MemoryFullError, "not have enough memory"),
        ((0xE6, 0x0C), 0x6A80, Exception, "refused its installation"),
        ((0xE4, 0x00), 0x6985, CardError, "delete the package"),
    ],
)
def test_a_refusal_says_what_to_do(
    refused: tuple[int, int], sw: int, error: type[Exception], words: str, cap: CapFile
) -> None:
    card = WatchedCard(packages={PACKAGE_AID: SOMEBODY_ELSES})
    card.refuse_with(lambda ins, p1: sw if (ins, p1) == refused else 0)
    with pytest.raises(error, match=words):
        load_and_install(opened(card), cap, installation(cap), [])
