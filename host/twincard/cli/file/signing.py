"""`encrypt --sign`, apart from `encrypt`, which imports it only then: it needs a card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from twincard.card.report import CardReport
from twincard.cli.file.batch import Action
from twincard.cli.file.certificates import read_certificates
from twincard.cli.file.targets import encrypted_output_for, source_of
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_key
from twincard.cli.terminal.pins import unlocked
from twincard.cms.recipients.infos import ArchiveWrapper, Recipient
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.archive import CardArchive
from twincard.flows.files.sign import card_signer, check_signature_key, encrypt_signed


@contextmanager
def signing(
    reader: str,
    pin_file: Path | None,
    issuer_public_key_file: Path | None,
    recipients: Sequence[Recipient] | None,
    certificate: Path | None,
    *,
    piped: bool,
    force: bool,
) -> Iterator[Action[None]]:
    """What signs a file and encrypts it to recipients, while the card is unlocked.

    Without `recipients`, to the archive key of the card. `certificate` is the file of
    --certificate, None if the card has it. `piped`: standard input is data.
    """

    given = [] if certificate is None else read_certificates(certificate)

    def usable(report: CardReport) -> None:
        check_signature_key(report)
        if recipients is None:
            check_key(report)

    with (
        prompts.beside_data(piped),
        unlocked(reader, pin_file, issuer_public_key_file, usable) as user,
    ):
        signer = card_signer(user.card, given, pin=user.pin)
        encrypted_to: Sequence[Recipient] | ArchiveWrapper = (
            CardArchive(user.card, user.pin) if recipients is None else recipients
        )

        def action(source: Path, target: Path, on_event: Listener[BytesEvent]) -> None:
            sink = encrypted_output_for(target, force=force)
            encrypt_signed(signer, source_of(source), sink, encrypted_to, on_event=on_event)

        yield action
