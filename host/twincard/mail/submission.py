"""Hands a message to a mail server (RFC 6409), through TLS only.

The server's certificate is checked against its name. A server that offers no TLS gets nothing:
neither password nor message.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from os import PathLike

from twincard.cms.framing.source import Progress, Readable
from twincard.ground.language import _
from twincard.ground.system_words import reason
from twincard.keys.secret import Secret
from twincard.mail.address import parse_address, split_addresses
from twincard.mail.errors import DraftError, NotMailError, SendError
from twincard.mail.header import Header, read_header
from twincard.mail.kept import KeptOutput
from twincard.mail.opening import is_encrypted
from twincard.mail.scanner import Scanner
from twincard.mail.transfer import lines_with_crlf

SUBMISSION_PORT = 587
IMPLICIT_TLS_PORT = 465
_TIMEOUT_SECONDS = 60
_PIECE_BYTES = 1 << 16
_MAX_LINE_BYTES = 1000
"""With its end (RFC 5321, 4.5.3.1.6)."""
_MAX_ANSWER_CHARACTERS = 300
_OK, _OK_OR_FORWARDED, _START_INPUT = (250,), (250, 251), (354,)
# No server needs to know the name of this computer.
_CLIENT = "[127.0.0.1]"


@dataclass(frozen=True)
class MailServer:
    """A mail server. `implicit_tls`: TLS from the first byte, else begun with STARTTLS."""

    host: str
    port: int = SUBMISSION_PORT
    implicit_tls: bool = False

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Sent:
    """The server accepted a message, for all recipients; `answer` is what it said."""

    sender: str
    recipients: tuple[str, ...]
    answer: str


class RefusedByServerError(SendError):
    """The server refused the message, the sender or a recipient; nobody gets the message."""


class WrongPasswordError(SendError):
    """The server refused user or password."""


class UnreachableServerError(SendError):
    """The server cannot be reached, or not safely; nobody gets the message."""


class UnsettledSendError(SendError):
    """The connection ended before the server's answer: it may have accepted the message, or not."""


def send(
    source: Readable,
    server: MailServer,
    *,
    user: str | None = None,
    password: Secret | None = None,
    sender: str | None = None,
    ca_file: str | PathLike[str] | None = None,
    plain: bool = False,
    progress: Progress | None = None,
) -> Sent:
    """Sends a message to all addresses in To, Cc and Bcc, which is taken out.

    All or none of them get it. `sender` is the address for failures, by default that of From.
    `ca_file` has the authorities to trust in place of the system's. Only an encrypted message is
    sent, unless `plain`. Raises NotMailError, DraftError, SourceError, and a SendError that says
    whether the server accepted the message.
    """
    with closing(KeptOutput()) as kept:
        message = _prepared(source, kept, sender, plain=plain)
        context = _context(ca_file)
        with _connected(server, context) as smtp:
            if user is not None:
                _log_in(smtp, server, user, password or Secret(b""))
            _offer(smtp, server, message)
            answer = _hand_over(smtp, server, kept, progress)
    return Sent(message.sender, message.recipients, answer)


@dataclass(frozen=True)
class _Prepared:
    """A message as it is sent: who gets it, and what the server must be able to take."""

    sender: str
    recipients: tuple[str, ...]
    size: int
    eight_bit: bool


def _prepared(source: Readable, kept: KeptOutput, sender: str | None, *, plain: bool) -> _Prepared:
    scanner = Scanner(source)
    header = read_header(scanner)
    if not header.fields:
        raise NotMailError(_("This is not a mail message: it does not begin with a header."))
    if not plain and not is_encrypted(header):
        raise NotMailError(
            _("The message is not encrypted. Encrypt it with `twincard mail seal`, or use --plain.")
        )
    if not header.raw.isascii():
        raise NotMailError(_("The header of the message is not in ASCII, as servers want it."))
    lines = _Lines()
    with kept:
        for piece in lines_with_crlf(_whole(header.without(("bcc",)), scanner)):
            text = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
            lines.note(text)
            kept.write(text)
        if not lines.at_start:
            kept.write(b"\r\n")
    if lines.too_long:
        raise NotMailError(_("The message has lines that are too long for a mail server."))
    return _Prepared(_sender(header, sender), _recipients(header), kept.length, lines.eight_bit)


def _whole(header: Header, scanner: Scanner) -> Iterator[bytes]:
    yield b"".join(field.raw for field in header.fields)
    yield header.blank or b"\r\n"
    yield from scanner.body(())


def _sender(header: Header, sender: str | None) -> str:
    if sender is not None:
        return parse_address(sender).addr_spec
    found = _addresses(header, "from")
    if len(found) != 1:
        raise DraftError(_("The message does not have one sender. Give the address with --sender."))
    return found[0]


def _recipients(header: Header) -> tuple[str, ...]:
    found = [one for name in ("to", "cc", "bcc") for one in _addresses(header, name)]
    if not found:
        raise DraftError(_("The message has no recipient address."))
    return tuple(dict.fromkeys(found))


def _addresses(header: Header, name: str) -> list[str]:
    """All of them, or none: raises DraftError for one that cannot be read."""
    return [
        parse_address(one).addr_spec
        for field in header.all(name)
        for one in split_addresses(field.text)
    ]


class _Lines:
    """What a server must know of the lines that it gets."""

    def __init__(self) -> None:
        self.eight_bit = self.too_long = False
        self.at_start = True
        self._length = 0

    def note(self, text: bytes) -> None:
        """One piece, whose lines end with CRLF."""
        if not text:
            return
        self.eight_bit |= not text.isascii()
        lines = text.split(b"\r\n")
        longest = max((len(line) for line in lines[1:]), default=0)
        self.too_long |= max(self._length + len(lines[0]), longest) > _MAX_LINE_BYTES - 2
        self._length = len(lines[-1]) + (self._length if len(lines) == 1 else 0)
        self.at_start = text.endswith(b"\n")


