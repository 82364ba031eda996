"""`twincard group verify`: checks components and shares without a card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.group.shares import Kcv
from twincard.cli.terminal import ceremony, prompts, scanned
from twincard.cli.terminal.component_files import part_in
from twincard.cli.terminal.errors import InputError, describe
from twincard.cli.terminal.options import Json, Scan
from twincard.cli.terminal.output import Printer
from twincard.ground.language import _
from twincard.keys.component import Component, ComponentError
from twincard.keys.derivation import cmac_kcv
from twincard.keys.shares import Share, ShareError, join_shares, share_index, share_threshold
from twincard.keys.value_lines import kcv_text
from twincard.results.failure import ExitCode
from twincard.results.group import Verified, VerifiedPart

_FILES = "FILE..."


@dataclass
class _Found:
    """A component or share from a file or a holder; `error` is what is wrong with it."""

    file: Path | None
    part: Component | Share | None = None
    kcv: bytes | None = None
    share: int | None = None
    threshold: int | None = None
    error: str | None = None


def verify(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="Files of components and shares, or pictures of their QR codes. Default: "
            "prompt for a component.",
        ),
    ] = None,
    scan: Scan = False,
    words: Annotated[
        bool, typer.Option("--words", help="At a prompt, ask for the words of a share.")
    ] = False,
    kcv: Kcv = None,
    json: Json = False,
) -> None:
    """Check components and shares, from files, typed or scanned. No card is needed.

    The command checks their form, check digits and KCVs, and whether they can belong to one group.
    The exit code is 9 if anything is wrong.
    """
    expected = None if kcv is None else ceremony.kcv_bytes(kcv)
    if files and (scan or words):
        raise InputError(_("--scan and --words cannot be combined with files."))
    if scan and words:
        raise InputError(_("Give either --scan or --words, not both."))
    if not files and not prompts.has_terminal():
        raise InputError(
            _("There is no terminal to ask at. Give the files of components or shares.")
        )
    if files:
        found = [_read(file) for file in files]
    elif scan:
        found = [_of(None, scanned.part(_FILES))]
    else:
        found = [_typed_share() if words else _typed_component()]
    _check_together(found, expected)
    out = Printer(json)
    result = _result(found)
    for item in found:
        if item.error is not None:
            out.failed(item.file or _("this mailer"), item.error)
    out.result(result, "\n".join(_lines(found, expected is not None)))
    if not result.passed:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _read(file: Path) -> _Found:
    try:
        return _of(file, part_in(file))
    except (InputError, ComponentError, ShareError, OSError) as error:
        return _Found(file, error=describe(error).sentence)


def _of(file: Path | None, part: Component | Share) -> _Found:
    if isinstance(part, Component):
        return _Found(file, part, part.kcv)
    return _Found(file, part, part.kcv, part.index, part.threshold)


def _typed_component() -> _Found:
    with ceremony.value(_FILES) as value:
        return _Found(None, kcv=cmac_kcv(value.reveal()))


def _typed_share() -> _Found:
    with ceremony.share(1, set()) as words:
        return _Found(None, share=share_index(words), threshold=share_threshold(words))


def _check_together(found: list[_Found], expected: bytes | None) -> None:
    """Find faults between parts that are each correct."""
    before: list[_Found] = []
    for item in found:
        if item.error is None:
            item.error = next(_against(item, before, expected), None)
        before.append(item)
    for shares in _enough_shares(found):
        part = shares[0].part
        assert isinstance(part, Share)  # noqa: S101 -- chosen so
        try:
            words = [item.part.words for item in shares if isinstance(item.part, Share)]
            join_shares(words, part.number, part.size, part.kcv).value.wipe()
        except ShareError as error:
            shares[-1].error = describe(error).sentence


def _against(item: _Found, before: Sequence[_Found], expected: bytes | None) -> Iterator[str]:
    if expected is not None and item.kcv is not None and item.kcv != expected:
        told = _("The KCV is {kcv}, not {expected}.")
        yield told.format(kcv=kcv_text(item.kcv), expected=kcv_text(expected))
    for other in before:
        if item.part is None or other.part is None:
            continue
        name = other.file or _("this mailer")
        if item.part.size != other.part.size:
            told = _(
                "This belongs to a group of {size}, but {other} belongs to a group of {others}."
            )
            yield told.format(size=item.part.size, other=name, others=other.part.size)
        same_number = item.part.number == other.part.number
        if same_number and item.kcv != other.kcv:
            told = _("This belongs to a different component {number} than {other}.")
            yield told.format(number=item.part.number, other=name)
        if not same_number and item.kcv == other.kcv:
            told = _("This has the same KCV as {other}, but all components must differ.")
            yield told.format(other=name)


def _enough_shares(found: Sequence[_Found]) -> Iterator[list[_Found]]:
    """The shares of each component that has enough of them to be restored."""
    sets: dict[tuple[int, bytes], dict[int, _Found]] = {}
    for item in found:
        if isinstance(item.part, Share) and item.error is None:
            one = sets.setdefault((item.part.number, item.part.kcv), {})
            one.setdefault(item.part.index, item)
    for one in sets.values():
        shares = list(one.values())
        threshold = shares[0].threshold
        if threshold is not None and len(shares) >= threshold:
            yield shares


def _result(found: Sequence[_Found]) -> Verified:
    parts = tuple(
        VerifiedPart(
            item.file,
            _kind(item),
            item.part.number if item.part else None,
            item.part.size if item.part else None,
            item.kcv,
            item.share,
            item.threshold,
            item.error,
        )
        for item in found
    )
    return Verified(all(item.error is None for item in found), parts)


def _kind(item: _Found) -> str | None:
    if item.share is not None:
        return "share"
    return None if item.kcv is None else "component"


def _lines(found: Sequence[_Found], compared: bool) -> Iterator[str]:
    for item in found:
        if item.error is None:
            text = _words(item, compared)
            told = _("{path}: {sentence}").format(path=item.file, sentence=text)
            yield text if item.file is None else told
    components = {
        item.part.number: item.part.size for item in found if isinstance(item.part, Component)
    }
    faults = sum(item.error is not None for item in found)
    if faults:
        yield _("{count} FAILED the check.").format(count=faults)
    elif components and set(components) == set(range(1, max(components.values()) + 1)):
        yield _("All {size} components of the group are there.").format(size=len(components))


def _words(item: _Found, compared: bool) -> str:
    part, kcv = item.part, kcv_text(item.kcv or b"")
    if isinstance(part, Component):
        text = _("component {number} of {size}, KCV {kcv}")
        return text.format(number=part.number, size=part.size, kcv=kcv)
    if isinstance(part, Share):
        text = _("share {share} of component {number} of {size}, KCV {kcv}; {threshold} are needed")
        return text.format(
            share=part.index,
            number=part.number,
            size=part.size,
            kcv=kcv,
            threshold=part.threshold,
        )
    if item.share is not None:
        text = _("The words are correct: share {share}. {threshold} shares are needed.")
        return text.format(share=item.share, threshold=item.threshold)
    if compared:
        return _("The check digits are correct, and the KCV is {kcv}.").format(kcv=kcv)
    text = _("The check digits are correct. Compare the KCV {kcv} with the one on the cover.")
    return text.format(kcv=kcv)
