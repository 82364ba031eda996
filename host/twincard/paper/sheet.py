"""One A4 page for one holder: a cover, the secret, what to do with it; folded so that it is inside.

cover          what the sheet is and for whom; the only part visible when it is folded
- - - - -      second fold, backwards
secret         the text to type, and a QR code of the file
- - - - -      first fold, forwards: the part below covers the secret
instructions
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode
from fpdf.fonts import TTFFont
from pylopdf_fonts_jp import sans_path

from twincard.ground.language import _

_FONT = "body"
_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 18.0  # mm, as all lengths here
_PANEL = _HEIGHT / 3
_QR = 46.0
_TEXT_WIDTH = _WIDTH - 2 * _MARGIN
_CLOSING = frozenset(")]、。，」』）】〉》・ー")  # noqa: RUF001


class PaperError(Exception):
    """A sheet that cannot be printed; the message is one plain sentence."""


@dataclass(frozen=True)
class Cell:
    """One thing to type: its small label and the characters, which are secret."""

    label: str
    text: str = field(repr=False)
    check_digit: bool = True
    """Whether the last character stands a little apart."""


@dataclass(frozen=True)
class Sheet:
    """The content of a page. `code` is the text of the QR code, as secret as the cells; or None."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    blanks: tuple[str, ...]
    warning: str
    heading: str
    cells: tuple[Cell, ...] = field(repr=False)
    columns: int
    code: str | None = field(repr=False)
    code_label: str
    instructions: tuple[str, ...]
    folds: tuple[str, str]
    break_anywhere: bool
    """Lines may break between any two characters, as Japanese ones do."""
    label_width: float = 4.0


def pdf_of(sheets: Sequence[Sheet], title: str) -> bytes:
    """The pages as a self-contained PDF. Raises PaperError."""
    pdf = FPDF(format="A4")
    pdf.add_font(_FONT, fname=sans_path())
    try:
        return _written(pdf, sheets, title)
    finally:
        for font in pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()  # FPDF leaves its file open


def _written(pdf: FPDF, sheets: Sequence[Sheet], title: str) -> bytes:
    pdf.set_auto_page_break(False)
    pdf.set_margin(_MARGIN)
    pdf.set_title(title)
    for sheet in sheets:
        pdf.add_page()
        _cover(pdf, sheet)
        _secret(pdf, sheet)
        _instructions(pdf, sheet)
        for fold, text in enumerate(sheet.folds, 1):
            _fold(pdf, fold * _PANEL, text)
    return bytes(pdf.output())


def _cover(pdf: FPDF, sheet: Sheet) -> None:
    _text(pdf, 15, 24, sheet.title)
    _text(pdf, 27, 15, sheet.subtitle)
    y = 40.0
    for name, value in sheet.facts:
        _text(pdf, y, 10, name, width=48)
        _text(pdf, y, 10, value, x=_MARGIN + 50, width=_TEXT_WIDTH - 50)
        y += 6.5
    for name in sheet.blanks:
        _text(pdf, y + 2, 10, name, width=48)
        pdf.line(_MARGIN + 50, y + 7.5, _MARGIN + 130, y + 7.5)
        y += 8.5
    _text(pdf, _PANEL - 12, 10, sheet.warning)


