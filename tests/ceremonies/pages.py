"""A PDF as somebody with a viewer and a telephone sees it."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
import zxingcpp

_SCALE = 2.5
# Hex digits of a page may look like a barcode of another kind.
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True)
class Page:
    """The text of a page, and what the QR codes on it say."""

    text: str
    codes: tuple[str, ...]


def pages_of(pdf: bytes) -> list[Page]:
    """The pages, drawn by a renderer that is not ours."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_page(document[number]) for number in range(len(document))]
    finally:
        document.close()


def _page(page: pypdfium2.PdfPage) -> Page:
    picture = page.render(scale=_SCALE).to_pil()
    codes = tuple(found.text for found in zxingcpp.read_barcodes(picture, _QR))
    return Page(page.get_textpage().get_text_bounded(), codes)
