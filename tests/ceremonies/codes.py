"""Pictures of QR codes, as a telephone or a scanner makes them."""

from __future__ import annotations

import io
from pathlib import Path

import segno
from PIL import Image

from twincard.keys.component import Component, format_component
from twincard.keys.shares import Share, format_share


def text_of(part: Component | Share) -> str:
    """What the QR code of a mailer says."""
    return format_component(part) if isinstance(part, Component) else format_share(part)


def picture_of(*texts: str, kind: str = "PNG") -> bytes:
    """One picture with a code for each text, side by side."""
    codes = []
    for text in texts:
        drawn = io.BytesIO()
        segno.make_qr(text, error="m").save(drawn, kind="png", scale=4, border=4)
        codes.append(Image.open(drawn).convert("RGB"))
    wide = sum(code.width for code in codes) or 200
    high = max((code.height for code in codes), default=200)
    picture = Image.new("RGB", (wide, high), "white")
    left = 0
    for code in codes:
        picture.paste(code, (left, 0))
        left += code.width
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()


def write_picture(path: str, *texts: str, kind: str = "PNG") -> None:
    """The same as a file."""
    Path(path).write_bytes(picture_of(*texts, kind=kind))
