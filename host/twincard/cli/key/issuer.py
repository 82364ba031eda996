"""`twincard issuer`: the signing key with which an issuer certifies cards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Force, Json
from twincard.cli.terminal.output import Printer
from twincard.cms.framing.output import FileOutput
from twincard.ground.language import _
from twincard.identity.device_certificate import fingerprint
from twincard.identity.issuer_signing_key import (
    IssuerKeyError,
    IssuerSigningKey,
    read_issuer_public_key,
)
from twincard.keys.public import PublicKey
from twincard.results.keys import IssuerPublicKey, NewIssuer

_PUBLIC_SUFFIX = ".pub"
_PUBLIC_MODE = 0o644


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write the signing key to.")],
    force: Force = False,
    json: Json = False,
) -> None:
    """Generate a signing key in FILE, and its public key in FILE.pub.

    If FILE is a signing key whose FILE.pub is missing, because the command was interrupted, only
    FILE.pub is written.
    """
    public = file.with_name(file.name + _PUBLIC_SUFFIX)
    # The key itself is never overwritten: cards that it certified could get no further backups.
    key = _without_public_key(file, public)
    if key is None and file.exists():
        raise InputError(_("{file} already exists. Give a new file.").format(file=file))
    if public.exists() and not force:
        raise InputError(
            _("{path} already exists. Use --force to overwrite it.").format(path=public)
        )
    if key is None:
        key = IssuerSigningKey.draw()
        key.write(file)
    with FileOutput(public, overwrite=force, mode=_PUBLIC_MODE) as sink:
        sink.write(key.public_pem())
    made = NewIssuer(file, public, fingerprint(key.public_key))
    lines = [
        _("{file} is the signing key. Keep it secret, and keep a copy in a safe.").format(
            file=file
        ),
        _("{file} is its public key. Give it to everybody who checks cards.").format(file=public),
        f"SHA-256 {made.issuer_public_key_sha256.hex()}",
    ]
    Printer(json).result(made, "\n".join(lines))


def show(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File with the signing key or its public key.")
    ],
    json: Json = False,
) -> None:
    """Show an issuer's public key, and the SHA-256 that `card info` shows for it."""
    point = _public_key(file)
    pem = PublicKey.from_point(point).to_pem().decode("ascii")
    shown = IssuerPublicKey(fingerprint(point), pem)
    Printer(json).result(shown, f"{pem}SHA-256 {shown.issuer_public_key_sha256.hex()}")


def _without_public_key(file: Path, public: Path) -> IssuerSigningKey | None:
    """The key that an interrupted run wrote, but not its public key."""
    if public.exists() or not file.is_file():
        return None
    try:
        return IssuerSigningKey.read(file)
    except IssuerKeyError:
        return None


def _public_key(file: Path) -> bytes:
    with file.open("rb") as stream:
        is_private = b"PRIVATE KEY-----" in stream.read(64)
    return IssuerSigningKey.read(file).public_key if is_private else read_issuer_public_key(file)
