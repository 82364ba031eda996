"""Files that others could write to: each fails alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twincard.cms.errors import FilesError
from twincard.ground.language import _
from twincard.iso.status import CardError
from twincard.transport.connection import TransportError


@contextmanager
def failing_alone() -> Iterator[None]:
    """Turn any error of a hostile file into a FilesError. Those of cards and readers pass."""
    try:
        yield
    except (FilesError, OSError, CardError, TransportError):
        raise
    except Exception as error:
        name = type(error).__name__
        raise FilesError(
            _("The file could not be processed ({name}).").format(name=name)
        ) from error
