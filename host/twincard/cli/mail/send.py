"""`twincard mail send`: hands a message to a mail server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file.targets import STANDARD_INPUT, check_standard_input, source_of
from twincard.cli.terminal import prompts
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Json
from twincard.cli.terminal.output import Printer
from twincard.flows.files.encrypt import open_source
from twincard.ground.language import _, plural
from twincard.ground.path_arguments import file_or_stream
from twincard.keys.secret import Secret
from twincard.mail.submission import IMPLICIT_TLS_PORT, SUBMISSION_PORT, MailServer, send
from twincard.results.mail import SentMail


def send_(
    message: Annotated[
        Path,
        typer.Argument(
            metavar="MESSAGE",
            parser=file_or_stream,
            help="The message (.eml), or '-' for standard input.",
        ),
    ],
    server: Annotated[
        str,
        typer.Option(
            "--server",
            metavar="HOST:PORT",
            help="The mail server. Default for PORT: 587. TLS is always used: from the start on "
            "port 465, begun with STARTTLS on others.",
        ),
    ],
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="NAME", help="User name for the server. Default: none."),
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            metavar="FILE",
            parser=file_or_stream,
            help="File with the password of the user, or '-' for standard input. Default: prompt "
            "for it.",
        ),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option(
            "--sender",
            metavar="ADDRESS",
            help="E-mail address that failures are reported to. Default: that of From.",
        ),
    ] = None,
    implicit_tls: Annotated[
        bool,
        typer.Option(
            "--implicit-tls", help="Use TLS from the start on a port other than 465, too."
        ),
    ] = False,
    ca_file: Annotated[
        Path | None,
        typer.Option(
            "--ca-file",
            metavar="FILE",
            help="Certificates of the authorities to trust, in PEM. Default: the system's.",
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Send a message that is not encrypted, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Hand a message to a mail server, through TLS only.

    All recipients get it or none. The exit code says whether the server accepted it.
    """
    if STANDARD_INPUT == message == password_file:
        raise InputError(
            _(
                "Standard input cannot supply both the password and the message. Give a file with "
                "--password-file."
            )
        )
    check_standard_input([message])
    if password_file is not None and user is None:
        raise InputError(_("A password needs a user: give the name with --user."))
    where = _server(server, implicit_tls=implicit_tls)
    if ca_file is not None and not ca_file.is_file():
        raise InputError(_("{path} is not a file.").format(path=ca_file))
    out = Printer(json)
    with prompts.beside_data(message == STANDARD_INPUT), open_source(source_of(message)) as source:
        password = None if user is None else _password(password_file)
        with out.progress(message.name, None) as progress:
            sent = send(
                source,
                where,
                user=user,
                password=password,
                sender=sender,
                ca_file=ca_file,
                plain=plain,
                progress=progress,
            )
    told = plural(
        "{server} accepted the message for {count} recipient: {answer}",
        "{server} accepted the message for {count} recipients: {answer}",
        len(sent.recipients),
    )
    out.result(
        SentMail(str(where), sent.sender, sent.recipients, sent.answer),
        told.format(server=where, count=len(sent.recipients), answer=sent.answer),
    )


def _password(path: Path | None) -> Secret:
    if path is not None:
        return prompts.read_secret(path, _("one line with the password"))
    return prompts.ask_secret(_("Password"), "--password-file")


def _server(text: str, *, implicit_tls: bool) -> MailServer:
    host, colon, number = text.rpartition(":")
    if not colon or (text.startswith("[") and text.endswith("]")):
        host, number = text, str(SUBMISSION_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not number.isascii() or not number.isdecimal() or not 0 < int(number) < 1 << 16:
        raise InputError(_("{text} is not a server. Write HOST:PORT.").format(text=text))
    port = int(number)
    return MailServer(host, port, implicit_tls or port == IMPLICIT_TLS_PORT)
