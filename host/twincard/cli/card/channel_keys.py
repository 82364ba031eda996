"""`twincard card keys`: the issuer's keys on one card replaced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.session import Card
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_living, check_reader, issuer_key, opened
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import IssuerKeyFile, Json, Reader
from twincard.cli.terminal.output import Output
from twincard.cli.terminal.values import Id
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _
from twincard.iso.scp03 import LAST_VERSION, ScpKeys
from twincard.iso.status import IssuerRefusedError
from twincard.keys.secret import Secret


@dataclass(frozen=True)
class KeysReplaced:
    """A card whose issuer has other keys now."""

    card_id: Id
    key_version: int


def keys(
    reader: Reader,
    new_issuer_key_file: Annotated[
        Path | None,
        typer.Option(
            "--new-issuer-key-file",
            metavar="FILE",
            help="File with the new key, 64 hex digits; '-' reads standard input; without it, a "
            "prompt asks.",
        ),
    ] = None,
    issuer_key_file: IssuerKeyFile = None,
    json: Json = False,
) -> None:
    """Replace the issuer's key of a card: the SCP03 keys are then those of the new file."""
    check_reader(reader)
    old = issuer_key(reader, issuer_key_file)
    new = prompts.new_transport_key(new_issuer_key_file, _("New issuer's key"))
    if old == new:
        raise InputError(_("The new key is the old one."))
    with opened(reader) as card:
        check_living(card)
        report = card.report()
        if report.channel_keys is None:
            raise ProtocolError(_("This card has no keys of SCP03 that could be replaced."))
        version = _replace(card, report.card_id, report.channel_keys.version, old, new)
    done = KeysReplaced(report.card_id, version)
    text = _(
        "{reader} has keys of version {version}: give the new key to --issuer-key-file from now on."
    )
    Output(json).result(done, text.format(reader=reader, version=done.key_version))


def _replace(card: Card, card_id: bytes, version: int, old: Secret, new: Secret) -> int:
    """The keys' version afterwards; the same where an interrupted run has replaced them."""
    current = ScpKeys.derive(old, card_id, version)
    try:
        card.issuer.open_channel(card_id, current)
    except IssuerRefusedError as refused:
        try:
            card.issuer.open_channel(card_id, ScpKeys.derive(new, card_id, version))
        except IssuerRefusedError:
            raise refused from None
        return version
    replacement = ScpKeys.derive(new, card_id, version % LAST_VERSION + 1)
    card.issuer.put_keys(current, replacement)
    # Nobody would miss a wrong key before it is needed.
    card.issuer.open_channel(card_id, replacement)
    return replacement.version
