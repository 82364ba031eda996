"""A component split into SLIP-39 shares, so that losing one sheet does no harm.

A share file has `name: value` lines: its number, which component it belongs to, and 33 words
(SLIP-0039, one group, no passphrase).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import shamir_mnemonic
from shamir_mnemonic.wordlist import WORDLIST

from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.ground.private_file import write_private
from twincard.keys.component import COMPONENT_BYTES, LARGEST_GROUP, Component
from twincard.keys.derivation import KCV_BYTES
from twincard.keys.secret import Secret
from twincard.keys.value_lines import format_lines, kcv_text, parse_hex, parse_lines

MOST_SHARES = 16
SHARE_WORDS = 33
_FORMAT = "1"
_TITLE = "twincard share"
_NAMES = (_TITLE, "share", "shares", "threshold", "number", "size", "kcv", "words")
_MOST_FILE_BYTES = 4096
_PREFIX = 4
_BY_PREFIX = {word[:_PREFIX]: word for word in WORDLIST}


class ShareError(ValueError):
    """Not a share, or not shares that make a component; the message is one plain sentence."""


@dataclass(frozen=True)
class Share:
    """Share `index` of `count` of a component: its `number`, `size` and KCV (3 bytes).

    `words` are the 33 words with a space between; any `threshold` shares make the component.
    """

    index: int
    count: int
    threshold: int
    number: int
    size: int
    kcv: bytes
    words: Secret


def split_component(component: Component, count: int, threshold: int) -> list[Share]:
    """Shares of a component, any `threshold` of which give it back. Raises ShareError."""
    if not 2 <= threshold <= count <= MOST_SHARES:
        raise ShareError(
            _(
                "The number of shares must be 2 to {most}, and the threshold 2 to the number "
                "of shares."
            ).format(most=MOST_SHARES)
        )
    (group,) = shamir_mnemonic.generate_mnemonics(1, [(threshold, count)], component.value.reveal())
    return [
        Share(
            index,
            count,
            threshold,
            component.number,
            component.size,
            component.kcv,
            Secret(words),
        )
        for index, words in enumerate(group, 1)
    ]


def whole_words(typed: bytes) -> list[str]:
    """Words as they were typed, each whole or its first four letters, as SLIP-39 has them.

    Raises ShareError, which gives the place of an unknown word, never the word.
    """
    found = []
    for place, word in enumerate(typed.decode("latin-1").lower().split(), 1):
        whole = _BY_PREFIX.get(word[:_PREFIX], "")
        if len(word) < _PREFIX or not whole.startswith(word):
            raise ShareError(_("Word {place} is not a SLIP-39 word.").format(place=place))
        found.append(whole)
    return found


def share_index(words: Secret) -> int:
    """Which of the shares of its set this is, from 1. Raises ShareError for a wrong word."""
    return int(_parsed(words).index) + 1


def share_threshold(words: Secret) -> int:
    """How many shares of its set are needed. Raises ShareError for a wrong word."""
    return int(_parsed(words).member_threshold)


def join_shares(shares: Sequence[Secret], number: int, size: int, kcv: bytes) -> Component:
    """The component that shares (their words) make; `kcv` must be its own. Raises ShareError."""
    parsed = [_parsed(words) for words in shares]
    if not parsed:
        raise ShareError(_("No share is given."))
    first = parsed[0]
    if any(share.group_parameters() != first.group_parameters() for share in parsed):
        raise ShareError(
            _("The shares do not belong together: at least one is from another component.")
        )
    if first.group_count != 1:
        raise ShareError(
            _("These shares are SLIP-39 shares in groups, which twincard does not support.")
        )
    if len({share.index for share in parsed}) != len(parsed):
        raise ShareError(_("The same share is given twice."))
    if len(parsed) < first.member_threshold:
        raise ShareError(
            _("{needed} shares are needed, and there are {given}.").format(
                needed=first.member_threshold, given=len(parsed)
            )
        )
    # The library accepts exactly as many shares as are needed.
    needed = [words.reveal().decode("ascii") for words in shares[: first.member_threshold]]
    value = _combined(needed)
    if len(value) != COMPONENT_BYTES:
        raise ShareError(_("The shares give a secret that is not a component."))
    component = Component(number, size, Secret(value))
    if component.kcv != kcv:
        raise ShareError(
            _("The shares give a component with the key check value {kcv}, not {expected}.").format(
                kcv=kcv_text(component.kcv), expected=kcv_text(kcv)
            )
        )
    return component


def format_share(share: Share) -> str:
    """The text of a share file."""
    values = (
        _FORMAT,
        str(share.index),
        str(share.count),
        str(share.threshold),
        str(share.number),
        str(share.size),
        share.kcv.hex(),
        share.words.reveal().decode("ascii"),
    )
    return format_lines(_NAMES, values)


def write_share(share: Share, path: str | PathLike[str]) -> None:
    """Write a share file with mode 0600. Raises FileExistsError, OSError."""
    write_private(Path(path), format_share(share).encode("ascii"))


def read_share(path: str | PathLike[str]) -> Share:
    """Read a share file. Raises ShareError, which never repeats a word, and OSError."""
    return share_of(read_bounded(Path(path), _MOST_FILE_BYTES), path)


def share_of(content: bytes | None, path: str | PathLike[str]) -> Share:
    """The share in the content of a file, None if it was too long. Raises ShareError."""
    if content is None or len(content) > _MOST_FILE_BYTES or not content.isascii():
        raise ShareError(_("{path} is not a share file.").format(path=path))
    try:
        return parse_share(content.decode("ascii"))
    except ShareError as error:
        raise ShareError(_("{path}: {sentence}").format(path=path, sentence=error)) from None


def parse_share(text: str) -> Share:
    """Read the text of a share file. Raises ShareError, which never repeats a word."""
    fields = parse_lines(text, _NAMES, _("share"), ShareError)
    if fields[_TITLE] != _FORMAT:
        raise ShareError(_("This share file has an unsupported version."))
    words = Secret(" ".join(whole_words(fields["words"].encode())))
    parsed = _parsed(words)
    index = _number(fields["share"], MOST_SHARES)
    threshold = _number(fields["threshold"], MOST_SHARES)
    if (parsed.index + 1, parsed.member_threshold) != (index, threshold):
        raise ShareError(_("The words do not match the share number and threshold in the file."))
    try:
        kcv = parse_hex(fields["kcv"], KCV_BYTES)
    except ValueError:
        raise ShareError(_("The key check value is not 6 hex digits.")) from None
    return Share(
        index,
        _number(fields["shares"], MOST_SHARES),
        threshold,
        _number(fields["number"], LARGEST_GROUP),
        _number(fields["size"], LARGEST_GROUP),
        kcv,
        words,
    )


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= most):
        raise ShareError(
            _("A number in the share file is not between 1 and {most}.").format(most=most)
        )
    return int(text)


def _parsed(words: Secret) -> shamir_mnemonic.Share:
    try:
        return shamir_mnemonic.Share.from_mnemonic(words.reveal().decode("ascii"))
    except (shamir_mnemonic.MnemonicError, UnicodeDecodeError):
        raise ShareError(
            _("A word of this share is wrong, missing or in the wrong place.")
        ) from None


def _combined(mnemonics: Sequence[str]) -> bytes:
    try:
        return bytes(shamir_mnemonic.combine_mnemonics(mnemonics))
    except shamir_mnemonic.MnemonicError:
        raise ShareError(_("The shares do not give a component.")) from None
