"""No error says a secret, whatever went wrong, nor does its traceback, cause or context."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.bench import Bench, Specimen, Stage, component
from tests.ceremonies.codes import picture_of
from tests.faults.keys import Sealed
from tests.secrets.hunt import Hunt

from twincard.card.cryptogram import RsaCryptogram
from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.card.session import Card
from twincard.cli.terminal import component_files, prompts
from twincard.cli.terminal.errors import InputError
from twincard.keys.codes import parse_code
from twincard.keys.component import Component, parse_component, read_component
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.keys.transport_key import read_transport_key

VALUE = bytes.fromhex("5ec2e7" * 10 + "5ec2")
HEX = VALUE.hex()
WRONG_PIN = Secret("wrong-pin-1414")
SHORT_PIN = Secret("no-7%")
HUNT = Hunt(
    {
        "value": VALUE,
        "PIN": WRONG_PIN.reveal(),
        "short PIN": SHORT_PIN.reveal(),
        "digits": HEX[:20].encode(),
    }
)


def component_text(value: str = HEX, kcv: str = "000000", more: str = "") -> str:
    return f"twincard component: 1\nnumber: 1\nsize: 3\ncomponent: {value}\nkcv: {kcv}\n{more}"


def pictured(*texts: str) -> object:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "code.png"
        path.write_bytes(picture_of(*texts))
        return component_files.part_in(path)


FORMATS: dict[str, Callable[[], object]] = {
    "component with another KCV": lambda: parse_component(component_text()),
    "component too short": lambda: parse_component(component_text(HEX[:-2])),
    "component too long": lambda: parse_component(component_text(HEX + "00")),
    "component with a letter": lambda: parse_component(component_text(HEX[:-1] + "x")),
    "component twice": lambda: parse_component(component_text(more=f"component: {HEX}\n")),
    "component under another name": lambda: parse_component(component_text(more=f"{HEX}: 1")),
    "component instead of its KCV": lambda: parse_component(component_text(kcv=HEX)),
    "component of 31 bytes": lambda: Component(1, 3, Secret(VALUE[:-1])),
    "component in no place": lambda: Component(4, 3, Secret(VALUE)),
    "code with another KCV": lambda: parse_code(Secret(component_text())),
    "code without line ends": lambda: parse_code(Secret(component_text().replace("\n", ""))),
    "code of digits alone": lambda: parse_code(Secret(HEX)),
    "code with a control character": lambda: parse_code(Secret(component_text(HEX + "\x1b"))),
    "code too long": lambda: parse_code(Secret(component_text(HEX * 99))),
    "picture of a code with another KCV": lambda: pictured(component_text()),
    "picture of digits alone": lambda: pictured(HEX),
    "picture of two codes": lambda: pictured(component_text(), HEX),
}


@pytest.mark.parametrize("what", FORMATS)
def test_a_component_that_cannot_be_read_is_not_repeated(what: str) -> None:
    with pytest.raises((ValueError, InputError)) as caught:
        FORMATS[what]()
    assert HUNT.found_in_error(caught.value) == []


FILES: dict[str, tuple[Callable[[Path], object], bytes]] = {
    "component": (read_component, f"component: {HEX}\n".encode()),
    "component in another encoding": (read_component, VALUE),
    "component among too much": (read_component, (HEX + "\n").encode() * 100),
    "transport key with more": (read_transport_key, (HEX + "00").encode()),
    "transport key in another encoding": (read_transport_key, VALUE),
    "transport key with a letter": (read_transport_key, (HEX[:-1] + "x").encode()),
    "PIN on two lines": (prompts.pin_in, b"wrong-pin-1414\nwrong-pin-1414"),
    "PIN too long": (prompts.pin_in, b"wrong-pin-1414wrong-pin-1414"),
    "PIN with a zero byte": (prompts.pin_in, b"wrong-pin-1414\0"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_read_is_not_repeated(what: str, tmp_path: Path) -> None:
    read, content = FILES[what]
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- whatever is raised
        read(path)
    assert HUNT.found_in_error(caught.value) == []


def authenticate(card: Card, _: Specimen) -> None:
    card.issuer.authenticate(card.report().card_id, Secret(VALUE))


def equal_component(card: Card, specimen: Specimen) -> None:
    card.pin.verify(specimen.pin)
    card.group.set_component(Component(2, 3, component(1).value))


def other_component(card: Card, specimen: Specimen) -> None:
    card.pin.verify(specimen.pin)
    card.group.set_component(Component(1, 3, Secret(VALUE)))


def component_without_pin(card: Card, _: Specimen) -> None:
    card.group.set_component(Component(2, 3, Secret(VALUE)))


def personalise(card: Card, specimen: Specimen) -> None:
    values = Personalisation(Role.ORIGINAL, WRONG_PIN, WRONG_PIN, policy=PolicyFlags.NONE)
    card.issuer.personalise(values)


def encipher_without_key(card: Card, specimen: Specimen) -> None:
    card.pin.verify(specimen.pin)
    card.usage.encipher(VALUE, 0)


def decipher_nothing(card: Card, specimen: Specimen) -> None:
    card.pin.verify(specimen.pin)
    card.usage.generate(KeyType.RSA_2048)
    card.usage.decipher(RsaCryptogram(VALUE * 8))


def decipher_another_kind(card: Card, specimen: Specimen) -> None:
    card.pin.verify(specimen.pin)
    card.usage.generate(KeyType.P_256)
    sealed = Sealed.to(card.usage.public_key())
    HUNT.add("content", sealed.content)
    card.usage.decipher(RsaCryptogram(sealed.content * 8))


def cut_while_verifying(card: Card, specimen: Specimen) -> None:
    specimen.lab.cut(1)
    card.pin.verify(WRONG_PIN)


def cut_while_setting(card: Card, specimen: Specimen) -> None:
    card.pin.verify(specimen.pin)
    specimen.lab.cut(1)
    card.group.set_component(Component(2, 3, Secret(VALUE)))


REFUSALS: dict[str, Callable[[Card, Specimen], object]] = {
    "wrong PIN": lambda card, _: card.pin.verify(WRONG_PIN),
    "wrong old PIN": lambda card, it: card.pin.change(WRONG_PIN, it.pin),
    "wrong PUK": lambda card, it: card.pin.unblock(WRONG_PIN, it.pin),
    "PIN too short": lambda card, _: card.pin.verify(SHORT_PIN),
    "PIN too long": lambda card, _: card.pin.verify(Secret(VALUE)),
    "wrong issuer": authenticate,
    "component equal to another": equal_component,
    "place taken": other_component,
    "component without PIN": component_without_pin,
    "late personalisation": personalise,
    "encipher without a key": encipher_without_key,
    "cryptogram that does not open": decipher_nothing,
    "cryptogram of another kind": decipher_another_kind,
    "power cut while a PIN is verified": cut_while_verifying,
    "power cut while a component is set": cut_while_setting,
}


@pytest.mark.parametrize("what", REFUSALS)
def test_what_a_card_refused_is_not_repeated(bench: Bench, what: str) -> None:
    specimen = bench.at(Stage.ISSUED).original
    HUNT.add("component 1", component(1).value.reveal())
    HUNT.add("right PIN", specimen.pin.reveal())
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- whatever is raised
        REFUSALS[what](specimen.card(), specimen)
    assert HUNT.found_in_error(caught.value) == []
