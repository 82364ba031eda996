"""`twincard recipients`: who can open encrypted files, changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file.to import Addressee, read_recipients
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_key, check_usable, opened
from twincard.cli.terminal.errors import describe
from twincard.cli.terminal.options import (
    AnyDate,
    IssuerPublicKeyFile,
    Json,
    PinFile,
    Reader,
    To,
    Yes,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import unlocked
from twincard.cms.errors import FilesError
from twincard.cms.recipients.infos import RecipientInfo
from twincard.flows.files.change import add_recipients, read_head, remove_recipients
from twincard.flows.files.mine import own_recipients
from twincard.ground.file_metadata import MetadataLoss
from twincard.ground.language import _, listed
from twincard.results.failure import ExitCode
from twincard.results.files import ChangedRecipients, RecipientChanges
from twincard.results.files import RecipientInfo as RecipientName

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Encrypted files, which are changed.")
]


def add(
    files: Files,
    reader: Reader,
    to: To,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    any_date: AnyDate = False,
    json: Json = False,
) -> None:
    """Let others open files that your card opens, in place.

    The content stays as it is. RSA-2048 and P-256 keys get the content-encryption key from the card
    itself; for other keys it leaves the card, which the command says.
    """
    people = read_recipients(to, any_date=any_date)
    targets = [one.recipient for one in people]
    elsewhere = [one.name for one in people if not one.recipient.is_for_cards]
    out = Printer(json)
    if elsewhere:
        out.note(
            _("The content-encryption keys leave the card for: {names}").format(
                names=listed(elsewhere)
            )
        )
    with unlocked(reader, pin_file, issuer_public_key_file, check_key) as user:

        def change(file: Path) -> MetadataLoss:
            return add_recipients(user.card, file, targets, pin=user.pin)

        results = list(_each(files, change, out, kept_on_card=not elsewhere))
    _tell(out, results, people, _("Recipients added: {names}"))


def remove(
    files: Files,
    reader: Reader,
    to: To,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Remove recipients from files, in place. No PIN is needed.

    Whoever is removed can still open the copies that they have. If your card could not open a file
    any more, or that is not certain, a question asks for confirmation.
    """
    people = read_recipients(to, any_date=True)
    out = Printer(json)

    def dropped(info: RecipientInfo) -> bool:
        return any(info.is_for(one.recipient) for one in people)

    def change(file: Path) -> MetadataLoss:
        found = read_head(file).recipients
        if not any(map(dropped, found)):
            raise FilesError(
                _(
                    "{names}: no recipient of the file has this name or key. `twincard inspect "
                    "FILE` shows them."
                ).format(names=listed(one.name for one in people))
            )
        if not all(map(dropped, found)) and all(map(dropped, _own(reader, found))):
            prompts.confirm(
                _(
                    "The card in {reader} may not be able to open {file} any more. Remove the "
                    "recipients?"
                ).format(reader=reader, file=file),
                "--yes",
                yes=yes,
            )
        return remove_recipients(file, dropped)

    results = list(_each(files, change, out))
    _tell(out, results, people, _("Recipients removed: {names}"))


def _own(reader: str, found: Sequence[RecipientInfo]) -> tuple[RecipientInfo, ...]:
    with opened(reader) as card:
        check_usable(card)
        return own_recipients(card, found)


def _each(
    files: Iterable[Path],
    change: Callable[[Path], MetadataLoss],
    out: Printer,
    *,
    kept_on_card: bool = True,
) -> Iterable[ChangedRecipients]:
    for file in files:
        try:
            loss = change(file)
        except FilesError as error:
            sentence = describe(error).sentence
            out.failed(file, sentence)
            yield ChangedRecipients(file, sentence, kept_on_card)
            continue
        if loss:
            out.note(_("{path}: {sentence}").format(path=file, sentence=loss))
        yield ChangedRecipients(file, None, kept_on_card)


def _tell(
    out: Printer, results: Sequence[ChangedRecipients], people: Sequence[Addressee], sentence: str
) -> None:
    done = [one for one in results if one.error is None]
    lines = [_("Files changed: {done}.").format(done=len(done))]
    if done:
        lines.append(sentence.format(names=listed(one.name for one in people)))
    names = tuple(RecipientName(one.name, one.recipient.key.digest) for one in people)
    out.result(RecipientChanges(tuple(results), names), "\n".join(lines))
    if len(done) < len(results):
        raise typer.Exit(ExitCode.FILE)
