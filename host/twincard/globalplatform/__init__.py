"""GlobalPlatform's card manager, which loads the applet onto a card.

`cap` reads CAP files, `manager` is the session with the security domain that loads and installs
(its keys: twincard.keys.management_keys). The clauses are those of the GlobalPlatform Card
Specification 2.3.1, of its Amendment D for SCP03, and of the Java Card VM Specification 3.0.4.

GlobalPlatformPro is never called: it accepts the installation parameters, which contain the
transport key, only as command-line arguments (docs/real-card.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.globalplatform.cap import CapError, CapFile
    from twincard.globalplatform.manager import CardManager, WrongManagementKeysError

__all__ = [
    "CapError",
    "CapFile",
    "CardManager",
    "WrongManagementKeysError",
]

__getattr__ = exports(__name__)
