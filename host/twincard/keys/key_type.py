"""Types of the keys of cards, and algorithms of anybody's public keys."""

from __future__ import annotations

from enum import Enum, StrEnum


class KeyAlgorithm(Enum):
    """The public-key algorithms that twincard knows."""

    RSA = "RSA"
    EC = "EC P-256"


class KeyType(StrEnum):
    """Types of the key pairs of cards; the values are those of the command line and of JSON."""

    RSA_2048 = "rsa2048"
    P_256 = "p256"

    @property
    def algorithm(self) -> KeyAlgorithm:
        """What a public key of this type is."""
        return KeyAlgorithm.RSA if self is KeyType.RSA_2048 else KeyAlgorithm.EC

    @property
    def number(self) -> int:
        """The type on the wire (docs/card-interface.md, "State report")."""
        return _NUMBERS[self]

    @classmethod
    def of_number(cls, number: int) -> KeyType:
        """The type with this number; raises ValueError for any other."""
        for key_type, known in _NUMBERS.items():
            if known == number:
                return key_type
        raise ValueError(f"no key type {number}")


_NUMBERS = {KeyType.RSA_2048: 1, KeyType.P_256: 2}
