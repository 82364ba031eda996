"""`twincard recipients`: who can open encrypted files, changed in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
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
from twincard.cli.terminal.output import Listing, Printer
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
    changes = _Changes(out, people, _("Recipients added: {names}"), kept_on_card=not elsewhere)
    with unlocked(reader, pin_file, issuer_public_key_file, check_key) as user:
        changes.run(files, lambda file: add_recipients(user.card, file, targets, pin=user.pin))


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

    _Changes(out, people, _("Recipients removed: {names}")).run(files, change)


def _own(reader: str, found: Sequence[RecipientInfo]) -> tuple[RecipientInfo, ...]:
    with opened(reader) as card:
        check_usable(card)
        return own_recipients(card, found)


class _Changes:
    """Changes one file after the other; whatever ends that early, what was done is told."""

    def __init__(
        self, out: Printer, people: Sequence[Addressee], sentence: str, *, kept_on_card: bool = True
    ) -> None:
        """`sentence` is for people, once a file is changed; it has a place for `names`."""
        names = tuple(RecipientName(one.name, one.recipient.key.digest) for one in people)
        self._out = out
        self._listing = Listing("files", RecipientChanges((), names)) if out.as_json else None
        self._sentence = sentence.format(names=listed(one.name for one in people))
        self._kept_on_card = kept_on_card
        self._done = 0

    def run(self, files: Sequence[Path], change: Callable[[Path], MetadataLoss]) -> None:
        """Change the files. Raises typer.Exit if one failed."""
        try:
            failed = [file for file in files if not self._changed(file, change)]
        except BaseException:
            if self._done:
                with suppress(OSError):
                    self._tell()
            raise  # the listing ends with the error
        if self._listing is not None:
            self._listing.end()
        self._tell()
        if failed:
            raise typer.Exit(ExitCode.FILE)

    def _changed(self, file: Path, change: Callable[[Path], MetadataLoss]) -> bool:
        sentence = None
        try:
            loss = change(file)
        except FilesError as error:
            sentence = describe(error).sentence
            self._out.failed(file, sentence)
        else:
            self._done += 1
            if loss:
                self._out.note(_("{path}: {sentence}").format(path=file, sentence=loss))
        if self._listing is not None:
            self._listing.add(ChangedRecipients(file, sentence, self._kept_on_card))
        return sentence is None

    def _tell(self) -> None:
        lines = [_("Files changed: {done}.").format(done=self._done)]
        if self._done:
            lines.append(self._sentence)
        if not self._out.as_json:
            self._out.result(None, "\n".join(lines))
