"""`twincard card keys`: the issuer's keys on one card replaced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.scp03 import LAST_VERSION, ScpKeys
from twincard.cli import prompts
from twincard.cli.cards import check_reader, issuer_key, opened
from twincard.cli.errors import InputError
from twincard.cli.options import IssuerKeyFile, Json, Reader
from twincard.cli.output import Output
from twincard.language import _
from twincard.protocols.errors import ProtocolError


@dataclass(frozen=True)
class KeysReplaced:
    """A card whose issuer has other keys now."""

    card_id: bytes
    key_version: int


def keys(
    reader: Reader,
    new_issuer_key_file: Annotated[
        Path,
        typer.Option(
            "--new-issuer-key-file",
            metavar="FILE",
            help="File with the new key, 64 hex digits; '-' reads standard input.",
        ),
    ],
    issuer_key_file: IssuerKeyFile = None,
    json: Json = False,
) -> None:
    """Replace the issuer's key of a card: the SCP03 keys are then those of the new file."""
    check_reader(reader)
    old = issuer_key(reader, issuer_key_file)
    new = prompts.transport_key(new_issuer_key_file, _("New issuer's key"))
    if old == new:
        raise InputError(_("The new key is the old one."))
    with opened(reader) as card:
        report = card.report()
        if report.channel_keys is None:
            raise ProtocolError(_("This card has no keys of SCP03 that could be replaced."))
        version = report.channel_keys.version
        current = ScpKeys.derive(old, report.card_id, version)
        replacement = ScpKeys.derive(new, report.card_id, version % LAST_VERSION + 1)
        card.issuer.open_channel(report.card_id, current)
        card.issuer.put_keys(current, replacement)
        # Nobody would miss a wrong key before it is needed.
        card.issuer.open_channel(report.card_id, replacement)
    done = KeysReplaced(report.card_id, replacement.version)
    Output(json).result(
        done,
        _(
            "{reader} has keys of version {version}: name {file} with "
            "--issuer-key-file from now on."
        ).format(reader=reader, version=done.key_version, file=new_issuer_key_file),
    )
