"""An attacking terminal, which keeps all that it carries and knows every component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twincard.card.duplication import ExportedKey, Ticket
from twincard.card.report import Mode
from twincard.card.session import Card
from twincard.iso import tlv
from twincard.keys.component import Component
from twincard.keys.derivation import GroupKey
from twincard.keys.key_type import KeyType
from twincard.keys.keyblock import EC_HEADER, RSA_HEADER, KeyBlockError, open_block

_HEADERS = {KeyType.RSA_2048: RSA_HEADER, KeyType.P_256: EC_HEADER}


@dataclass(frozen=True)
class Carried:
    """Ticket and exported key, as the terminal carried them from card to card."""

    ticket: Ticket
    key: ExportedKey
    group_id: bytes

    @classmethod
    def between(cls, original: Card, backup: Card, mode: Mode = Mode.HOST_BLIND) -> Carried:
        """Ask both cards again while the export is pending; they repeat their answers."""
        report = original.report()
        assert report.group is not None  # noqa: S101 -- it exports
        ticket = backup.duplication.ticket(report.card_id, mode)
        return cls(ticket, original.duplication.export_key(ticket), report.group.group_id)

    def opens(self, components: Sequence[Component], key_type: KeyType) -> bool:
        """Whether all components together open the key block."""
        values = [component.value.reveal() for component in components]
        content = tlv.decode(tlv.decode_one(self.ticket.encoded, 0xE1))[0].value
        kbpk = GroupKey.from_components(values, self.group_id).kbpk(content)
        try:
            open_block(kbpk, self.key.key_block, _HEADERS[key_type])
        except KeyBlockError:
            return False
        return True
