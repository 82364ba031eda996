"""Simulated cards for the tests of other programs: fixtures of a pytest plugin, and their types.

The plugin (the extra `pytest`) is found by pytest itself, and gives these fixtures, each anew to
every test:

- `simulated_card`: a NamedCard that is blank but for the applet
- `issued_pair`: a CardPair, issued, without a key yet
- `duplicated_pair`: a DuplicatedPair: original and backup hold the same key
- `twincard_home`: the folder of the test's cards, which `TWINCARD_HOME` names

Their cards are opened by name, as `sim:original`, in this process and in others. A conftest.py may
define `twincard_key_type`, a fixture of the scope `session`, for another type of key than P-256.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.testing.cards import CardPair, DuplicatedPair, NamedCard

__all__ = ["CardPair", "DuplicatedPair", "NamedCard"]

__getattr__ = exports(__name__)
