"""One run of every command that succeeds, with places for what can be wrong about it.

In its words `{a}` and `{b}` stand for readers, `{pin}`, `{puk}` and `{key}` for files with secrets,
`{out}` for the folder that results go to. `{manager}` is a reader whose card has no applet yet:
what can go wrong with those is in tests/loading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from tests.bench import Stage

ORIGINAL, BACKUP, NEXT, OTHER = "sim:花子", "sim:控え", "sim:次", "sim:他"
LETTER, SEALED = "手紙.txt", "手紙.txt.p7m"
SIGNED = "署名.p7m"
DRAFT, MAIL = "下書き.eml", "便り.eml"
SHARED = "二人.p7m"
"""Encrypted to the first two of the readers of which the cards have keys."""


@dataclass(frozen=True)
class Row:
    """A command's words, and the cards that they are about."""

    words: str
    a: str = ORIGINAL
    b: str = BACKUP
    stage: Stage = Stage.DUPLICATED
    transport_pin: bool = False
    """Whether the cards still have the PIN that serves duplication alone."""
    signs: bool = False
    """Whether the card has a signature key, whose certificate is in a file."""
    has_contact: bool = False
    """Whether the card has somebody's key in place 1."""
    asks: tuple[str, ...] = field(default=())
    """The options without which a terminal is asked."""

    def uses(self, place: str) -> bool:
        """Whether the words have a place for this: `a`, `b`, `pin`, `puk`, `key`, `out`."""
        return f"{{{place}}}" in self.words

    def filled(self, **places: str) -> list[str]:
        """The words, with files of the right secrets and this folder where nothing else is said."""
        usual = {
            "a": self.a,
            "b": self.b,
            "pin": "花子.pin",
            "puk": "花子.puk",
            "key": "花子.transport-key",
            "manager": "pcsc:居ない",
            "out": ".",
        }
        # Word by word: names may have spaces.
        return [word.format(**usual | places) for word in self.words.split()]

    def unasked(self, **places: str) -> list[str]:
        """The words without the options that answer prompts."""
        words = self.filled(**places)
        for option in self.asks:
            at = words.index(option)
            del words[at : at + (1 if option == "--yes" else 2)]
        return words

    @property
    def readers(self) -> tuple[str, ...]:
        """The readers of the cards it needs."""
        return tuple(getattr(self, place) for place in "ab" if self.uses(place))


