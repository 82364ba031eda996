"""A key that can only sign, in a form that the builders of cryptography accept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, Self

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

from twincard.keys.public import PublicKey


@dataclass(frozen=True)
class SigningKey:
    """A signing key: its public key, and a function that signs a SHA-256 hash.

    RSA: RSASSA-PKCS1-v1_5; EC: a DER ECDSA-Sig-Value.
    """

    public: PublicKey
    sign: Callable[[bytes], bytes]


def for_builder(key: SigningKey) -> CertificateIssuerPrivateKeyTypes:
    """A private key that signs with SHA-256 and supports nothing else."""
    public = key.public.loaded()
    if isinstance(public, rsa.RSAPublicKey):
        return _RsaKey(public, key.sign)
    return _EcKey(public, key.sign)


class _NothingElse:
    """Operations that the interface demands and a card does not have."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def private_numbers(self) -> NoReturn:
        _refuse()

    def private_bytes(self, *_: object) -> NoReturn:
        _refuse()


class _RsaKey(_NothingElse, rsa.RSAPrivateKey):
    def __init__(self, public: rsa.RSAPublicKey, sign: Callable[[bytes], bytes]) -> None:
        self._public = public
        self._sign = sign

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    def sign(self, data: bytes | bytearray | memoryview, *_: object) -> bytes:
        return self._sign(hashlib.sha256(data).digest())

    def decrypt(self, *_: object) -> NoReturn:
        _refuse()


class _EcKey(_NothingElse, ec.EllipticCurvePrivateKey):
    def __init__(self, public: ec.EllipticCurvePublicKey, sign: Callable[[bytes], bytes]) -> None:
        self._public = public
        self._sign = sign

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    def sign(self, data: bytes | bytearray | memoryview, *_: object) -> bytes:
        return self._sign(hashlib.sha256(data).digest())

    def exchange(self, *_: object) -> NoReturn:
        _refuse()


def _refuse() -> NoReturn:
    raise NotImplementedError("a key on a card gives signatures only")
