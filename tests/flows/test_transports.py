"""However commands reach the card, and however its chip receives, the flows are the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.host.story import Story
from tests.host.transports import TRANSPORTS

from twincard.card.report import Mode
from twincard.keys.key_type import KeyType


@pytest.fixture(scope="module", params=TRANSPORTS)
def story(request: pytest.FixtureRequest) -> Iterator[Story]:
    with Story(TRANSPORTS[request.param]) as story:
        yield story
        assert story.faults() == []


@pytest.mark.parametrize(
    ("key", "mode"), [(KeyType.P_256, Mode.HOST_BLIND), (KeyType.RSA_2048, Mode.BASE)]
)
def test_a_key_is_issued_duplicated_used_and_recovered(
    story: Story, key: KeyType, mode: Mode, tmp_path: Path
) -> None:
    story.tell(key, mode, tmp_path)
