"""Files with a component or a share: text, or a picture of the mailer's QR code."""

from __future__ import annotations

from pathlib import Path

from twincard.cli.terminal.errors import InputError
from twincard.ground.language import _, told_by
from twincard.keys.codes import parse_code
from twincard.keys.component import Component, ComponentError, component_of
from twincard.keys.shares import Share, ShareError, share_of

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_MOST_TEXT_BYTES = 4096
_MOST_PICTURE_BYTES = 32 << 20
_SHARE_TITLE = b"twincard share"


def component_in(path: Path) -> Component:
    """The component in a file. Raises InputError, ComponentError, OSError."""
    content = _content(path)
    if not content.startswith(_PICTURES):
        return component_of(content, path)
    found = _pictured(content, path)
    if isinstance(found, Share):
        raise InputError(
            _("{path} shows a share, not a component: `twincard group join` joins shares.").format(
                path=path
            )
        )
    return found


def share_in(path: Path) -> Share:
    """The share in a file. Raises InputError, ShareError, OSError."""
    content = _content(path)
    if not content.startswith(_PICTURES):
        return share_of(content, path)
    found = _pictured(content, path)
    if isinstance(found, Component):
        raise InputError(_("{path} shows a component, not a share.").format(path=path))
    return found


def part_in(path: Path) -> Component | Share:
    """The component or share in a file. Raises InputError, ComponentError, ShareError, OSError."""
    content = _content(path)
    if content.startswith(_PICTURES):
        return _pictured(content, path)
    if content[: len(_SHARE_TITLE)].lower() == _SHARE_TITLE:
        return share_of(content, path)
    return component_of(content, path)


def _content(path: Path) -> bytes:
    """The content of a file, read once because it may be a pipe; of texts, only the start."""
    with path.open("rb") as file:
        content = file.read(_MOST_TEXT_BYTES + 1)
        if content.startswith(_PICTURES):
            content += file.read(_MOST_PICTURE_BYTES + 1 - len(content))
    return content


def _pictured(content: bytes, path: Path) -> Component | Share:
    if len(content) > _MOST_PICTURE_BYTES:
        raise InputError(_("{path} is too large for a picture of a mailer.").format(path=path))
    try:
        # What the extra `scan` brings is not needed for anything else.
        from twincard.paper.pictures import PictureError, code_in_picture
    except ModuleNotFoundError:
        raise InputError(
            _("Pictures need more Python packages: pip install 'twincard[scan]'.")
        ) from None
    try:
        with code_in_picture(content) as text:
            return parse_code(text)
    except (PictureError, ComponentError, ShareError) as error:
        told = _("{path}: {sentence}").format(path=path, sentence=told_by(error))
        raise InputError(told) from None
