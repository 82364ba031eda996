"""Card managers as commands use them, and the options for their keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.session import APPLET_AID, OPENSC_AID
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import SIMULATED
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.insertion import expect_card
from twincard.cli.terminal.output import Printer
from twincard.globalplatform.manager import CardManager
from twincard.ground.language import _
from twincard.keys.management_keys import default_keys, read_management_keys
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.value_lines import parse_hex
from twincard.transport import Connection, connect

ManagementKeysFile = Annotated[
    Path | None,
    typer.Option("--management-keys", metavar="FILE", help="File with the card's management keys."),
]
DefaultKeys = Annotated[
    bool,
    typer.Option(
        "--default-keys", help="Use the well-known default keys that new cards often have."
    ),
]
SecurityDomain = Annotated[
    str | None,
    typer.Option(
        "--isd", metavar="AID", help="AID of the issuer security domain, if it is not the default."
    ),
]


@contextmanager
def managed(reader: str, domain: str | None) -> Iterator[tuple[Connection, CardManager]]:
    """The card in a reader with its security domain selected, for the duration of a block."""
    aid = None if domain is None else parse_aid(domain, "--isd")
    expect_card(reader)
    connection = connect(reader)
    try:
        yield connection, _manager(reader, connection, aid)
    finally:
        connection.close()


def _manager(reader: str, connection: Connection, aid: bytes | None) -> CardManager:
    manager = CardManager(connection, aid)
    # A card that does not know the name selects its default applet.
    if reader.startswith(SIMULATED) and manager.aid in (APPLET_AID, OPENSC_AID):
        raise InputError(
            _(
                "{reader} already has the applet, and has no card manager. Create a card "
                "that has one with `twincard sim new NAME --blank`."
            ).format(reader=reader)
        )
    return manager


def management_keys(file: Path | None, *, default: bool) -> Scp03Keys:
    """The card's present keys. Raises InputError, ManagementKeysError, OSError."""
    if (file is None) is not default:
        raise InputError(_("Give either --management-keys FILE or --default-keys."))
    return default_keys() if file is None else read_management_keys(file)


def warn_of_default_keys(out: Printer) -> None:
    """Warn that anybody can replace the applet of a card with the default keys."""
    out.note(
        _(
            "This card keeps the default keys, so anybody can replace its applet with "
            "another one. Use --new-management-keys FILE to give it keys of its own."
        )
    )


def confirm_deletion(reader: str, *, yes: bool) -> None:
    """Ask whether to delete an applet with all its keys. Raises InputError if not."""
    question = _("If there is an applet on {reader}, delete it with every key in it?")
    prompts.confirm(question.format(reader=reader), "--yes", yes=yes)


def aid_text(aid: bytes) -> str:
    """An AID as people write it."""
    return aid.hex().upper()


def warn_of_answers(out: Printer, manager: CardManager) -> None:
    """Warn if the answers could have been forged."""
    if not manager.answers_are_protected:
        out.note(
            _(
                "The security domain of this card answers without MACs (i = "
                "{parameter:02X}). An attacker between computer and card could have forged "
                "its answers."
            ).format(parameter=manager.domain.parameter)
        )


def parse_aid(text: str, option: str) -> bytes:
    """An AID in hex digits. Raises InputError."""
    digits = "".join(text.split())
    try:
        aid = parse_hex(digits, len(digits) // 2)
    except ValueError:
        aid = b""
    if not 5 <= len(aid) <= 16:
        raise InputError(_("{option} needs an AID of 10 to 32 hex digits.").format(option=option))
    return aid
