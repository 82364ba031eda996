"""`twincard sim serve`: a simulated card is put into a reader, answers there, and is taken out."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from tests.cli.commands import Desk
from tests.pcsc.inserted import wait_until, wait_until_out
from tests.pcsc.service import PcscService, Reader
from tests.pcsc.serving import Serving

from twincard.card.session import Card
from twincard.flows.authority import take_authority
from twincard.keys.secret import Secret
from twincard.simulator.vpcd import Address, take_reader
from twincard.transport import CardGoneError, connect

Serve = Callable[[str, Reader], Serving]


def test_a_served_card_is_the_simulated_card(desk: Desk, serve: Serve, left: Reader) -> None:
    served_directly = desk.json("card", "info", "-r", "sim:alice")
    serve("alice", left)
    assert desk.json("card", "info", "-r", f"pcsc:{left.name}") == served_directly


def test_ctrl_c_takes_the_card_out(desk: Desk, serve: Serve, left: Reader) -> None:
    serving = serve("alice", left)
    code, told = serving.interrupt()
    assert (code, told) == (0, "")
    wait_until(left, card=False)
    desk.run("card", "info", "-r", f"pcsc:{left.name}").failed(3, "no card in")
    desk.done("card", "info", "-r", "sim:alice")


def test_while_it_is_served_nobody_else_has_the_card(
    desk: Desk, serve: Serve, left: Reader, right: Reader
) -> None:
    serve("alice", left)
    desk.run("card", "info", "-r", "sim:alice").failed(4, "Another process is using this card.")
    desk.run("sim", "serve", "alice", "--vpcd", str(right.address)).failed(4)
    desk.run("sim", "remove", "alice", "--yes").failed(4)


def test_a_reader_takes_one_card(desk: Desk, serve: Serve, left: Reader, right: Reader) -> None:
    serve("alice", left)
    ran = desk.run("sim", "serve", "bob", "--vpcd", str(left.address))
    ran.failed(4, "virtual reader", str(left.address), "another")
    with take_reader([left.address, right.address]) as reader:
        assert reader.address == right.address


def test_without_a_virtual_reader_it_says_what_is_missing(desk: Desk) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        ran = desk.run("sim", "serve", "alice", "--vpcd", address)
    ran.failed(3, address, "Check that pcscd is running")


@pytest.mark.parametrize("text", ["localhost", "localhost:", ":35963", "localhost:0", "a:65536"])
def test_an_address_that_is_none_is_refused(desk: Desk, text: str) -> None:
    desk.run("sim", "serve", "alice", "--vpcd", text).failed(2, "HOST:PORT")


def test_addresses_are_read_and_written_alike() -> None:
    for text in ("localhost:35963", "[::1]:35964", "127.0.0.1:1"):
        assert str(Address.parse(text)) == text
    assert Address.parse("[::1]:35964").host == "::1"


def test_when_pcscd_ends_it_ends(
    desk: Desk, serve: Serve, left: Reader, pcsc_service: PcscService
) -> None:
    serving = serve("alice", left)
    pcsc_service.stop()
    try:
        code, told = serving.wait()
    finally:
        pcsc_service.start()
    assert code == 3
    assert "virtual reader" in told
    assert str(left.address) in told


def test_a_killed_card_keeps_what_it_has_answered(desk: Desk, serve: Serve, left: Reader) -> None:
    serving = serve("alice", left)
    with Card(connect(f"pcsc:{left.name}")) as card:
        take_authority(card, card.report(), _transport_key(desk, "alice"))
        card.group.begin(2, bytes(range(16)))
        serving.kill()
        with pytest.raises(CardGoneError):
            card.report()
    wait_until_out(left, in_use=True)
    serve("alice", left)
    with Card(connect(f"pcsc:{left.name}")) as card:
        group = card.report().group
    assert group is not None
    assert group.group_id == bytes(range(16))


def _transport_key(desk: Desk, name: str) -> Secret:
    key_file = next(desk.folder.rglob(f"{name}.transport-key"))
    return Secret(bytes.fromhex(key_file.read_text()))
