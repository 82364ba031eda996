"""The letter with PIN and PUK of one card, folded as the mailers of components are."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from twincard.keys.pin_letter import PinLetter
from twincard.paper.letter_words import LETTER_WORDS
from twincard.paper.sheet import Cell, Sheet, pdf_of
from twincard.paper.words import WORDS, Language


@dataclass(frozen=True)
class LetterPrinting:
    """How a letter is printed; `member` is the member's number, or empty."""

    language: Language
    date: datetime.date
    member: str
    transport_pin: bool


def print_letter(letter: PinLetter, printing: LetterPrinting) -> bytes:
    """A PDF of one page. Raises PaperError."""
    common, words = WORDS[printing.language], LETTER_WORDS[printing.language]
    member = ((words.member, printing.member),) if printing.member else ()
    change = (words.change,) if printing.transport_pin else ()
    sheet = Sheet(
        title=words.title,
        subtitle=words.roles[letter.role],
        facts=(
            *member,
            (words.card, letter.card_id.hex()),
            (common.date, printing.date.isoformat()),
        ),
        blanks=(common.holder, common.received),
        warning=common.warning,
        heading=words.heading,
        cells=(
            Cell("PIN", letter.pin.reveal().decode("ascii"), check_digit=False),
            Cell("PUK", letter.puk.reveal().decode("ascii"), check_digit=False),
        ),
        columns=1,
        code=None,
        code_label="",
        instructions=(*words.instructions, *change),
        folds=common.folds,
        break_anywhere=common.break_anywhere,
        label_width=12,
    )
    return pdf_of([sheet], words.title)
