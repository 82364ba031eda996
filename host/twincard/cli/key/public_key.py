"""`twincard public-key`: prints the public key of a card."""

from __future__ import annotations

from twincard.cli.file.targets import check_output, output_for
from twincard.cli.terminal.cards import issuer_public_key, protected
from twincard.cli.terminal.options import (
    Force,
    IssuerPublicKeyFile,
    Json,
    OutputFile,
    Reader,
)
from twincard.cli.terminal.output import Printer, print_text
from twincard.flows.errors import ProtocolError
from twincard.flows.usable import check_released
from twincard.ground.language import _
from twincard.results.keys import CardPublicKey


def public_key(
    reader: Reader,
    output: OutputFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Print the public key of a card in PEM format. No PIN is needed."""
    check_output(output, force=force, json=json)
    issuer = issuer_public_key(issuer_public_key_file)
    # An attacker who replaced the key could decrypt everything encrypted to it.
    with protected(reader, issuer) as card:
        report = card.kept_report()
        if report.key is None:
            raise ProtocolError(_("This card has no key pair yet. Run `twincard duplicate` first."))
        check_released(report)
        if not report.key.public_key_readable:
            raise ProtocolError(
                _(
                    "This backup was issued without access to the public key. Use the original "
                    "instead."
                )
            )
        key = card.usage.public_key()
        if key.digest != report.key.digest:
            raise ProtocolError(
                _(
                    "The card returned a public key that does not belong to its key pair. Do not "
                    "use this key."
                )
            )
    pem = key.to_pem().decode("ascii")
    if output is not None:
        with output_for(output, force=force, mode=0o644) as sink:
            sink.write(pem.encode("ascii"))
    elif not json:
        print_text(pem)
    if json:
        Printer(json).result(CardPublicKey(report.key.type, key.digest, pem), "")
