"""`twincard certificate` and `twincard csr`: X.509 for the keys of a card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from twincard.card.files import DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE
from twincard.card.session import Card
from twincard.cli.file.certificates import read_certificates
from twincard.cli.file.targets import check_output, output_for
from twincard.cli.terminal.cards import check_key, opened
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import (
    Force,
    IssuerPublicKeyFile,
    Json,
    OutputFile,
    PinFile,
    Reader,
)
from twincard.cli.terminal.output import Printer, print_text
from twincard.cli.terminal.pins import any_card, unlocked
from twincard.flows.certify.certificate import (
    MadeCertificate,
    certify_decipher_key,
    certify_signature_key,
    read_certificate,
    read_chain,
    request_certificate,
    store_certificate,
)
from twincard.flows.certify.certificate_files import above
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _
from twincard.identity.x509 import Subject, Validity, subject_of
from twincard.keys.key_type import KeyType
from twincard.results.certificate import CertificateInfo, Request

_USUAL_DAYS = 3650
_MOST_DAYS = 36500

Name = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="Common name of the subject. Default: a name derived from the card id.",
    ),
]
Replace = Annotated[
    bool,
    typer.Option(
        "--force", help="Overwrite existing files, and replace the certificate on the card."
    ),
]
Mail = Annotated[
    str | None, typer.Option("--mail", metavar="ADDRESS", help="E-mail address of the subject.")
]
SignatureType = Annotated[
    KeyType | None,
    typer.Option(
        "--key",
        help="Type of the signature key to generate if the card has none. Default: p256 "
        "if the card supports it.",
    ),
]


def certificate(
    reader: Reader,
    pin_file: PinFile = None,
    name: Name = None,
    mail: Mail = None,
    days: Annotated[
        int,
        typer.Option(
            "--days", min=1, max=_MOST_DAYS, help="Number of days that the certificate is valid."
        ),
    ] = _USUAL_DAYS,
    signature_key: Annotated[
        bool,
        typer.Option(
            "--signature-key", help="Make, or show, the certificate of the signature key instead."
        ),
    ] = False,
    type: SignatureType = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="FILE",
            help="Store the certificate in FILE, which was made elsewhere, instead of making "
            "one. Issuer certificates in FILE are stored too.",
        ),
    ] = None,
    no_store: Annotated[
        bool,
        typer.Option(
            "--no-store",
            help="Print the certificate and the one that signed it, but store neither on the card.",
        ),
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--show", help="Print the certificate that is on the card. No PIN is needed."),
    ] = False,
    chain: Annotated[
        bool,
        typer.Option("--chain", help="Also print the certificates of its issuers."),
    ] = False,
    output: OutputFile = None,
    force: Replace = False,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Make a certificate for the card's key, store it on the card and print it.

    The card's signature key signs the certificate, because the decipher key cannot sign. If the
    card has no signature key yet, it generates one. A certificate with the same content that is
    already on the card is printed as it is. If interrupted, run the same command again to resume.
    """
    _check_options(store, name, mail, show=show, signature_key=signature_key)
    if no_store and (show or store is not None):
        raise InputError(_("--no-store cannot be combined with --show or --store."))
    check_output(output, force=force, json=json)
    if show:
        with opened(reader) as card:
            shown = _shown(card, signature_key=signature_key)
        _print(shown, output, force=force, json=json, chain=chain)
        return
    given = None if store is None else read_certificates(store)
    check = any_card if signature_key or given is not None else check_key
    with unlocked(reader, pin_file, issuer_public_key_file, check) as user:
        card = user.card
        if given is not None:
            told = _store(card, given)
        else:
            make = certify_signature_key if signature_key else certify_decipher_key
            made = make(
                card,
                _subject(card, name, mail),
                Validity.from_now(days),
                type,
                replace=force,
                store=not no_store,
                pin=user.pin,
            )
            told = _told_made(card, made, signature_key=signature_key)
    _print(told, output, force=force, json=json, chain=chain or no_store)


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
    """Print a certificate signing request (CSR) for the card's signature key.

    If the card has no signature key yet, it generates one.

    There is no CSR for the decipher key, because it cannot sign. Have a CA certify its public key,
    and store the certificate with `twincard certificate --store`.
    """
    check_output(output, force=force, json=json)
    with unlocked(reader, pin_file, issuer_public_key_file) as user:
        subject = _subject(user.card, name, mail)
        made = request_certificate(user.card, subject, type, pin=user.pin)
    pem = made.public_bytes(Encoding.PEM).decode("ascii")
    _print(Request(subject_of(made).rfc4514_string(), pem), output, force=force, json=json)


