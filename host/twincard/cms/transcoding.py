"""Re-encrypts a message to another key without decrypting it, by rewriting its recipient infos.

A recipient info is outside the authenticated content (RFC 5083, 2.2), so the body stays unchanged,
whatever its size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twincard.cms.framing import ber
from twincard.cms.framing.message import (
    MessageKind,
    MessageReader,
    Opening,
    check_authenticated,
    enveloped_version,
)
from twincard.cms.framing.source import Progress, Readable, Writable
from twincard.cms.recipients.codec import (
    decode_all,
    decode_recipients,
    encode_recipient,
    without_encrypted_keys,
)
from twincard.cms.recipients.infos import ArchiveKeeper, RecipientInfo, Transcoder
from twincard.cms.recipients.opening import open_all
from twincard.ground.whole_writes import WholeSink

_Choose = Callable[[Sequence[RecipientInfo]], Sequence[RecipientInfo | None]]
"""What takes the place of each recipient info: itself, another one, or none."""


def transcode(
    source: Readable, sink: Writable, transcoder: Transcoder, *, progress: Progress | None = None
) -> None:
    """Replaces every recipient info that opens with the transcoder's key; others stay.

    Usually one does. If several do, they may contain different keys, and only decrypting the
    content shows which is right. See ``open_all`` for which are tried.

    Raises NotCmsError, AlteredError, NotForThisKeyError, UnsupportedError, SourceError, and
    whatever the transcoder raises but RecipientRejectedError, or the sink.
    """

    def choose(recipients: Sequence[RecipientInfo]) -> Sequence[RecipientInfo]:
        opened = open_all(recipients, transcoder, transcoder.transcode)
        new = {id(one.recipient): one.result for one in opened}
        return [new.get(id(recipient), recipient) for recipient in recipients]

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
    _rewrite(source, sink, lambda recipients: [replace(one) for one in recipients], progress)


def keep_for_archive(
    source: Readable, sink: Writable, keeper: ArchiveKeeper, *, progress: Progress | None = None
) -> None:
    """Makes an archive file of a message with the same body: other recipient infos are dropped.

    What is encrypted to the keeper's public key gets the archive key instead; `transcode` says
    what happens if several recipient infos open. The content-encryption key stays the same, so
    whoever opens a copy of the old message in years opens this one too.

    Raises NotAuthenticatedError for EnvelopedData, and as `transcode` does.
    """

    def choose(recipients: Sequence[RecipientInfo]) -> Sequence[RecipientInfo | None]:
        opened = open_all(recipients, keeper, keeper.keep)
        new = {id(one.recipient): one.result for one in opened}
        return [new.get(id(recipient)) for recipient in recipients]

    _rewrite(source, sink, choose, progress, authenticated=True)


def read_recipients(source: Readable) -> tuple[RecipientInfo, ...]:
    """The recipient infos of a message; reads no further. Raises NotCmsError, AlteredError."""
    return decode_all(MessageReader(source).opening().recipient_infos)


def _rewrite(
    source: Readable,
    sink: Writable,
    choose: _Choose,
    progress: Progress | None,
    *,
    authenticated: bool = False,
) -> None:
    sink = WholeSink(sink)
    message = MessageReader(source, progress)
    opening = message.opening()
    if authenticated:
        check_authenticated(opening)
    groups = [decode_recipients(info) for info in opening.recipient_infos]
    old = [recipient for group in groups for recipient in group]
    new = iter(choose(old))
    infos: list[bytes] = []
    for encoded, group in zip(opening.recipient_infos, groups, strict=True):
        infos += _replaced(encoded, group, [next(new) for _ in group])
    version = opening.version
    if opening.kind is MessageKind.ENVELOPED:
        version = max(version, enveloped_version(decode_all(infos)))
    sink.write(_reframed(opening, version, infos))
    message.copy_to(sink)
    message.algorithm()
    for _ in message.content():
        pass  # only read, to notice an incomplete file
    message.tail()


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
