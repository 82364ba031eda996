"""The files that OpenSC reads: made at issue, and updated when keys change."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from twincard.card.files import Condition, DfAccess, EfAccess
from twincard.card.report import CardReport, PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.certify.card_files import make_room, read_file, store, write_file
from twincard.flows.certify.certificate_files import certificate_for, read_chain, room_for
from twincard.identity.x509 import subject_of
from twincard.iso.status import AlreadyExistsError, MemoryFullError
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.pkcs15 import opensc
from twincard.pkcs15.opensc import DF, KeyPlace, KnownIssuer, KnownKey

_NOBODYS_FILE = EfAccess(read=Condition.NEVER, update=Condition.NEVER, delete=Condition.ISSUER)
_ISSUERS_FOLDER = DfAccess(
    create_df=Condition.NEVER,
    create_ef=Condition.ISSUER,
    delete_child=Condition.ISSUER,
    delete=Condition.ISSUER,
)
_PLACES = (opensc.DECIPHER, opensc.SIGNATURE)
_SERIAL_BYTES = 8
"""Of the card id: what PKCS #11 shows in hexadecimal."""


def make_opensc_files(card: Card, report: CardReport, label: str) -> None:
    """Make them on a card that OpenSC can use, with this label; on others do nothing.

    A card that is too small gets none. Needs the issuer's authority; may be interrupted and
    repeated: EF.DIR, which leads to the others, is written last. Raises CardError.
    """
    if not card.serves_opensc:
        return
    card.files.select()
    try:
        _make_folder(card)
        for place in _PLACES:
            make_room(card, (DF, place.file), 0, _NOBODYS_FILE)
            make_room(card, (DF, place.public_key), opensc.PUBLIC_KEY_BYTES)
        for fid in (opensc.PRIVATE_KEYS, opensc.PUBLIC_KEYS):
            make_room(card, (DF, fid), opensc.LIST_BYTES)
        make_room(card, (DF, opensc.CERTIFICATES), opensc.CERTIFICATE_LIST_BYTES)
        write_file(card, (DF, opensc.PASSWORDS), opensc.passwords())
        information = opensc.card_information(label, report.card_id[:_SERIAL_BYTES])
        write_file(card, (DF, opensc.CARD_INFORMATION), information)
        write_file(card, (DF, opensc.OBJECT_DIRECTORY), opensc.object_directory())
        write_file(card, (opensc.EF_DIR,), opensc.directory())
    except MemoryFullError:
        return


def update_opensc_files(card: Card) -> None:
    """Update the existing files after changes of the card's keys and certificates.

    Needs the PIN. May be interrupted and repeated; an interruption leaves a list as it was, empty,
    or new. Raises CardError.
    """
    for fid, content in _different(card):
        store(card, (DF, fid), content)


def are_opensc_files_right(card: Card) -> bool | None:
    """Whether they are right; None on a card without them. Needs no PIN.

    Whoever has the PIN can change IDs and names in the lists, as programs do through PKCS #11.
    """
    if not card.serves_opensc or read_file(card, DF, opensc.PRIVATE_KEYS) is None:
        return None
    return not list(_different(card))


def _different(card: Card) -> Iterator[tuple[int, bytes]]:
    """The files of the folder that need new content, with that content."""
    if not card.serves_opensc:
        return
    for fid, content in _contents(card):
        present = read_file(card, DF, fid)
        if present is not None and present != content.ljust(len(present), b"\0"):
            yield fid, content


def _contents(card: Card) -> Iterator[tuple[int, bytes]]:
    """The content of the files that change; the list of private keys comes last."""
    report = card.kept_report()
    keys = []
    for place in _PLACES:
        public = _public_key(card, report, place)
        if public is not None:
            yield place.public_key, opensc.public_key(public)
        key = _known(card, report, place, readable=public is not None)
        if key is not None:
            keys.append(key)
    yield opensc.PUBLIC_KEYS, opensc.public_keys(keys)
    room = room_for(card, DF, opensc.CERTIFICATES)
    yield opensc.CERTIFICATES, opensc.certificates(keys, _issuers(card), room)
    yield opensc.PRIVATE_KEYS, opensc.private_keys(keys)


def _make_folder(card: Card) -> None:
    try:
        card.files.create_df(DF, _ISSUERS_FOLDER)
    except AlreadyExistsError:
        return


def _public_key(card: Card, report: CardReport, place: KeyPlace) -> PublicKey | None:
    if place is opensc.SIGNATURE:
        return card.signing.public_key() if report.signature_key is not None else None
    if report.key is None or not report.key.public_key_readable:
        return None
    return card.usage.public_key()


def _known(card: Card, report: CardReport, place: KeyPlace, *, readable: bool) -> KnownKey | None:
    is_signature = place is opensc.SIGNATURE
    held = report.signature_key if is_signature else report.key
    if held is None:
        return None
    certificate = certificate_for(card, place.certificate, held.digest)
    return KnownKey(
        place,
        KeyType(held.type),
        usable=is_signature or PolicyFlags.DECIPHER_OFF not in report.policy,
        made_here=is_signature or report.role is Role.ORIGINAL,
        readable=readable,
        certificate_bytes=0 if certificate is None else len(_der(certificate)),
        pin_each_time=PolicyFlags.PIN_EACH_TIME in report.policy,
    )


def _issuers(card: Card) -> list[KnownIssuer]:
    issuers, at = [], 0
    for certificate in read_chain(card):
        names = subject_of(certificate).get_attributes_for_oid(NameOID.COMMON_NAME)
        label = str(names[0].value) if names else subject_of(certificate).rfc4514_string()
        issuers.append(KnownIssuer(label, at, len(_der(certificate))))
        at += len(_der(certificate))
    return issuers


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