def _check_options(
    store: Path | None, name: str | None, mail: str | None, *, show: bool, signature_key: bool
) -> None:
    if store is not None and show:
        raise InputError(_("Give either --store or --show, not both."))
    if store is not None and signature_key:
        raise InputError(
            _(
                "--store detects which of the card's keys the certificate is for. Leave out "
                "--signature-key."
            )
        )
    if (store is not None or show) and not (name is None and mail is None):
        raise InputError(_("--name and --mail cannot be combined with --store or --show."))


def _subject(card: Card, name: str | None, mail: str | None) -> Subject:
    return Subject(name or f"twincard {card.kept_report().card_id[:8].hex()}", mail)


def _shown(card: Card, *, signature_key: bool) -> CertificateInfo:
    found = read_certificate(card, SIGNATURE_CERTIFICATE if signature_key else DECIPHER_CERTIFICATE)
    if found is None:
        raise ProtocolError(
            _(
                "This card has no certificate for this key. Run `twincard certificate` without "
                "--show to make one."
            )
        )
    issuers = _issuers(card, found)
    return _told(found, issuers, signature_key=signature_key, stored=True, made=False)


def _store(card: Card, given: list[x509.Certificate]) -> CertificateInfo:
    """Store certificates; the first is for a key of the card, the others may be in any order."""
    fid = store_certificate(card, given[0], given[1:])
    issuers = _issuers(card, given[0])
    is_signature = fid == SIGNATURE_CERTIFICATE
    return _told(given[0], issuers, signature_key=is_signature, stored=True, made=False)


def _issuers(card: Card, certificate: x509.Certificate) -> list[x509.Certificate]:
    """The issuer certificates on the card; the signature key's certificate may be one of them."""
    root = read_certificate(card, SIGNATURE_CERTIFICATE)
    known = read_chain(card) if root is None else (root, *read_chain(card))
    return above([certificate], known)


def _told_made(card: Card, made: MadeCertificate, *, signature_key: bool) -> CertificateInfo:
    issuers = above([made.certificate], [made.root, *read_chain(card)])
    return _told(
        made.certificate, issuers, signature_key=signature_key, stored=made.stored, made=made.made
    )


def _told(
    certificate: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    *,
    signature_key: bool,
    stored: bool,
    made: bool,
) -> CertificateInfo:
    return CertificateInfo(
        key="signature" if signature_key else "decipher",
        stored=stored,
        subject=subject_of(certificate).rfc4514_string(),
        serial_number=f"{certificate.serial_number:x}",
        not_after=certificate.not_valid_after_utc.isoformat(),
        sha256=certificate.fingerprint(SHA256()),
        pem=_pem(certificate),
        issuers=tuple(_pem(issuer) for issuer in issuers),
        made=made,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _print(
    told: CertificateInfo | Request,
    output: Path | None,
    *,
    force: bool,
    json: bool,
    chain: bool = False,
) -> None:
    text = told.pem
    if chain and isinstance(told, CertificateInfo):
        text += "".join(told.issuers)
    if output is not None:
        with output_for(output, force=force, mode=0o644) as sink:
            sink.write(text.encode("ascii"))
    elif not json:
        print_text(text)
    if json:
        Printer(json).result(told, "")
