"""A secret value in memory: PIN, PUK, key or component."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Never, Self


class Secret:
    """Bytes that do not leak through repr, logs, comparison times or pickles.

    Python may have made copies out of reach; `wipe` clears the one kept here, and `wiping` clears
    all that are made in a block.
    """

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: bytes | bytearray | str) -> None:
        """Text is taken as UTF-8. Raises TypeError, ValueError; neither shows the value."""
        self._value = _value_of(value)
        made = _made.get()
        if made is not None:
            made.append(self)

    def reveal(self) -> bytes:
        """The value itself: pass it on at once, and do not keep it."""
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


def check_secret(value: object, what: str) -> None:
    """Raise a TypeError, which does not show the value, where `what` is not a Secret."""
    if not isinstance(value, Secret):
        raise TypeError(f"{what} must be a Secret, not {type(value).__name__}")


def _value_of(value: object) -> bytearray:
    if isinstance(value, str):
        try:
            return bytearray(value.encode())
        except UnicodeEncodeError:  # the error would contain the text
            raise ValueError("the text of a Secret cannot be encoded in UTF-8") from None
    if not isinstance(value, bytes | bytearray):
        # bytearray() would take a number, such as a PIN, for a length.
        raise TypeError(f"a Secret is made from bytes or str, not from {type(value).__name__}")
    return bytearray(value)


_made: ContextVar[list[Secret] | None] = ContextVar("made", default=None)


@contextmanager
def wiping() -> Iterator[None]:
    """Wipe, at the end of the block, every Secret that was made in it, however the block ends.

    Secrets are wiped as soon as they are no longer needed; this covers the remaining paths, such as
    errors.
    """
    made: list[Secret] = []
    token = _made.set(made)
    try:
        yield
    finally:
        _made.reset(token)
        for secret in made:
            secret.wipe()
