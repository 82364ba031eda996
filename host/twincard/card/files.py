"""The card's file system (ISO 7816-4, clause 7.2 to 7.4; ISO 7816-9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.status import UnexpectedAnswerError

MF = 0x3F00
MEMBER_NUMBER = 0xD001
"""EF with the member's number, on originals."""
EXPIRY_DATE = 0xD002
"""EF with the expiry date, on originals."""
DECIPHER_CERTIFICATE = 0xC001
"""EF with the decipher key's X.509 certificate: DER, then zeros."""
SIGNATURE_CERTIFICATE = 0xC002
"""EF with the signature key's."""
CERTIFICATE_CHAIN = 0xC003
"""EF with the chain of these certificates' issuers: DER, one after the other, then zeros."""

_WHOLE_UPDATE = 128
_WHOLE_READ = 256


class Condition(IntEnum):
    """The authority that an operation on a file needs."""

    ALWAYS = 0x00
    USER_PIN = 0x10
    ISSUER = 0x20
    NEVER = 0xFF


class FileType(IntEnum):
    """Types of files."""

    TRANSPARENT_EF = 0x01
    DF = 0x38


@dataclass(frozen=True)
class EfAccess:
    """Access rules of an elementary file."""

    read: Condition
    update: Condition
    delete: Condition = Condition.NEVER

    def encode(self) -> bytes:
        """In compact form (ISO 7816-4, 5.4.3.2)."""
        return bytes([0x43, self.delete, self.update, self.read])


@dataclass(frozen=True)
class DfAccess:
    """Access rules of a dedicated file."""

    create_df: Condition
    create_ef: Condition
    delete_child: Condition = Condition.NEVER
    delete: Condition = Condition.NEVER

    def encode(self) -> bytes:
        """In compact form (ISO 7816-4, 5.4.3.2)."""
        conditions = (self.delete, self.create_df, self.create_ef, self.delete_child)
        return bytes([0x47, *conditions])


@dataclass(frozen=True)
class FileControl:
    """File control parameters (template 62). `size` in bytes, None for a DF."""

    fid: int
    type: FileType
    size: int | None
    access: bytes


class Files:
    """Files of one card. The card keeps track of the current file."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def select(self, *path: int) -> FileControl:
        """Make the file with this path of FIDs from the MF current (none: the MF itself).

        Raises NotFoundError.
        """
        p1, data = (0x08, _fids(path)) if path else (0x00, _fids((MF,)))
        command = Command.of(Ins.SELECT, p1, 0x04, data, SHORT_ANSWER)
        return _parse_control(self._channel.send(command, _("select a file")))

    def create_ef(self, fid: int, size: int, access: EfAccess) -> None:
        """Create an EF of `size` zero bytes in the current DF; it is current then.

        Raises AuthorityMissingError, AlreadyExistsError, MemoryFullError.
        """
        self._create(
            tlv.encode(0x80, size.to_bytes(2, "big")), FileType.TRANSPARENT_EF, fid, access
        )

    def create_df(self, fid: int, access: DfAccess) -> None:
        """Create a DF in the current DF; it is current then. Errors as for `create_ef`."""
        self._create(b"", FileType.DF, fid, access)

    def delete(self, fid: int) -> None:
        """Delete a child of the current DF and wipe its content; a DF must be empty.

        Raises AuthorityMissingError, NotFoundError, WrongStateError.
        """
        self._channel.send(Command.of(Ins.DELETE_FILE, data=_fids((fid,))), _("delete a file"))

    def read(self, size: int, offset: int = 0) -> bytes:
        """Read `size` bytes of the current EF from `offset`.

        Raises AuthorityMissingError, CardError 6282 or 6B00 past the end.
        """
        pieces = []
        for start in range(offset, offset + size, _WHOLE_READ):
            wanted = min(_WHOLE_READ, offset + size - start)
            command = Command.of(Ins.READ_BINARY, start >> 8, start & 0xFF, answer=wanted)
            piece = self._channel.send(command, _("read a file"))
            if len(piece) != wanted:
                raise UnexpectedAnswerError(
                    _("The card returned fewer or more bytes of a file than requested.")
                )
            pieces.append(piece)
        return b"".join(pieces)

    def update(self, content: bytes, offset: int = 0) -> None:
        """Overwrite part of the current EF; each 128 bytes are written whole or not at all.

        Raises AuthorityMissingError, MemoryFullError past the end.
        """
        for start in range(0, len(content), _WHOLE_UPDATE):
            place = offset + start
            piece = content[start : start + _WHOLE_UPDATE]
            self._channel.send(
                Command.of(Ins.UPDATE_BINARY, place >> 8, place & 0xFF, piece), _("write a file")
            )

    def _create(self, size: bytes, kind: FileType, fid: int, access: EfAccess | DfAccess) -> None:
        control = tlv.encode(
            0x62,
            size,
            tlv.encode(0x82, bytes([kind])),
            tlv.encode(0x83, _fids((fid,))),
            tlv.encode(0x8C, access.encode()),
        )
        self._channel.send(Command.of(Ins.CREATE_FILE, data=control), _("create a file"))


def _fids(path: tuple[int, ...]) -> bytes:
    return b"".join(fid.to_bytes(2, "big") for fid in path)


def _parse_control(answer: bytes) -> FileControl:
    try:
        values = {item.tag: item.value for item in tlv.decode(tlv.decode_one(answer, 0x62))}
        return FileControl(
            fid=int.from_bytes(values[0x83], "big"),
            type=FileType(values[0x82][0]),
            size=int.from_bytes(values[0x80], "big") if 0x80 in values else None,
            access=values[0x8C],
        )
    except (ValueError, KeyError, IndexError) as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's file parameters: {error}.").format(error=error)
        ) from None
