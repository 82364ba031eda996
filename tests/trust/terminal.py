"""A terminal that sends a card of the bench whatever it likes, and sees every status word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import Specimen
from tests.card.wire import Command, exchange
from tests.interop.independent import objects
from tests.trust import blind
from tests.trust.blind import Export, Receipt, Ticket

from twincard.iso.status import Sw

ISO, OURS = 0x00, 0x80


class Terminal:
    """One card, its PIN verified until SELECT or reset."""

    def __init__(self, specimen: Specimen) -> None:
        self.specimen = specimen
        self.lab = specimen.lab
        self.unlock()
        self.card_id = specimen.card_id

    def unlock(self) -> None:
        """A new session; nobody is its peer."""
        self.specimen.unlocked()

    @property
    def certificate(self) -> bytes:
        """The card's own."""
        return self._done(Command(ISO, 0xCA, 0x7F, 0x21, answer=256))

    def device_keys(self) -> tuple[bytes, bytes, bytes]:
        """Device key, channel key, and the signature that binds them."""
        ((tag, value),) = objects(self._done(Command(ISO, 0xCA, 0x00, 0xE5, answer=256)))
        (_, device), (_, channel), (_, signature) = objects(value)
        assert tag == 0xE5
        return device, channel, signature

    def introduce(self, certificate: bytes) -> int:
        """VERIFY CERTIFICATE: the status word."""
        return self._exchange(Command(ISO, 0x2A, 0x00, 0xBE, certificate))[1]

    def meet(self, certificate: bytes) -> None:
        """The same, with success."""
        assert self.introduce(certificate) == Sw.DONE

    def get_ticket(self, original_id: bytes, mode: int, p1: int = 0) -> tuple[bytes, int]:
        """GET TICKET."""
        return self._exchange(Command(OURS, 0x20, p1, mode, original_id, 256))

    def ticket(self, original_id: bytes, mode: int = blind.BLIND) -> Ticket:
        """The same, with success."""
        data, sw = self.get_ticket(original_id, mode)
        assert sw == Sw.DONE
        return Ticket.parse(data)

    def export_key(self, ticket: bytes) -> tuple[bytes, int]:
        """EXPORT KEY."""
        return self._exchange(Command(OURS, 0x22, data=ticket, answer=256))

    def export(self, ticket: Ticket) -> Export:
        """The same, with success."""
        data, sw = self.export_key(ticket.encode())
        assert sw == Sw.DONE
        return Export.parse(data)

    def import_key(self, export: bytes) -> tuple[bytes, int]:
        """IMPORT KEY."""
        return self._exchange(Command(OURS, 0x24, data=export, answer=256))

    def take(self, export: Export) -> Receipt:
        """The same, with success."""
        data, sw = self.import_key(export.encode())
        assert sw == Sw.DONE
        return Receipt.parse(data)

    def confirm(self, receipt: bytes) -> int:
        """CONFIRM EXPORT: the status word."""
        return self._exchange(Command(OURS, 0x26, data=receipt))[1]

    def cancel(self) -> Receipt:
        """CANCEL TICKET, with success."""
        return Receipt.parse(self._done(Command(OURS, 0x28, answer=256)))

    def receipt(self) -> Receipt:
        """GET DATA E3, with success."""
        return Receipt.parse(self._done(Command(ISO, 0xCA, 0x00, 0xE3, answer=256)))

    @contextmanager
    def unmoved(self) -> Iterator[None]:
        """What is done inside leaves the card as it reports itself."""
        before = self._done(Command(ISO, 0xCA, 0x00, 0xE0, answer=256))
        yield
        assert self._done(Command(ISO, 0xCA, 0x00, 0xE0, answer=256)) == before

    def _done(self, command: Command) -> bytes:
        data, sw = self._exchange(command)
        assert sw == Sw.DONE, f"{sw:04X}"
        return data

    def _exchange(self, command: Command) -> tuple[bytes, int]:
        return exchange(self.lab, command, extended=True)
