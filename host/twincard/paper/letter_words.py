"""What the letter with PIN and PUK says, in each language."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.paper.words import Language


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


LETTER_WORDS = {
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
