"""The letter with PIN and PUK of one card, folded as the mailers of components are."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from twincard.keys.pin_letter import PinLetter
from twincard.paper.sheet import Cell, Sheet, pdf_of
from twincard.paper.words import WORDS, Language


@dataclass(frozen=True)
class LetterWords:
    """The sentences of a letter."""

    title: str
    roles: dict[str, str]
    card: str
    member: str
    heading: str
    instructions: tuple[str, ...]
    change: str
    """The instruction where the PIN is a transport PIN."""


@dataclass(frozen=True)
class LetterPrinting:
    """How a letter is printed; `member` is the member's number, or empty."""

    language: Language
    date: datetime.date
    member: str
    transport_pin: bool


def print_letter(letter: PinLetter, printing: LetterPrinting) -> bytes:
    """A PDF of one page. Raises PaperError."""
    common, words = WORDS[printing.language], _WORDS[printing.language]
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


_WORDS = {
    Language.ENGLISH: LetterWords(
        title="PIN and PUK of your smart card",
        roles={
            "original": "For the original, the card for daily use",
            "backup": "For the backup, the card that is kept in a safe",
        },
        card="Card id",
        member="Member number",
        heading="PIN and PUK of this card only",
        instructions=(
            "The card asks for the PIN before it decrypts or signs. After 3 wrong PINs in a row "
            "the PIN is blocked. `twincard card unblock` then sets a new PIN with the PUK. After "
            "10 wrong PUKs the PUK is blocked for good.",
            "1. If this letter was opened before it reached you, do not use the card. Report it "
            "at once.",
            "2. Fold the sheet again and keep it apart from the card, where only you can get it.",
            "3. You may change the PIN at any time with `twincard card pin`.",
            "Nobody will ever ask you for the PIN or the PUK. Never copy, photograph or send this "
            "letter.",
        ),
        change="This is a transport PIN. Change it with `twincard card pin` before you use the "
        "card.",
    ),
    Language.JAPANESE: LetterWords(
        title="IC カードの PIN と PUK",
        roles={
            "original": "原本カード (日常使うカード) 用",
            "backup": "予備カード (金庫に保管するカード) 用",
        },
        card="カード ID",
        member="会員番号",
        heading="このカードだけの PIN と PUK",
        instructions=(
            "復号や署名の前に、カードは PIN を求めます。続けて 3 回間違えると PIN がロック"
            "されます。そのときは twincard card unblock で、PUK を使って新しい PIN を設定"
            "できます。PUK を 10 回間違えると、PUK は二度と使えません。",
            "1. お手元に届く前に開封されていたときは、カードを使わず、すぐに知らせてください。",
            "2. 元どおりに折り、カードとは別の、ご本人だけが取り出せる場所に保管してください。",
            "3. PIN は twincard card pin でいつでも変更できます。",
            "PIN や PUK をお尋ねすることは決してありません。複写・撮影・送信をしないでください。",
        ),
        change="これは輸送用 PIN です。カードを使う前に twincard card pin で変更してください。",
    ),
}
