"""Reads a card's state report and its list of used slots (GET DATA E0 and E4) into types."""

from __future__ import annotations

from collections.abc import Mapping

from twincard.card.report import (
    ARCHIVE_ID_BYTES,
    ID_BYTES,
    NONCE_BYTES,
    WAY_SHIFT,
    CardReport,
    ComponentReport,
    ComponentWay,
    ExportReport,
    ExportState,
    Features,
    GroupReport,
    IdentityState,
    ImportReport,
    ImportState,
    KeyOrigin,
    KeyReport,
    KeyServiceReport,
    LifeCycle,
    Mode,
    PolicyFlags,
    Role,
    Scp03KeysReport,
    SetBy,
    SignatureKeyReport,
    SlotUse,
    UsedSlot,
)
from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.status import UnexpectedAnswerError
from twincard.keys.derivation import KCV_BYTES
from twincard.keys.key_type import KeyType

_NOT_RELEASED = 2


def parse_report(answer: bytes) -> CardReport:
    """Read the answer to GET DATA E0; raises UnexpectedAnswerError."""
    try:
        objects = tlv.decode(tlv.decode_one(answer, 0xE0))
        return _report({item.tag: item.value for item in objects})
    except (ValueError, KeyError, IndexError) as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's state report: {error}.").format(error=error)
        ) from None


def parse_used_slots(answer: bytes) -> tuple[UsedSlot, ...]:
    """Read the answer to GET DATA E4; raises UnexpectedAnswerError."""
    try:
        objects = tlv.decode(tlv.decode_one(answer, 0xE4))
        return tuple(
            UsedSlot(SlotUse(item.value[0]), tlv.sized(item.value[1:], ID_BYTES))
            for item in objects
        )
    except (ValueError, IndexError) as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's list of used slots: {error}.").format(error=error)
        ) from None


def _report(values: Mapping[int, bytes]) -> CardReport:
    allowed, policy = tlv.sized(values[0x85], 2)
    # Version 1.1 of the interface knew no transport PIN.
    pin_tries, puk_tries, transport_pin = tlv.sized(values[0x86].ljust(3, b"\0"), 3)
    memory = tlv.sized(values[0x8C], 4)
    return CardReport(
        version=int.from_bytes(tlv.sized(values[0x80], 2), "big"),
        features=Features(int.from_bytes(tlv.sized(values[0x81], 2), "big")),
        card_id=tlv.sized(values[0x82], ID_BYTES),
        life_cycle=LifeCycle(_one(values[0x83])),
        role=Role(_one(values[0x84])),
        backups_allowed=allowed,
        policy=PolicyFlags(policy),
        pin_tries_left=pin_tries,
        puk_tries_left=puk_tries,
        group=_group(values),
        key=_key(values[0x89]) if 0x89 in values else None,
        export=_export(values[0x8A]) if 0x8A in values else None,
        import_=_import(values[0x8B]) if 0x8B in values else None,
        file_bytes_free=int.from_bytes(memory[:2], "big"),
        file_entries_free=memory[2],
        contact_places=memory[3],
        identity=IdentityState(_one(values[0x8D])) if 0x8D in values else None,
        signature_key=_signature_key(values[0x8E]) if 0x8E in values else None,
        scp03_keys=_scp03_keys(values[0x8F]) if 0x8F in values else None,
        archive_id=_archive_id(values[0x90]) if 0x90 in values else None,
        transport_pin=transport_pin == 1,
        key_service=_key_service(values[0x91]) if 0x91 in values else None,
    )


def _archive_id(value: bytes) -> bytes | None:
    """None on a simulated card whose key was made before there were archive keys."""
    return value if any(tlv.sized(value, ARCHIVE_ID_BYTES)) else None


def _group(values: Mapping[int, bytes]) -> GroupReport | None:
    if 0x87 not in values:
        return None
    identity = tlv.sized(values[0x87], ID_BYTES + 1)
    size = identity[-1]
    places = tlv.sized(values[0x88], size * (1 + KCV_BYTES))
    return GroupReport(identity[:-1], tuple(_component(n, places) for n in range(1, size + 1)))


def _component(number: int, places: bytes) -> ComponentReport:
    start = (number - 1) * (1 + KCV_BYTES)
    way, by = divmod(places[start], 1 << WAY_SHIFT)
    set_by = SetBy(by)
    kcv = places[start + 1 : start + 1 + KCV_BYTES]
    if set_by is SetBy.NOBODY:
        return ComponentReport(number, set_by, None, None)
    return ComponentReport(number, set_by, kcv, ComponentWay(way))


def _key(value: bytes) -> KeyReport:
    tlv.sized(value, 34)
    return KeyReport(
        KeyType.of_number(value[0]), value[1] == 1, value[2:], value[1] != _NOT_RELEASED
    )


def _export(value: bytes) -> ExportReport:
    state = ExportState(value[0])
    if state is not ExportState.PENDING:
        return ExportReport(state, tlv.sized(value, 2)[1])
    return ExportReport(state, value[1], *_ticket(value[2:]))


def _import(value: bytes) -> ImportReport:
    state = ImportState(value[0])
    if state is ImportState.EMPTY:
        tlv.sized(value, 1)
        return ImportReport(state)
    return ImportReport(state, *_ticket(value[1:]))


def _key_service(value: bytes) -> KeyServiceReport:
    state, origin = ImportState(value[0]), KeyOrigin(value[1])
    if state is ImportState.EMPTY:
        tlv.sized(value, 2)
        return KeyServiceReport(state, origin)
    return KeyServiceReport(state, origin, tlv.sized(value[2:], ID_BYTES))


def _ticket(value: bytes) -> tuple[bytes, bytes, Mode]:
    """The other card's id, the nonce, and the mode; version 1.0 of the interface had base only."""
    if len(value) == ID_BYTES + NONCE_BYTES:
        return value[:ID_BYTES], value[ID_BYTES:], Mode.BASE
    tlv.sized(value, ID_BYTES + NONCE_BYTES + 1)
    return value[:ID_BYTES], value[ID_BYTES:-1], Mode(value[-1])


def _signature_key(value: bytes) -> SignatureKeyReport:
    tlv.sized(value, 33)
    return SignatureKeyReport(KeyType.of_number(value[0]), value[1:])


def _scp03_keys(value: bytes) -> Scp03KeysReport:
    version, required = tlv.sized(value, 2)
    return Scp03KeysReport(version, required == 1)


def _one(value: bytes) -> int:
    return tlv.sized(value, 1)[0]
