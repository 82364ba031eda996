"""What is asked of pyscard, in which order; a recorder stands in for pyscard and its service."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from twincard.transport import CardGoneError, CardInUseError, CardNotFoundError
from twincard.transport.pcsc import PcscCard

EXCLUSIVE = {"mode": "exclusive", "disposition": "unpower"}
SHARING_VIOLATION = -2146435061


class ReaderError(Exception):
    def __init__(self, hresult: int = -1) -> None:
        self.hresult = hresult


class NoCardError(ReaderError):
    pass


class Recorder:
    """One card connection of pyscard: keeps what it was asked, and fails where a test says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing: dict[str, Exception] = {}

    def createConnection(self) -> Recorder:  # noqa: N802 -- pyscard's name
        return self

    def __getattr__(self, name: str) -> Any:
        def ask(**options: str) -> None:
            self.asked.append(name)
            if name in ("connect", "reconnect"):
                assert options == EXCLUSIVE
            if name in self.failing:
                raise self.failing[name]

        return ask


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """A reader whose connection records."""
    contents: dict[str, dict[str, object]] = {
        "smartcard": {},
        "smartcard.Exceptions": {"NoCardException": NoCardError, "SmartcardException": ReaderError},
        "smartcard.ExclusiveTransmitCardConnection": {
            "ExclusiveTransmitCardConnection": lambda connection: connection
        },
        "smartcard.scard": {
            "SCARD_E_SHARING_VIOLATION": SHARING_VIOLATION,
            "SCARD_SHARE_EXCLUSIVE": "exclusive",
            "SCARD_UNPOWER_CARD": "unpower",
        },
    }
    for name, members in contents.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return Recorder()


def test_a_reset_cuts_the_power_and_leaves_the_card_exclusive_and_locked(reader: Recorder) -> None:
    card = PcscCard(reader)
    assert reader.asked == ["connect", "lock"]
    card.reset()
    assert reader.asked[2:] == ["unlock", "reconnect", "lock"]


@pytest.mark.parametrize("failure", [ReaderError(), TypeError()])
def test_a_card_is_let_go_even_when_it_cannot_be_unlocked(
    reader: Recorder, failure: Exception
) -> None:
    card = PcscCard(reader)
    reader.failing["unlock"] = failure
    card.close()
    card.close()
    assert reader.asked == ["connect", "lock", "unlock", "disconnect"]


@pytest.mark.parametrize("step", ["unlock", "reconnect", "lock"])
def test_a_card_that_cannot_be_reset_is_let_go(reader: Recorder, step: str) -> None:
    card = PcscCard(reader)
    reader.failing[step] = NoCardError()
    with pytest.raises(CardGoneError):
        card.reset()
    assert reader.asked[-1] == "disconnect"


def test_a_card_that_cannot_be_locked_is_let_go(reader: Recorder) -> None:
    reader.failing["lock"] = ReaderError()
    with pytest.raises(CardGoneError):
        PcscCard(reader)
    assert reader.asked[-1] == "disconnect"


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (NoCardError(), CardNotFoundError),
        (ReaderError(SHARING_VIOLATION), CardInUseError),
        (ReaderError(), CardGoneError),
    ],
)
def test_why_a_card_cannot_be_had_is_told(
    reader: Recorder, failure: ReaderError, error: type[Exception]
) -> None:
    reader.failing["connect"] = failure
    with pytest.raises(error):
        PcscCard(reader)
