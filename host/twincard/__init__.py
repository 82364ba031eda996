"""twincard: a key that never leaves its smart card in the clear, and that you still cannot lose.

    from twincard import Card, Secret, connect

    with Card(connect("sim:alice")) as card:
        print(card.report().card_id.hex())

`connect` opens a simulated card or one in a PC/SC reader, and `Card` is the session with it.
Public, and stable by semantic versioning, are the names in `__all__` here and in these modules:

- `twincard.card`: the session with one card, its parts, its state report, its errors
- `twincard.flows`: what takes two cards, or a card and files: issue, duplicate, recover
- `twincard.cms`: encrypted files
- `twincard.mail`: S/MIME messages and mailboxes
- `twincard.keys`: public keys, components, shares, transport keys
- `twincard.identity`: certificates of cards and keys, the issuer's signing key
- `twincard.transport`: ways to a card, traces
- `twincard.simulator`: simulated cards
- `twincard.testing`: simulated cards for the tests of other programs
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.card.session import Card
    from twincard.keys.secret import Secret
    from twincard.transport import connect

__all__ = ["Card", "Secret", "connect"]

__getattr__ = exports(__name__)