def _context(ca_file: str | PathLike[str] | None) -> ssl.SSLContext:
    """Checks certificates and names; TLS 1.2 or later."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError:  # ssl.SSLError too
        raise DraftError(
            _("{path} has no certificates in PEM that can be read.").format(path=ca_file)
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _connected(server: MailServer, context: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    smtp: smtplib.SMTP | None = None
    try:
        if server.implicit_tls:
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, _CLIENT, timeout=_TIMEOUT_SECONDS, context=context
            )
            smtp.ehlo_or_helo_if_needed()
        else:
            smtp = smtplib.SMTP(server.host, server.port, _CLIENT, timeout=_TIMEOUT_SECONDS)
            smtp.starttls(context=context)
            smtp.ehlo()
    except OSError as error:
        if smtp is not None:
            smtp.close()
        raise _unreachable(server, error) from error
    try:
        yield smtp
        with suppress(OSError):
            smtp.quit()
    finally:
        smtp.close()


def _unreachable(server: MailServer, error: OSError) -> SendError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachableServerError(
            _(
                "The certificate of {server} is not trusted: {reason}. Nothing was sent. If you "
                "know its authority, give that with --ca-file."
            ).format(server=server, reason=error.verify_message.rstrip("."))
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return UnreachableServerError(
            _(
                "{server} offers no TLS (STARTTLS), so nothing was sent. Its port for TLS from the "
                "start may be 465."
            ).format(server=server)
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return UnreachableServerError(
            _("{server} refused the connection: {answer} Nothing was sent.").format(
                server=server, answer=_answer(error.smtp_code, error.smtp_error)
            )
        )
    return UnreachableServerError(
        _("Cannot reach {server}: {reason}. Nothing was sent.").format(
            server=server, reason=_why(error)
        )
    )


def _why(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _("it closed the connection")
    if isinstance(error, TimeoutError):
        return _("it did not answer in time")
    if isinstance(error, ssl.SSLError):
        return _("it does not speak TLS there ({reason})").format(reason=error.reason)
    return reason(error)


def _log_in(smtp: smtplib.SMTP, server: MailServer, user: str, password: Secret) -> None:
    try:
        smtp.login(user, password.reveal().decode())
    except smtplib.SMTPAuthenticationError as error:
        raise WrongPasswordError(
            _("{server} refused user or password: {answer} Nothing was sent.").format(
                server=server, answer=_answer(error.smtp_code, error.smtp_error)
            )
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise RefusedByServerError(
            _("{server} takes no user and password. Nothing was sent.").format(server=server)
        ) from None
    except UnicodeError:
        raise DraftError(_("User and password must be in ASCII.")) from None
    except OSError as error:
        raise _unreachable(server, error) from None


def _offer(smtp: smtplib.SMTP, server: MailServer, message: _Prepared) -> None:
    """Sender, recipients, and the begin of the message; the server must agree to all of it."""
    options = []
    if smtp.has_extn("size"):
        options.append(f"SIZE={message.size}")
    if message.eight_bit:
        if not smtp.has_extn("8bitmime"):
            raise RefusedByServerError(
                _("{server} takes only messages in ASCII. Nothing was sent.").format(server=server)
            )
        options.append("BODY=8BITMIME")

    def step(accepted: Sequence[int], ask: Callable[[], tuple[int, bytes]]) -> None:
        try:
            code, text = ask()
        except OSError as error:
            raise _unreachable(server, error) from error
        if code not in accepted:
            raise _refused(server, code, text)

    step(_OK, lambda: smtp.mail(message.sender, options))
    for recipient in message.recipients:
        step(_OK_OR_FORWARDED, partial(smtp.rcpt, recipient))
    step(_START_INPUT, lambda: smtp.docmd("DATA"))


def _hand_over(
    smtp: smtplib.SMTP, server: MailServer, kept: KeptOutput, progress: Progress | None
) -> str:
    """The message itself. Until its last line no server accepts it; then the answer counts."""
    try:
        for done, piece in _stuffed(kept):
            smtp.send(piece)
            if progress is not None:
                progress(done)
    except OSError as error:
        raise _unreachable(server, error) from error
    try:
        smtp.send(b".\r\n")
        code, text = smtp.getreply()
    except OSError:
        raise UnsettledSendError(
            _(
                "The connection to {server} ended before its answer: it may have accepted the "
                "message, or not. Sending it again may deliver it twice."
            ).format(server=server)
        ) from None
    if code not in _OK:
        raise _refused(server, code, text)
    return _answer(code, text)


def _refused(server: MailServer, code: int, text: bytes) -> RefusedByServerError:
    return RefusedByServerError(
        _("{server} refused the message: {answer} Nobody gets it.").format(
            server=server, answer=_answer(code, text)
        )
    )


def _stuffed(kept: KeptOutput) -> Iterable[tuple[int, bytes]]:
    """The message with a further dot before lines that begin with one (RFC 5321, 4.5.2)."""
    stream = kept.stream()
    done, ended = 0, b"\r\n"
    while piece := stream.read(_PIECE_BYTES):
        done += len(piece)
        text = (ended + piece).replace(b"\r\n.", b"\r\n..")
        yield done, text[len(ended) :]
        ended = (ended + piece)[-2:]


def _answer(code: int, text: bytes | str) -> str:
    """What a server said, on one line."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = " ".join(words.split())[:_MAX_ANSWER_CHARACTERS]
    return f"{code} {line}".rstrip(".") + "."
