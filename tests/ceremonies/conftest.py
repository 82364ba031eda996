"""The desk of the command line's tests, for ceremonies."""

from tests.cli.conftest import desk, duplicated, issued, templates

__all__ = ["desk", "duplicated", "issued", "templates"]
