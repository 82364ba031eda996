"""How fast a simulated card answers in a virtual reader: through pcscd, vpcd and `sim serve`."""

from __future__ import annotations

import os
from pathlib import Path

from tests.pcsc.service import SOCKET_NAME, SOCKET_VARIABLE, PcscService
from tests.pcsc.serving import Serving

from tools.bench.speed import seconds_of_reports
from twincard.card.session import Card
from twincard.simulator.folder import HOME_VARIABLE, create_card
from twincard.transport.pcsc import open_reader

_APDUS = 10_000


def measure_reader_rate(folder: Path) -> float:
    """Commands per second that write nothing."""
    os.environ[HOME_VARIABLE] = str(folder / "cards")
    os.environ[SOCKET_VARIABLE] = str(folder / SOCKET_NAME)
    create_card("rate")
    service = PcscService(folder)
    service.start()
    try:
        with Serving("rate", service.readers[0]):
            connection = open_reader(service.readers[0].name)
            Card(connection)
            seconds_of_reports(connection, _APDUS)
            rate = _APDUS / seconds_of_reports(connection, _APDUS)
            connection.close()
    finally:
        service.stop()
    return rate
