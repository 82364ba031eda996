"""twincard: a key that never leaves its smart card in the clear, and that you still cannot lose.

    from twincard import Card, Secret, connect

    with Card(connect("sim:alice")) as card:
        print(card.report().card_id.hex())

`connect` opens a simulated card or one in a PC/SC reader, and `Card` is the session with it.
Public, and stable by semantic versioning, are the names in `__all__` here and in these modules:

- `twincard.card`: the session with one card, its parts, its state report, its errors
- `twincard.protocols`: what takes two cards, or a card and files: issue, duplicate, recover
- `twincard.files`: encrypted files
- `twincard.keys`: public keys, components, issuer's keys, shares, certificates
- `twincard.transport`: ways to a card, simulated cards, traces
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twincard.card.session import Card
    from twincard.keys.secret import Secret
    from twincard.transport import connect

__all__ = ["Card", "Secret", "connect"]

_HOMES = {"Card": "card.session", "Secret": "keys.secret", "connect": "transport"}


def __getattr__(name: str) -> object:
    """Looked up when first asked for: the command line must hear Ctrl-C while it is loaded."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
