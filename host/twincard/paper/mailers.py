"""Mailers: the sheets of a key group's components, and of the shares of one component."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from twincard.keys.checked_groups import checked_groups
from twincard.keys.component import Component, format_component
from twincard.keys.shares import Share, format_share
from twincard.keys.value_lines import kcv_text
from twincard.paper.sheet import Cell, Sheet, pdf_of
from twincard.paper.words import WORDS, Language, Words

_COLUMNS = 4


@dataclass(frozen=True)
class Printing:
    """What all sheets of one printing share: the key group's name, the language, the day."""

    group: str
    language: Language
    date: datetime.date

    @property
    def words(self) -> Words:
        """The texts of the sheets."""
        return WORDS[self.language]


def print_mailers(items: Sequence[Component] | Sequence[Share], printing: Printing) -> bytes:
    """A PDF with a page for each component of a group, or share of one. Raises PaperError."""
    sheets = [
        _component(item, printing) if isinstance(item, Component) else _share(item, printing)
        for item in items
    ]
    return pdf_of(sheets, printing.words.group)


def _component(component: Component, printing: Printing) -> Sheet:
    words = printing.words
    place = {"number": component.number, "size": component.size}
    return Sheet(
        title=words.component.format(**place),
        subtitle=words.component_subtitle,
        facts=_facts(printing, component.kcv),
        blanks=(words.holder, words.received),
        warning=words.warning,
        heading=words.component_heading,
        cells=_cells(checked_groups(component.value.reveal())),
        columns=_COLUMNS,
        code=format_component(component),
        code_label=words.code,
        instructions=tuple(line.format(**place) for line in words.component_instructions),
        folds=words.folds,
        break_anywhere=words.break_anywhere,
    )


def _share(share: Share, printing: Printing) -> Sheet:
    words = printing.words
    place = {
        "number": share.number,
        "size": share.size,
        "index": share.index,
        "count": share.count,
        "threshold": share.threshold,
    }
    listed = share.words.reveal().decode("ascii").split()
    return Sheet(
        title=words.share.format(**place),
        subtitle=words.share_subtitle.format(**place),
        facts=_facts(printing, share.kcv),
        blanks=(words.holder, words.received),
        warning=words.warning,
        heading=words.share_heading.format(words=len(listed)),
        cells=_cells(listed),
        columns=_COLUMNS,
        code=format_share(share),
        code_label=words.code,
        instructions=tuple(line.format(**place) for line in words.share_instructions),
        folds=words.folds,
        break_anywhere=words.break_anywhere,
    )


def _cells(texts: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(Cell(str(place), text) for place, text in enumerate(texts, 1))


def _facts(printing: Printing, kcv: bytes) -> tuple[tuple[str, str], ...]:
    words = printing.words
    group = ((words.group, printing.group),) if printing.group else ()
    return (
        *group,
        (words.date, printing.date.isoformat()),
        (words.kcv, kcv_text(kcv)),
    )
