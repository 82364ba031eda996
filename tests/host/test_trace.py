"""A trace shows what happened, and never a PIN, a component or a plaintext."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Specimen, Stage, component

from twincard.card.session import Card
from twincard.keys.secret import Secret
from twincard.transport import PowerCutError
from twincard.transport.trace import Traced

CEK = bytes.fromhex("5ec2e7" * 10 + "5ec2")


def traced(specimen: Specimen, *, show_data: bool) -> tuple[Card, list[str]]:
    lines: list[str] = []
    return Card(Traced(specimen.lab, lines.append, show_data=show_data)), lines


@pytest.mark.parametrize("show_data", [False, True])
def test_no_secret_is_ever_shown(bench: Bench, show_data: bool) -> None:
    bench.at(Stage.KEYED)
    specimen = bench.original
    card, lines = traced(specimen, show_data=show_data)
    card.pin.verify(specimen.pin)
    new_pin = Secret("another PIN")
    card.pin.change(specimen.pin, new_pin)
    card.pin.unblock(specimen.puk, new_pin)
    card.pin.verify(new_pin)
    card.group.set_component(component(2))
    assert card.usage.decipher(card.usage.encipher(CEK, 0)) == CEK
    assert card.usage.unwrap(card.usage.wrap(CEK)) == CEK
    trace = "\n".join(lines).lower().replace(" ", "")
    secrets = (specimen.pin, specimen.puk, new_pin, component(2).value, Secret(CEK))
    for secret in secrets:
        assert secret.reveal().hex() not in trace
    assert len(lines) > len(secrets)


@pytest.mark.parametrize("cla", ["0c", "80", "10"])
def test_a_pin_sent_with_a_wrong_class_is_not_shown_either(bench: Bench, cla: str) -> None:
    bench.at(Stage.ISSUED)
    card, lines = traced(bench.original, show_data=True)
    pin = bench.original.pin.reveal()
    card.connection.transmit(bytes.fromhex(cla + "200001") + bytes([len(pin)]) + pin)
    assert pin.hex() not in lines[-1].lower()


def test_random_bytes_drawn_on_the_card_are_not_shown(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card, lines = traced(bench.original, show_data=True)
    drawn = card.issuer.challenge(32)
    assert drawn.hex() not in "".join(lines).lower()


def test_without_being_told_to_it_shows_headers_lengths_and_status_only(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card, lines = traced(bench.original, show_data=False)
    card_id = card.report().card_id
    assert lines[-1].startswith("00 CA 00 E0  [1] → [")
    assert "9000" in lines[-1]
    assert card_id.hex() not in "".join(lines).lower()


def test_told_to_it_shows_what_is_no_secret(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card, lines = traced(bench.original, show_data=True)
    assert card.report().card_id.hex() in lines[-1].lower()


def test_an_exchange_that_fails_is_traced_too(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card, lines = traced(bench.original, show_data=False)
    bench.original.lab.cut(1)
    with pytest.raises(PowerCutError):
        card.pin.verify(bench.original.pin)
    assert lines[-1].endswith("→ PowerCutError")
    card.reset()
    assert "reset" in lines
