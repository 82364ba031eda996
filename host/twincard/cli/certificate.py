"""`twincard certificate` and `twincard csr`: X.509 for the keys of a card."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from twincard.card.files import DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE
from twincard.card.report import KeyType
from twincard.card.session import Card
from twincard.cli import prompts
from twincard.cli.cards import check_reader, issuer_public_key, opened, unlocked
from twincard.cli.errors import InputError
from twincard.cli.options import (
    Force,
    IssuerPublicKeyFile,
    Json,
    KeyName,
    OutputFile,
    PinFile,
    Reader,
)
from twincard.cli.output import Output
from twincard.cli.targets import check_output, output_for
from twincard.cli.values import OneOf, Sha256
from twincard.keys.certificate import Subject, Validity
from twincard.keys.public import certificate_from_bytes
from twincard.language import _
from twincard.protocols.certificate import (
    Made,
    certify_decipher_key,
    certify_signature_key,
    read_certificate,
    request_certificate,
    store_certificate,
)
from twincard.protocols.errors import ProtocolError

_USUAL_DAYS = 3650
_MOST_DAYS = 36500
_MOST_FILE_BYTES = 1 << 16

Name = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="Whose it is; else a name with the card's id."),
]
Mail = Annotated[
    str | None, typer.Option("--mail", metavar="ADDRESS", help="An e-mail address in it.")
]
SignatureType = Annotated[
    KeyName | None,
    typer.Option(
        "--type",
        help="Type of a signature key that is not there yet; p256 where the card has it.",
    ),
]


@dataclass(frozen=True)
class CertificateInfo:
    """A certificate; `key` is "decipher" or "signature", `stored` whether the card keeps it.

    `not_after` is in ISO 8601, `sha256` the fingerprint of the whole.
    """

    key: Annotated[str, OneOf(("decipher", "signature"))]
    stored: bool
    subject: str
    serial_number: str
    not_after: str
    sha256: Sha256
    pem: str


@dataclass(frozen=True)
class Request:
    """A certificate signing request, in PEM."""

    subject: str
    pem: str


def certificate(
    reader: Reader,
    pin_file: PinFile = None,
    name: Name = None,
    mail: Mail = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=_MOST_DAYS, help="How long it is valid.")
    ] = _USUAL_DAYS,
    signature_key: Annotated[
        bool, typer.Option("--signature-key", help="That of the signature key itself.")
    ] = False,
    type: SignatureType = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", metavar="FILE", help="Store this one, made elsewhere, instead."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the one on the card; no PIN is needed.")
    ] = False,
    output: OutputFile = None,
    force: Force = False,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Make a certificate for the card's key, keep it on the card, and print it.

    The card's own signature key signs it, which is made where there is none. The decipher key
    itself cannot sign.
    """
    _check_options(store, name, mail, show=show, signature_key=signature_key)
    check_output(output, force=force, json=json)
    if show:
        with opened(reader) as card:
            shown = _shown(card, signature_key=signature_key)
        _print(shown, output, force=force, json=json)
        return
    given = None if store is None else _read(store)
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)
    pin = prompts.pin(pin_file, "PIN", "--pin-file")
    with unlocked(reader, pin, issuer) as card:
        if given is not None:
            fid = store_certificate(card, given)
            told = _told(given, signature_key=fid == SIGNATURE_CERTIFICATE, stored=True)
        else:
            make = certify_signature_key if signature_key else certify_decipher_key
            made = make(
                card,
                _subject(card, name, mail),
                Validity.from_now(days),
                _type(type),
                replace=force,
            )
            told = _told(made.certificate, signature_key=signature_key, stored=made.stored)
            _note_unstored(made, json=json)
    _print(told, output, force=force, json=json)


def csr(
    reader: Reader,
    pin_file: PinFile = None,
    name: Name = None,
    mail: Mail = None,
    type: SignatureType = None,
    output: OutputFile = None,
    force: Force = False,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Print a request to certify the card's signature key, which is made where there is none.

    The decipher key can have none: a request is signed by the key it is about. Let it be certified
    from its public key, and store that certificate with `twincard certificate --store`.
    """
    check_output(output, force=force, json=json)
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)
    pin = prompts.pin(pin_file, "PIN", "--pin-file")
    with unlocked(reader, pin, issuer) as card:
        made = request_certificate(card, _subject(card, name, mail), _type(type))
    pem = made.public_bytes(Encoding.PEM).decode("ascii")
    _print(Request(made.subject.rfc4514_string(), pem), output, force=force, json=json)


def _check_options(
    store: Path | None, name: str | None, mail: str | None, *, show: bool, signature_key: bool
) -> None:
    if store is not None and show:
        raise InputError(_("--store and --show say different things: give one of them."))
    if store is not None and signature_key:
        raise InputError(_("--store finds out by itself which of the card's keys it is for."))
    if (store is not None or show) and not (name is None and mail is None):
        raise InputError(_("--name and --mail are for a certificate that is made here."))


def _subject(card: Card, name: str | None, mail: str | None) -> Subject:
    return Subject(name or f"twincard {card.report().card_id[:8].hex()}", mail)


def _type(name: KeyName | None) -> KeyType | None:
    return None if name is None else name.type


def _shown(card: Card, *, signature_key: bool) -> CertificateInfo:
    found = read_certificate(card, SIGNATURE_CERTIFICATE if signature_key else DECIPHER_CERTIFICATE)
    if found is None:
        raise ProtocolError(_("There is no certificate on this card."))
    return _told(found, signature_key=signature_key, stored=True)


def _read(path: Path) -> x509.Certificate:
    with path.open("rb") as file:
        found = certificate_from_bytes(file.read(_MOST_FILE_BYTES))
    if found is None:
        raise InputError(_("{path} is not an X.509 certificate, in PEM or DER.").format(path=path))
    return found


def _told(made: x509.Certificate, *, signature_key: bool, stored: bool) -> CertificateInfo:
    return CertificateInfo(
        key="signature" if signature_key else "decipher",
        stored=stored,
        subject=made.subject.rfc4514_string(),
        serial_number=f"{made.serial_number:x}",
        not_after=made.not_valid_after_utc.isoformat(),
        sha256=made.fingerprint(SHA256()),
        pem=made.public_bytes(Encoding.PEM).decode("ascii"),
    )


def _note_unstored(made: Made, *, json: bool) -> None:
    if not made.stored:
        Output(json).note(_("The card has no room to keep the certificate: keep the file."))


def _print(
    told: CertificateInfo | Request, output: Path | None, *, force: bool, json: bool
) -> None:
    if output is not None:
        with output_for(output, force=force, mode=0o644) as sink:
            sink.write(told.pem.encode("ascii"))
    elif not json:
        sys.stdout.write(told.pem)
    if json:
        Output(json).result(told, "")
