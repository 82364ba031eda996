"""Encrypted files decrypted with a card, and transcoded."""

from __future__ import annotations

from twincard.card.session import Card
from twincard.cms.decryption import Decrypted, decrypt
from twincard.cms.framing.output import Output
from twincard.cms.recipients.infos import Recipient
from twincard.cms.transcoding import transcode
from twincard.flows.events import BytesEvent, Listener, counting, ignore
from twincard.flows.files.encrypt import Source, name_of, reading_into
from twincard.flows.files.opener import CardOpener, CardTranscoder, PinProvider


def decrypt_file(
    card: Card,
    source: Source,
    output: Output,
    *,
    pin: PinProvider | None = None,
    mail: bool = False,
    on_event: Listener[BytesEvent] = ignore,
) -> Decrypted:
    """Decrypt a file with a card: one card operation, whatever the file's size.

    With `mail`, also one made by a mail program, which anybody may have changed. Without `pin` the
    PIN must be verified. Raises FilesError, CardError, TransportError.
    """
    opener = CardOpener(card, pin)
    progress = counting(on_event, name_of(source), (opener.card_id,))
    with reading_into(source, output) as (stream, sink):
        return decrypt(stream, sink, opener, mail=mail, progress=progress)


def transcode_file(
    card: Card,
    source: Source,
    output: Output,
    target: Recipient,
    *,
    pin: PinProvider | None = None,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Re-encrypt a file to another key; its content, and the key to it, stay hidden.

    Without `pin` the PIN must be verified. Raises FilesError, CardError, TransportError.
    """
    transcoder = CardTranscoder(card, target, pin)
    progress = counting(on_event, name_of(source), (transcoder.card_id,))
    with reading_into(source, output) as (stream, sink):
        transcode(stream, sink, transcoder, progress=progress)
