"""Re-encrypts a message to another key without decrypting it, by rewriting its recipient infos.

A recipient info is outside the authenticated content (RFC 5083, 2.2), so the body stays unchanged,
whatever its size. What is written is armoured as what was read: PEM stays PEM, S/MIME stays S/MIME.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twincard.cms.framing import ber
from twincard.cms.framing.armour import ArmouredSink
from twincard.cms.framing.message import (
    MessageKind,
    MessageReader,
    Opening,
    check_authenticated,
    check_number,
    enveloped_version,
)
from twincard.cms.framing.source import Progress, Readable, Writable
from twincard.cms.recipients.codec import encode_recipient, without_encrypted_keys
from twincard.cms.recipients.infos import ArchiveKeeper, RecipientInfo, Transcoder
from twincard.cms.recipients.opening import open_all
from twincard.cms.recipients.reading import Recipients
from twincard.ground.whole_writes import WholeSink

_Replace = Callable[[RecipientInfo], RecipientInfo | None]
"""What takes the place of a recipient info: itself, another one, or none."""
_Choose = Callable[[Recipients], _Replace]
"""Those that it does not decode stay."""


def transcode(
    source: Readable, sink: Writable, transcoder: Transcoder, *, progress: Progress | None = None
) -> None:
    """Replaces every recipient info that opens with the transcoder's key; others stay.

    Usually one does. If several do, they may contain different keys, and only decrypting the
    content shows which is right: so all are tried that may be for the key, even after one that
    names it has opened. See ``open_each`` for which those are.

    Raises NotCmsError, AlteredError, NotForThisKeyError, UnsupportedError, SourceError, and
    whatever the transcoder raises but RecipientRejectedError, or the sink.
    """

    def choose(recipients: Recipients) -> _Replace:
        opened = open_all(recipients, transcoder, transcoder.transcode)
        new = {id(one.recipient): one.result for one in opened}
        return lambda recipient: new.get(id(recipient), recipient)

    _rewrite(source, sink, choose, progress)


def replace_recipients(
    source: Readable,
    sink: Writable,
    replace: Callable[[RecipientInfo], RecipientInfo],
    *,
    progress: Progress | None = None,
) -> None:
    """Replaces each recipient info by what ``replace`` makes of it; returned as it is, it stays.

    Raises NotCmsError, AlteredError, SourceError, and whatever ``replace`` or the sink raises.
    """

    def choose(recipients: Recipients) -> _Replace:
        for _recipient in recipients:
            pass  # only decoded
        return replace

    _rewrite(source, sink, choose, progress)


def replace_chosen(
    source: Readable,
    sink: Writable,
    choose: Callable[[Recipients], Callable[[RecipientInfo], RecipientInfo]],
    *,
    progress: Progress | None = None,
) -> None:
    """The same, where ``choose`` sees the recipients first, before anything is written.

    Those that it does not decode stay. Raises whatever it raises, and as `replace_recipients`.
    """
    _rewrite(source, sink, choose, progress)


def keep_for_archive(
    source: Readable, sink: Writable, keeper: ArchiveKeeper, *, progress: Progress | None = None
) -> None:
    """Makes an archive file of a message with the same body: other recipient infos are dropped.

    What is encrypted to the keeper's public key gets the archive key instead; `transcode` says
    what happens if several recipient infos open. The content-encryption key stays the same, so
    whoever opens a copy of the old message in years opens this one too.

    Raises NotAuthenticatedError for EnvelopedData, and as `transcode` does.
    """

    def choose(recipients: Recipients) -> _Replace:
        opened = open_all(recipients, keeper, keeper.keep)
        new = {id(one.recipient): one.result for one in opened}
        for _recipient in recipients:
            pass  # only decoded: each is dropped
        return lambda recipient: new.get(id(recipient))

    _rewrite(source, sink, choose, progress, authenticated=True)


def change_recipients(
    source: Readable,
    sink: Writable,
    added: Sequence[RecipientInfo],
    dropped: Callable[[RecipientInfo], bool],
    *,
    progress: Progress | None = None,
) -> None:
    """Adds recipient infos, which must hold the content-encryption key, and drops others.

    Raises NotCmsError, AlteredError, SourceError, UnsupportedError for too many recipients, and
    whatever ``dropped`` or the sink raises.
    """

    def choose(recipients: Recipients) -> _Replace:
        for _recipient in recipients:
            pass  # only decoded
        return lambda recipient: None if dropped(recipient) else recipient

    _rewrite(source, sink, choose, progress, added=added)


def read_recipients(source: Readable) -> tuple[RecipientInfo, ...]:
    """The recipient infos of a message; reads no further. Raises NotCmsError, AlteredError."""
    message = MessageReader(source)
    return tuple(Recipients(message.opening().recipient_infos, message.budget))


def _rewrite(
    source: Readable,
    sink: Writable,
    choose: _Choose,
    progress: Progress | None,
    *,
    authenticated: bool = False,
    added: Sequence[RecipientInfo] = (),
) -> None:
    sink = WholeSink(sink)
    message = MessageReader(source, progress)
    opening = message.opening()
    if authenticated:
        check_authenticated(opening)
    recipients = Recipients(opening.recipient_infos, message.budget)
    replace = choose(recipients)
    infos: list[bytes] = []
    written: list[RecipientInfo] = []
    for place, encoded in enumerate(opening.recipient_infos):
        if not recipients.is_decoded(place):
            infos.append(encoded)
            continue
        old = recipients.at(place)
        new = [replace(one) for one in old]
        infos += _replaced(encoded, old, new)
        written += [one for one in new if one is not None]
    if added:
        # A SET OF in DER is sorted by its encodings (X.690, 11.6).
        infos = sorted(infos + list(map(encode_recipient, added)))
        written += added
    check_number(len(infos))
    version = opening.version
    if opening.kind is MessageKind.ENVELOPED:
        version = max(version, enveloped_version(written))
    armoured = None if message.armour is None else ArmouredSink(sink, message.armour)
    bare: Writable = armoured or sink
    bare.write(_reframed(opening, version, infos))
    message.copy_to(bare)
    message.algorithm()
    for _ in message.content():
        pass  # only read, to notice an incomplete file
    message.tail()
    if armoured is not None:
        armoured.finish(message.armour_tail)


def _replaced(
    encoded: bytes, old: Sequence[RecipientInfo], new: Sequence[RecipientInfo | None]
) -> list[bytes]:
    """One encoded RecipientInfo with some of its recipients dropped, or replaced by own ones."""
    changed = frozenset(
        i for i, pair in enumerate(zip(old, new, strict=True)) if pair[0] is not pair[1]
    )
    replacements = [encode_recipient(one) for i in sorted(changed) if (one := new[i]) is not None]
    if not changed:
        return [encoded]
    if len(changed) == len(old):
        return replacements
    return [without_encrypted_keys(encoded, changed), *replacements]


def _reframed(opening: Opening, version: int, infos: Sequence[bytes]) -> bytes:
    """The opening with other recipient infos; the definite lengths around them are adjusted."""
    encoded_version = ber.encode(ber.INTEGER, bytes((version,)))
    inner = encoded_version + opening.originator_info + ber.encode(ber.SET, *infos)
    outer, explicit, enveloped = opening.frame
    growth = len(inner) - opening.inner_bytes
    enveloped_header = _resized(enveloped, growth)
    growth += len(enveloped_header) - len(enveloped.encoded)
    explicit_header = _resized(explicit, growth)
    growth += len(explicit_header) - len(explicit.encoded)
    outer_header = _resized(outer, growth)
    return outer_header + opening.kind.value + explicit_header + enveloped_header + inner


def _resized(header: ber.Header, growth: int) -> bytes:
    if header.length is None or not growth:
        return header.encoded
    return ber.encode_header(header.tag, header.length + growth)
