"""Pictures of a mailer's QR code: photographs and scans, as PNG or JPEG."""

from __future__ import annotations

import io
import warnings

import zxingcpp
from PIL import Image

from twincard.ground.language import _
from twincard.keys.secret import Secret

_FORMATS = ("PNG", "JPEG")
_MOST_PIXELS = 100_000_000
"""More than a picture of one code needs; decoding even more would take too much memory."""


class PictureError(ValueError):
    """A picture that shows no QR code, or several; the message is one plain sentence."""


def code_in_picture(content: bytes) -> Secret:
    """The text of the one QR code in a PNG or JPEG picture. Raises PictureError."""
    picture = _opened(content)
    try:
        codes = {found.bytes for found in zxingcpp.read_barcodes(picture, _qr()) if found.valid}
    finally:
        _wipe(picture)
    if not codes:
        raise PictureError(
            _(
                "There is no QR code in the picture that can be read. Take a sharp picture of the "
                "whole code."
            )
        )
    if len(codes) > 1:
        raise PictureError(_("There are several QR codes in the picture. Leave only one."))
    return Secret(codes.pop())


def _qr() -> zxingcpp.BarcodeFormats:
    # Hex digits beside the code may look like a barcode of another kind.
    return zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def _wipe(picture: Image.Image) -> None:
    """The pixels are the secret, too."""
    picture.paste(0, (0, 0, *picture.size))
    picture.close()


def _opened(content: bytes) -> Image.Image:
    """The picture in shades of grey, decoded whole."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its size is judged here
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
        if picture.width * picture.height <= _MOST_PIXELS:
            try:
                return picture.convert("L")
            finally:
                _wipe(picture)
    except Image.DecompressionBombError:
        pass
    except Exception:  # decoders raise many kinds; their messages may quote the picture
        raise PictureError(_("The picture is damaged and cannot be read.")) from None
    raise PictureError(
        _("The picture is too large: at most {most} million pixels.").format(
            most=_MOST_PIXELS // 1_000_000
        )
    )
