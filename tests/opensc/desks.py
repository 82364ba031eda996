"""One card in a reader at a time, for the clients: others would be asked for the same key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from tests.opensc.clients import SIGNER, Client, Desk, RefusedError
from tests.opensc.conftest import CERTIFICATE, LABELS, PINS, CardInReader, Pair
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.card.files import CERTIFICATE_CHAIN, DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE
from twincard.card.session import Card
from twincard.flows.certify.certificate import read_certificate, store_certificate
from twincard.flows.certify.opensc import update_opensc_files


class Kind(Enum):
    """The cards that are tried; a bare backup has neither public key nor certificate."""

    ORIGINAL = "alice"
    BACKUP = "backup"
    BARE_BACKUP = "bare"


@contextmanager
def desk(
    pair: Pair, kind: Kind, folder: Path, service: PcscService, prefix: Path | None = None
) -> Iterator[Desk]:
    """A card of the pair in a reader, with what the clients want beside it."""
    is_original = kind is Kind.ORIGINAL
    lab, pin = (pair.alice, PINS[0]) if is_original else (pair.backup, PINS[1])
    card = Card(lab)
    card.pin.verify(pin)
    if kind is Kind.BARE_BACKUP:
        for fid in (DECIPHER_CERTIFICATE, CERTIFICATE_CHAIN):
            card.files.select(fid)
            card.files.update(bytes(128))
        update_opensc_files(card)
    elif not is_original:
        store_certificate(card, pair.certificate)
    signer = read_certificate(card, SIGNATURE_CERTIFICATE)
    assert signer is not None
    lab.reset()
    (folder / CERTIFICATE).write_bytes(pair.certificate.public_bytes(Encoding.PEM))
    (folder / SIGNER).write_bytes(signer.public_bytes(Encoding.PEM))
    name = "alice" if is_original else "backup"
    reader = service.readers[0]
    shown = CardInReader(name, reader.name, LABELS[name], pin.reveal().decode(), folder)
    with inserted(lab, reader):
        yield Desk(shown, folder, pair.is_rsa, prefix)


def try_client(client: Client, at: Desk, kind: Kind) -> None:
    """Let it act; it must do, or refuse to do, what the table says."""
    is_newer, is_bare = at.prefix is not None, kind is Kind.BARE_BACKUP
    lack = client.lacks(is_rsa=at.is_rsa, is_bare=is_bare, is_newer=is_newer)
    try:
        client.act(at)
    except RefusedError:
        if lack is None:
            raise
    else:
        assert lack is None, f"the table says that it lacks {lack}"