def _secret(pdf: FPDF, sheet: Sheet) -> None:
    top = _PANEL + 8
    _text(pdf, top, 11, sheet.heading)
    rows = -(-len(sheet.cells) // sheet.columns)
    wide = (_TEXT_WIDTH - _QR - 4) / sheet.columns
    high = (_PANEL - 28) / rows
    size = min(14.0, high * 1.45)
    for index, cell in enumerate(sheet.cells):
        row, column = divmod(index, sheet.columns)
        x, y = _MARGIN + column * wide, top + 11 + row * high
        wide_label = sheet.label_width
        _text(pdf, y + size * 0.07, size * 0.5, cell.label, x=x, width=wide_label, align="R")
        _spaced(pdf, x + wide_label + 2, y, size, cell)
    if sheet.code is None:
        return
    _code(pdf, _WIDTH - _MARGIN - _QR, top + 10, sheet.code)
    _text(
        pdf, top + 12 + _QR, 7.5, sheet.code_label, x=_WIDTH - _MARGIN - _QR, width=_QR, align="C"
    )


def _instructions(pdf: FPDF, sheet: Sheet) -> None:
    pdf.set_xy(_MARGIN, 2 * _PANEL + 8)
    pdf.set_font(_FONT, size=9.5)
    wrap = WrapMode.CHAR if sheet.break_anywhere else WrapMode.WORD
    for line in sheet.instructions:
        _check(pdf, line)
        wrapped = pdf.multi_cell(
            _TEXT_WIDTH, 4.7, line, wrapmode=wrap, dry_run=True, output=MethodReturnValue.LINES
        )
        text = line
        if sheet.break_anywhere:
            text = "\n".join(_without_leading_marks(cast("list[str]", wrapped)))
        pdf.multi_cell(
            _TEXT_WIDTH, 4.7, text, align="L", new_x="LMARGIN", new_y="NEXT", wrapmode=wrap
        )
        pdf.ln(1.6)


def _without_leading_marks(lines: Sequence[str]) -> list[str]:
    """Lines of which none begins with a closing mark: the character before it comes along."""
    moved = list(lines)
    for index in range(1, len(moved)):
        while moved[index][:1] in _CLOSING and len(moved[index - 1]) > 1:
            moved[index] = moved[index - 1][-1] + moved[index]
            moved[index - 1] = moved[index - 1][:-1]
    return moved


def _fold(pdf: FPDF, y: float, text: str) -> None:
    pdf.set_dash_pattern(dash=2, gap=2)
    pdf.line(0, y, _WIDTH, y)
    pdf.set_dash_pattern()
    _text(pdf, y - 4, 7, text, align="R")


def _code(pdf: FPDF, x: float, y: float, text: str) -> None:
    """A QR code (ISO/IEC 18004, level M) drawn as rectangles, so that no image file exists."""
    code = segno.make_qr(text, error="m")
    rows = [list(row) for row in code.matrix_iter(border=4)]
    module = _QR / len(rows)
    for down, row in enumerate(rows):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                place = (x + start * module, y + down * module)
                pdf.rect(*place, (end - start) * module, module, style="F")
            start = max(end, start + 1)


def _spaced(pdf: FPDF, x: float, y: float, size: float, cell: Cell) -> None:
    """Digits in columns of equal width; words as they are."""
    text = cell.text
    if not text.isupper() and not text.isdigit():
        _text(pdf, y, size, text, x=x, width=40)
        return
    pitch = size * 0.245
    for index, character in enumerate(text):
        last = cell.check_digit and index == len(text) - 1
        gap = pitch * 0.3 if last else 0.0
        _text(pdf, y, size, character, x=x + index * pitch + gap, width=pitch, align="C")


def _text(
    pdf: FPDF,
    y: float,
    size: float,
    text: str,
    *,
    x: float = _MARGIN,
    width: float = _TEXT_WIDTH,
    align: str = "L",
) -> None:
    pdf.set_font(_FONT, size=size)
    _check(pdf, text)
    pdf.c_margin = 0
    while size > 5 and pdf.get_string_width(text) > width:
        size -= 0.5
        pdf.set_font_size(size)
    pdf.set_xy(x, y)
    pdf.cell(width, size * 0.42, text, align=align)


def _check(pdf: FPDF, text: str) -> None:
    known = getattr(pdf.current_font, "cmap", {})
    missing = [character for character in text if ord(character) not in known]
    if missing:
        raise PaperError(
            _("The font of the mailers does not have the character {character!r}.").format(
                character=missing[0]
            )
        )
