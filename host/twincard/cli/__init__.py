"""The command line `twincard`."""

from __future__ import annotations

from twincard.cli.app import main

__all__ = ["main"]
