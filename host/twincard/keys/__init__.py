"""Keys and secrets outside a card: public keys, components and shares, what issuers keep.

Secrets are of the type Secret, which no repr, log or pickle gives away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.keys.component import (
        Component,
        ComponentError,
        draw_component,
        draw_group,
        format_component,
        parse_component,
        read_component,
        write_component,
    )
    from twincard.keys.key_type import KeyAlgorithm, KeyType
    from twincard.keys.management_keys import ManagementKeysError, read_management_keys
    from twincard.keys.public import PublicKey, UnusablePublicKeyError
    from twincard.keys.secret import Secret
    from twincard.keys.shares import (
        Share,
        ShareError,
        join_shares,
        read_share,
        split_component,
        write_share,
    )
    from twincard.keys.store import FileKeyStore, KeyStore
    from twincard.keys.transport_key import TransportKeyError, read_transport_key

__all__ = [
    "Component",
    "ComponentError",
    "FileKeyStore",
    "KeyAlgorithm",
    "KeyStore",
    "KeyType",
    "ManagementKeysError",
    "PublicKey",
    "Secret",
    "Share",
    "ShareError",
    "TransportKeyError",
    "UnusablePublicKeyError",
    "draw_component",
    "draw_group",
    "format_component",
    "join_shares",
    "parse_component",
    "read_component",
    "read_management_keys",
    "read_share",
    "read_transport_key",
    "split_component",
    "write_component",
    "write_share",
]

__getattr__ = exports(__name__)
