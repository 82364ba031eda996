"""`twincard card scp03-keys`: replaces the transport key of a card and its SCP03 keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twincard.card.session import Card
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_living, check_reader, opened, transport_key
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Json, Reader, TransportKeyFile
from twincard.cli.terminal.output import Printer
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _
from twincard.ground.path_arguments import file_or_stream
from twincard.iso.status import IssuerRefusedError
from twincard.keys.scp03_keys import LAST_VERSION, Scp03Keys
from twincard.keys.secret import Secret
from twincard.results.card_changes import KeysReplaced


def scp03_keys(
    reader: Reader,
    new_transport_key_file: Annotated[
        Path | None,
        typer.Option(
            "--new-transport-key-file",
            metavar="FILE",
            parser=file_or_stream,
            help="File with the new transport key (64 hex digits), or '-' for standard input. "
            "Default: prompt for it.",
        ),
    ] = None,
    transport_key_file: TransportKeyFile = None,
    json: Json = False,
) -> None:
    """Replace the transport key of a card, and the SCP03 keys derived from it."""
    check_reader(reader)
    old = transport_key(reader, transport_key_file)
    new = prompts.new_transport_key(new_transport_key_file, _("New transport key"))
    if old == new:
        raise InputError(
            _("The new transport key is the same as the old one. Give a different key.")
        )
    with opened(reader) as card:
        check_living(card)
        report = card.kept_report()
        if report.scp03_keys is None:
            raise ProtocolError(_("This card has no SCP03 keys, so there is nothing to replace."))
        version = _replace(card, report.card_id, report.scp03_keys.version, old, new)
    done = KeysReplaced(report.card_id, version)
    text = _(
        "{reader} now has SCP03 keys of version {version}. From now on, give the new "
        "transport key with --transport-key-file."
    )
    Printer(json).result(done, text.format(reader=reader, version=done.key_version))


def _replace(card: Card, card_id: bytes, version: int, old: Secret, new: Secret) -> int:
    """Replace the keys; gives their version. An interrupted run may already have replaced them."""
    current = Scp03Keys.derive(old, card_id, version)
    try:
        card.issuer.open_channel(card_id, current)
    except IssuerRefusedError as refused:
        try:
            card.issuer.open_channel(card_id, Scp03Keys.derive(new, card_id, version))
        except IssuerRefusedError:
            raise refused from None
        return version
    replacement = Scp03Keys.derive(new, card_id, version % LAST_VERSION + 1)
    card.issuer.put_keys(current, replacement)
    # Otherwise a wrong key would be noticed only when it is needed.
    card.issuer.open_channel(card_id, replacement)
    return replacement.version
