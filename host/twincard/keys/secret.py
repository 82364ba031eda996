"""A secret value in memory: PIN, PUK, key or component."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Never, Self


class Secret:
    """Bytes that no repr, log, comparison time or pickle gives away.

    Python may have made copies that nobody can reach; `wipe` clears the one kept here, and `wiping`
    does so for all that are made in a block.
    """

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: bytes | bytearray | str) -> None:
        """Text is taken as UTF-8."""
        self._value = bytearray(value.encode() if isinstance(value, str) else value)
        made = _made.get()
        if made is not None:
            made.append(self)

    def reveal(self) -> bytes:
        """The value itself, to be handed on at once and kept nowhere."""
        return bytes(self._value)

    def wipe(self) -> None:
        """Overwrite the value with zero bytes and forget its length."""
        self._value[:] = bytes(len(self._value))
        self._value.clear()

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value, other._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> Never:
        raise TypeError("a Secret is not pickled")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()


_made: ContextVar[list[Secret] | None] = ContextVar("made", default=None)


@contextmanager
def wiping() -> Iterator[None]:
    """Wipe, at the end of the block, every Secret that was made in it, however the block ends.

    Secrets are wiped as soon as they are not needed any more where that is known; this is for all
    the ways on which it is not, such as errors.
    """
    made: list[Secret] = []
    token = _made.set(made)
    try:
        yield
    finally:
        _made.reset(token)
        for secret in made:
            secret.wipe()
