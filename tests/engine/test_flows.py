"""The flows in another Java Card simulator; run by `make test-engine ENGINE=jar`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.cards import EngineCard
from tests.host.story import Story

from twincard.card.report import Mode
from twincard.keys.key_type import KeyType

APPLETS = {
    "full": "twincard.card.ExtendedTrustTwinCardApplet",
    "full-short": "twincard.card.TrustTwinCardApplet",
    "base": "twincard.card.ExtendedTwinCardApplet",
}


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Path:
    """The simulator given."""
    given = request.config.getoption("--engine")
    if given is None:
        pytest.skip("no --engine: see make test-engine")
    return Path(given)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("key", KeyType)
@pytest.mark.parametrize("build", APPLETS)
@pytest.mark.parametrize("protocol", ["T=0", "T=1"])
def test_a_key_is_issued_duplicated_used_and_recovered(
    engine: Path, protocol: str, build: str, key: KeyType, mode: Mode, tmp_path: Path
) -> None:
    if build == "base" and mode is Mode.HOST_BLIND:
        pytest.skip("the base build has no host-blind mode")
    with Story(lambda: EngineCard(engine, protocol, APPLETS[build])) as story:
        story.tell(key, mode, tmp_path)
