"""The pytest plugin. pytest imports it at every start: it imports nothing before a fixture runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from twincard.keys.key_type import KeyType
    from twincard.testing.cards import CardPair, DuplicatedPair, NamedCard
    from twincard.testing.templates import Templates


@pytest.fixture(scope="session")
def twincard_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """What the other fixtures copy; one for each worker of pytest-xdist."""
    from twincard.testing.templates import Templates

    templates = Templates(tmp_path_factory.mktemp("twincard"))
    yield templates
    templates.close()


@pytest.fixture(scope="session")
def twincard_key_type() -> KeyType:
    """The type of the key of `duplicated_pair`: P-256, unless a conftest.py says otherwise."""
    from twincard.keys.key_type import KeyType

    return KeyType.P_256


@pytest.fixture
def twincard_home(
    twincard_templates: Templates,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """The folder of this test's simulated cards, in this process and those that it starts."""
    folder = tmp_path_factory.mktemp("cards")
    monkeypatch.setenv("TWINCARD_HOME", str(folder))
    with twincard_templates.serving():
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def simulated_card(twincard_home: Path, twincard_templates: Templates) -> NamedCard:
    """The card `sim:card`, blank but for the applet."""
    return twincard_templates.card(twincard_home)


@pytest.fixture
def issued_pair(twincard_home: Path, twincard_templates: Templates) -> CardPair:
    """The cards `sim:issued-original` and `sim:issued-backup`, without a key yet."""
    return twincard_templates.issued(twincard_home)


@pytest.fixture
def duplicated_pair(
    twincard_home: Path, twincard_templates: Templates, twincard_key_type: KeyType
) -> DuplicatedPair:
    """The cards `sim:original` and `sim:backup`, which hold the same key."""
    return twincard_templates.duplicated(twincard_home, twincard_key_type)
