"""Files with a component or a share: text, or a picture of the mailer's QR code."""

from __future__ import annotations

from pathlib import Path

from twincard.cli.terminal.errors import InputError
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _, told_by
from twincard.keys.codes import parse_code
from twincard.keys.component import Component, ComponentError, read_component
from twincard.keys.shares import Share, ShareError, read_share

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_MOST_PICTURE_BYTES = 32 << 20
_SHARE_TITLE = b"twincard share"


def component_in(path: Path) -> Component:
    """The component in a file. Raises InputError, ComponentError, OSError."""
    if not _is_picture(path):
        return read_component(path)
    found = _pictured(path)
    if isinstance(found, Share):
        raise InputError(
            _("{path} shows a share, not a component: `twincard group join` joins shares.").format(
                path=path
            )
        )
    return found


def share_in(path: Path) -> Share:
    """The share in a file. Raises InputError, ShareError, OSError."""
    if not _is_picture(path):
        return read_share(path)
    found = _pictured(path)
    if isinstance(found, Component):
        raise InputError(_("{path} shows a component, not a share.").format(path=path))
    return found


def part_in(path: Path) -> Component | Share:
    """Whichever of the two a file holds. Raises InputError, ComponentError, ShareError, OSError."""
    if _is_picture(path):
        return _pictured(path)
    return read_share(path) if _begins(path, _SHARE_TITLE) else read_component(path)


def _is_picture(path: Path) -> bool:
    return any(_begins(path, magic) for magic in _PICTURES)


def _begins(path: Path, start: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(start)).lower() == start.lower()


def _pictured(path: Path) -> Component | Share:
    try:
        # What the extra `scan` brings is not needed for anything else.
        from twincard.paper.pictures import PictureError, code_in_picture
    except ModuleNotFoundError:
        raise InputError(
            _("Pictures need more Python packages: pip install 'twincard[scan]'.")
        ) from None
    content = read_bounded(path, _MOST_PICTURE_BYTES)
    if content is None:
        raise InputError(_("{path} is too large for a picture of a mailer.").format(path=path))
    try:
        with code_in_picture(content) as text:
            return parse_code(text)
    except (PictureError, ComponentError, ShareError) as error:
        told = _("{path}: {sentence}").format(path=path, sentence=told_by(error))
        raise InputError(told) from None