ROWS: dict[str, Row] = {
    "demo": Row("demo --key p256 --keep {out}/保存"),
    "sim new": Row("sim new 新"),
    "sim list": Row("sim list"),
    "sim remove": Row("sim remove 花子 --yes", asks=("--yes",)),
    "sim serve": Row("sim serve 花子 --vpcd 127.0.0.1:9"),
    "sim cap": Row("sim cap {out}/新.cap"),
    "readers": Row("readers"),
    "card info": Row("card info -r {a}"),
    "card check": Row(f"card check -r {{a}} --pin-file {{pin}} {SEALED}", asks=("--pin-file",)),
    "card pin": Row(
        "card pin -r {a} --pin-file {pin} --set-pin-file new-pin",
        asks=("--pin-file", "--set-pin-file"),
    ),
    "card unblock": Row(
        "card unblock -r {a} --puk-file {puk} --set-pin-file new-pin",
        asks=("--puk-file", "--set-pin-file"),
    ),
    "card scp03-keys": Row(
        "card scp03-keys -r {a} --transport-key-file {key} "
        "--new-transport-key-file new.transport-key",
        asks=("--new-transport-key-file",),
    ),
    "card accept": Row(
        "card accept -r {a} --issuer-public-key 発行者.pub", stage=Stage.ISSUED, transport_pin=True
    ),
    "card log": Row("card log -r {a} --save {out}/記録"),
    "card report": Row("card report -r {a} -o {out}/報告.txt"),
    "card load": Row("card load twincard.cap -r {manager} --management-keys card.keys"),
    "card contents": Row("card contents -r {manager} --management-keys card.keys"),
    "card unload": Row("card unload -r {manager} --management-keys card.keys --yes"),
    "card terminate": Row(
        "card terminate -r {a} --pin-file {pin} --yes", asks=("--yes", "--pin-file")
    ),
    "group new": Row("group new --out {out}/組"),
    "group split": Row("group split --shares 3 --threshold 2 --out {out} component-1.txt"),
    "group join": Row("group join -o {out}/joined share-1 share-2"),
    "group verify": Row("group verify component-1.txt share-1"),
    "group clear": Row(
        "group clear -r {a} --pin-file {pin} --transport-key-file {key} --yes",
        stage=Stage.COMPLETE,
        asks=("--yes", "--pin-file"),
    ),
    "issuer new": Row("issuer new {out}/発行.key"),
    "issuer show": Row("issuer show 発行者.pub"),
    "issue": Row(
        "issue --original {a} --backup {b} --component 1=component-1.txt --pin-file {pin} "
        "--puk-file {puk} --transport-key-file {key} "
        "--backup-transport-key-file 控え.transport-key",
        stage=Stage.BLANK,
        asks=("--pin-file", "--puk-file"),
    ),
    "duplicate": Row(
        "duplicate --original {a} --backup {b} --component 2=component-2.txt "
        "--component 3=component-3.txt --key p256 --pin-file {pin} --backup-pin-file 控え.pin",
        stage=Stage.ISSUED,
        asks=("--pin-file",),
    ),
    "public-key": Row("public-key -r {a} -o {out}/花子の鍵.pem"),
    "certificate": Row(
        "certificate -r {a} --pin-file {pin} --no-store -o {out}/花子.crt", asks=("--pin-file",)
    ),
    "csr": Row("csr -r {a} --pin-file {pin} -o {out}/花子.csr", asks=("--pin-file",)),
    "contact add": Row("contact add 次 次.pem --onto {a} --pin-file {pin}", asks=("--pin-file",)),
    "contact list": Row("contact list -r {a}"),
    "contact show": Row("contact show 次"),
    "contact remove": Row(
        "contact remove 1 -r {a} --pin-file {pin}", has_contact=True, asks=("--pin-file",)
    ),
    "encrypt": Row(
        f"encrypt --archive -r {{a}} --pin-file {{pin}} {LETTER} -o {{out}}/新しい手紙.p7m",
        asks=("--pin-file",),
    ),
    "decrypt": Row(
        f"decrypt -r {{a}} --pin-file {{pin}} {SEALED} -o {{out}}/開封", asks=("--pin-file",)
    ),
    "inspect": Row(f"inspect {SEALED} -r {{a}}"),
    "recipients add": Row(
        f"recipients add {SEALED} --to 次.pem -r {{a}} --pin-file {{pin}}", asks=("--pin-file",)
    ),
    "recipients remove": Row(f"recipients remove {SHARED} --to 次.pem -r {{a}}"),
    "transcode": Row(
        f"transcode -r {{a}} --pin-file {{pin}} --to 次.pem {SEALED} -o {{out}}/転送.p7m",
        asks=("--pin-file",),
    ),
    "sign": Row(
        f"sign -r {{a}} --pin-file {{pin}} --certificate 花子.crt -o {{out}}/手紙.p7s {LETTER}",
        asks=("--pin-file",),
        signs=True,
    ),
    "verify": Row(f"verify --signer 署名者.crt -o {{out}}/写し.txt {SIGNED}"),
    "mail seal": Row(
        f"mail seal --to 次.pem --sign -r {{a}} --pin-file {{pin}} --certificate 花子.crt "
        f"{DRAFT} -o {{out}}/封書.eml",
        asks=("--pin-file",),
        signs=True,
    ),
    "mail open": Row(
        f"mail open {MAIL} -r {{a}} --pin-file {{pin}} --save {{out}}/添付", asks=("--pin-file",)
    ),
    "mail send": Row(f"mail send {MAIL} --server 127.0.0.1:9"),
    "recover": Row(
        "recover --from {a} --new {b} --new-backup {a} --pin-file {pin} --new-pin-file 次.pin "
        f"{{out}}/{SEALED}",
        b=NEXT,
        asks=("--pin-file",),
    ),
    "sheet": Row("sheet --original {a} --backup {b} -o {out}/控えの紙.txt"),
    "chips": Row("chips"),
    "schema": Row("schema card info"),
    "completion": Row("completion bash"),
}


def rows(*places: str, without: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """A test of each command that has all these places."""
    chosen = [
        pytest.param(row, id=re.sub(" ", "-", name))
        for name, row in ROWS.items()
        if all(map(row.uses, places)) and name not in without
    ]
    return pytest.mark.parametrize("row", chosen)
