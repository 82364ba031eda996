"""The table of clients in docs/opensc.md, with a newer OpenSC."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.opensc.clients import CLIENTS, Client
from tests.opensc.conftest import Pair, make_pair
from tests.opensc.desks import Kind, desk, try_client
from tests.opensc.newer.conftest import OpenSc
from tests.pcsc.service import PcscService

from twincard.keys.key_type import KeyType


@pytest.fixture(scope="module", params=KeyType)
def loose_pair(request: pytest.FixtureRequest, newer: OpenSc) -> Iterator[Pair]:
    """A pair whose keys are all of one type, in no reader yet."""
    assert newer.module.exists()
    made = make_pair(request.param, request.param)
    yield made
    made.close()


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.act.__name__)
def test_a_client_does_what_the_page_says(
    client: Client,
    kind: Kind,
    loose_pair: Pair,
    newer: OpenSc,
    tmp_path: Path,
    pcsc_service: PcscService,
) -> None:
    if not client.is_here:
        pytest.skip(f"{client.name} is not here")
    if client.rsa_only and not loose_pair.is_rsa:
        pytest.skip("there is nothing to ask of a curve")
    with desk(loose_pair, kind, tmp_path, pcsc_service, newer.prefix) as at:
        try_client(client, at, kind)
