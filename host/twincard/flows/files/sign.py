"""Files signed with the signature key of a card, and signatures verified without any card."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from cryptography import x509

from twincard.card.files import SIGNATURE_CERTIFICATE
from twincard.card.report import CardReport
from twincard.card.session import Card
from twincard.cms.encryption import EncryptedOutput
from twincard.cms.errors import AlteredError, FilesError
from twincard.cms.framing.compared_output import ComparedOutput
from twincard.cms.framing.message import SIGNED_CONTENT
from twincard.cms.framing.output import Output
from twincard.cms.framing.source import READ_BYTES, Readable, read_some
from twincard.cms.recipients.infos import ArchiveWrapper, Recipient
from twincard.cms.signed.signed_output import SignedOutput
from twincard.cms.signed.signing import ContentSigner, TimeStamper, sign, sign_detached
from twincard.cms.signed.trust import Trust
from twincard.cms.signed.verification import Signature, verify, verify_detached
from twincard.flows.certify.certificate_files import (
    above,
    certificate_for,
    certified_digest,
    read_chain,
)
from twincard.flows.errors import ProtocolError
from twincard.flows.events import BytesEvent, Listener, counting, ignore
from twincard.flows.files.encrypt import (
    SUFFIX,
    Source,
    StreamSource,
    name_of,
    open_source,
    reading_into,
)
from twincard.flows.files.opener import PinProvider
from twincard.flows.usable import check_own_pin
from twincard.ground.language import _
from twincard.ground.path_arguments import is_folder
from twincard.identity.signing_key import SigningKey
from twincard.iso.status import AuthorityMissingError

DETACHED_SUFFIX = ".p7s"
"""The default suffix of detached signatures, and `ATTACHED_SUFFIX` of signed messages (RFC 8551)"""
ATTACHED_SUFFIX = SUFFIX
MOST_SIGNATURE_BYTES = 1 << 20


class NoSignatureKeyError(ProtocolError):
    """The card has no signature key, or no certificate of it."""


def check_signature_key(report: CardReport) -> None:
    """Raises NoSignatureKeyError for a card that has no signature key."""
    if report.signature_key is None:
        raise NoSignatureKeyError(
            _(
                "This card has no signature key. Make one and its certificate with "
                "`twincard certificate --signature-key`."
            )
        )


def card_signer(
    card: Card,
    certificates: Sequence[x509.Certificate] = (),
    *,
    pin: PinProvider | None = None,
    time_stamper: TimeStamper | None = None,
) -> ContentSigner:
    """The signature key of a card, with its certificate and those above it.

    They are those on the card, unless `certificates` are given: the first is the key's. With `pin`,
    the PIN is verified whenever the card asks for it. Raises NoSignatureKeyError, ProtocolError,
    CardError.
    """
    report = card.kept_report()
    check_own_pin(report)
    check_signature_key(report)
    public = card.signing.public_key()
    if certificates:
        certificate, issuers = certificates[0], list(certificates[1:])
        if certified_digest(certificate) != public.digest:
            raise ProtocolError(_("This certificate is not for the signature key of this card."))
    else:
        found = certificate_for(card, SIGNATURE_CERTIFICATE, public.digest)
        if found is None:
            raise NoSignatureKeyError(
                _(
                    "This card has no certificate for its signature key. Make one with "
                    "`twincard certificate --signature-key`, or give one with --certificate."
                )
            )
        certificate, issuers = found, list(read_chain(card))
    return ContentSigner(
        SigningKey(public, lambda digest: _signed(card, digest, pin)),
        certificate,
        tuple(above([certificate], issuers)),
        time_stamper,
    )


def sign_file(
    signer: ContentSigner,
    source: Source,
    output: Output,
    *,
    attached: bool = False,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Sign a file: one card operation, whatever its size.

    The output is the signature alone, or with `attached` a message that contains the file, too.
    Raises FilesError, CardError, TransportError.
    """
    progress = counting(on_event, name_of(source))
    make = sign if attached else sign_detached
    with output as sink, open_source(source) as stream:
        make(stream, sink, signer, progress=progress)


def is_signed(
    signer: ContentSigner, source: str | PathLike[str], made: Source, *, attached: bool
) -> bool:
    """Whether it is what `sign_file` makes of this file with this signer, by an earlier run."""
    trust = Trust((), (signer.certificate,))
    try:
        if attached:
            found = verify_file(made, trust, output=ComparedOutput(Path(source)))
        else:
            found = verify_file(source, trust, signature=made)
    except FilesError:
        return False
    return signer.time_stamper is None or all(one.time_stamp is not None for one in found)


def encrypt_signed(
    signer: ContentSigner,
    source: Source,
    output: Output,
    encrypted_to: Sequence[Recipient] | ArchiveWrapper,
    *,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Sign a file or a folder, and encrypt it with the signature: one card operation to sign.

    Only who can decrypt it sees who signed. A folder becomes a tar archive, as by `encrypt_folder`.
    Raises FilesError, CardError, TransportError.
    """
    sealed = EncryptedOutput(output, encrypted_to, content_type=SIGNED_CONTENT)
    signed = SignedOutput(sealed, signer)
    progress = counting(on_event, name_of(source))
    if not isinstance(source, StreamSource) and is_folder(Path(source)):
        from twincard.flows.files.packing import pack

        with signed as sink:
            pack(Path(source), sink, progress)
        return
    done = 0
    with reading_into(source, signed) as (stream, sink):
        while piece := read_some(stream, READ_BYTES):
            sink.write(piece)
            done += len(piece)
            progress(done)


def verify_file(
    source: Source,
    trust: Trust,
    *,
    signature: Source | None = None,
    output: Output | None = None,
    time_trust: Trust | None = None,
    on_event: Listener[BytesEvent] = ignore,
) -> tuple[Signature, ...]:
    """Verify a file with its detached signature; or without one, a message that contains a file.

    That file is written to the output, which appears only if everything is verified. Every
    signature must be right, and by somebody whom `trust` trusts now, or trusted at the time of a
    time-stamp of an authority that `time_trust` trusts. Raises NotVerifiedError, other FilesErrors.
    """
    progress = counting(on_event, name_of(source))
    if signature is not None:
        if output is not None:
            raise ValueError("a detached signature contains nothing to write")
        with open_source(signature) as stream:
            encoded = _read_signature(stream)
        with open_source(source) as stream:
            return verify_detached(stream, encoded, trust, time_trust=time_trust, progress=progress)
    with open_source(source) as stream:
        if output is None:
            return verify(stream, None, trust, time_trust=time_trust, progress=progress)
        with output as sink:
            return verify(stream, sink, trust, time_trust=time_trust, progress=progress)


def _read_signature(stream: Readable) -> bytes:
    encoded = bytearray()
    while piece := read_some(stream, MOST_SIGNATURE_BYTES):
        encoded += piece
        if len(encoded) > MOST_SIGNATURE_BYTES:
            raise AlteredError()
    return bytes(encoded)


def _signed(card: Card, digest: bytes, pin: PinProvider | None) -> bytes:
    try:
        return card.signing.sign(digest)
    except AuthorityMissingError:
        if pin is None or card.pin.is_verified():
            raise
    card.pin.verify(pin())
    return card.signing.sign(digest)
