"""The table of clients in docs/opensc.md, with Debian's OpenSC."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from tests.opensc.client_table import PAGE, with_table
from tests.opensc.clients import CLIENTS, Client, Task
from tests.opensc.conftest import Pair, make_pair
from tests.opensc.desks import Kind, desk, try_client
from tests.pcsc.service import PcscService

from twincard.keys.key_type import KeyType


def cases() -> Iterator[ParameterSet]:
    """Every client with every kind of card; those that another one answers for take long."""
    for client in CLIENTS:
        for kind in Kind:
            telling = kind is Kind.ORIGINAL or client.task is Task.DECRYPT
            marks = [] if telling else [pytest.mark.long]
            words = (client.act.__name__, kind.name)
            yield pytest.param(client, kind, marks=marks, id="-".join(words))


@pytest.fixture(scope="module", params=KeyType)
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A pair whose keys are all of one type."""
    made = make_pair(request.param, request.param)
    yield made
    made.close()


@pytest.mark.parametrize(("client", "kind"), list(cases()))
def test_a_client_does_what_the_page_says(
    client: Client, kind: Kind, pair: Pair, tmp_path: Path, pcsc_service: PcscService
) -> None:
    if not client.is_here:
        pytest.skip(f"{client.name} is not here")
    if client.rsa_only and not pair.is_rsa:
        pytest.skip("there is nothing to ask of a curve")
    with desk(pair, kind, tmp_path, pcsc_service) as at:
        try_client(client, at, kind)


def test_the_page_has_the_table() -> None:
    page = PAGE.read_text()
    assert with_table(page) == page
