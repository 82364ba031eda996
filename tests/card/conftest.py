"""One program for the cards that a module's tests start themselves."""

from tests.one_program import shared

__all__ = ["shared"]
