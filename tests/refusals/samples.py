"""For every command one well-formed APDU, and what is wrong with others of its kind."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench import component

from twincard.iso.command import SHORT_ANSWER
from twincard.iso.ins import Ins
from twincard.iso.status import Sw

PIN = b"a new PIN"
PADDED = PIN.ljust(16, b"\x00")
PERSONALISATION = bytes.fromhex("800101 81020100 8206") + b"111111" + b"\x83\x06" + b"222222"
COMPONENT = component(1).value.reveal() + component(1).kcv
TICKET = bytes.fromhex("E1478033") + bytes(51) + bytes.fromhex("8110") + bytes(16)
RECEIPT = bytes.fromhex("E315800101 8110") + bytes(16)
EXPORT = bytes.fromhex("E281C38081C0") + bytes(192)
POINT = bytes.fromhex(
    "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
)
"""The generator of P-256: a valid public key."""
EC_TEMPLATE = bytes.fromhex("7F49438641 04") + POINT
KEY_AGREEMENT = bytes.fromhex("A60D90021100 95013C 800188 810110 5F4941")
CERTIFICATION = bytes.fromhex("8641 04") + POINT + bytes(181)
EF_CONTROL = bytes.fromhex("6210 80020010 820101 8302D010 8C03030000")


@dataclass(frozen=True)
class Sample:
    """`wrong_data` are data of a wrong length, which the card answers with `wrong_length`."""

    p1: int
    p2: int
    data: bytes = b""
    answer: int = 0
    wrong_parameters: tuple[tuple[int, int], ...] = ((0x01, 0x00), (0x00, 0x01))
    wrong_data: tuple[bytes, ...] = ()
    wrong_length: Sw = Sw.WRONG_LENGTH


_WITHOUT_DATA = Sample(0x00, 0x00)


def _template(data: bytes, refusal: Sw) -> Sample:
    return Sample(0, 0, data, SHORT_ANSWER, wrong_data=(data[:-1], data + b"\x00", b""),
                  wrong_length=refusal)  # fmt: skip


_PIN_PARAMETERS = ((0x01, 0x01), (0x00, 0x00), (0x00, 0x02), (0x00, 0x81))
_TWO_PINS = Sample(0, 1, PADDED * 2, 0, _PIN_PARAMETERS, (PADDED * 2 + b"0", PADDED, b""))
_ANY = SHORT_ANSWER

SAMPLES = {
    Ins.SELECT: Sample(
        0, 4, b"\x3f\x00", _ANY, ((0x05, 0x00), (0x00, 0x01)), (b"\x3f", b"\x3f\x00\x00")
    ),
    Ins.GET_RESPONSE: Sample(0, 0, answer=_ANY),
    Ins.GET_DATA: Sample(0x00, 0xE0, answer=_ANY, wrong_parameters=((0x01, 0xE0), (0x3F, 0xE3))),
    Ins.GET_CHALLENGE: Sample(0, 0, answer=16),
    Ins.EXTERNAL_AUTHENTICATE: Sample(0, 0, bytes(16), wrong_data=(bytes(15), bytes(17), b"")),
    Ins.PERSONALISE: _template(PERSONALISATION, Sw.WRONG_DATA),
    Ins.ACTIVATE: _WITHOUT_DATA,
    Ins.TERMINATE_CARD_USAGE: _WITHOUT_DATA,
    Ins.VERIFY: Sample(0, 1, PIN, 0, (*_PIN_PARAMETERS, (0xFE, 0x01)), (PADDED + b"0",)),
    Ins.CHANGE_REFERENCE_DATA: _TWO_PINS,
    Ins.RESET_RETRY_COUNTER: _TWO_PINS,
    Ins.BEGIN_GROUP: Sample(
        3, 1, bytes(16), _ANY, ((0, 1), (9, 1), (0x83, 1), (3, 2)), (bytes(15), bytes(17), b"")
    ),
    Ins.SET_COMPONENT: Sample(
        1, 0, COMPONENT, 0, ((0, 0), (4, 0), (0x81, 0), (1, 1)), (COMPONENT[:-1], COMPONENT + b"0")
    ),
    Ins.CLEAR_GROUP: Sample(0, 0, b"", 0, ((0, 1), (9, 0), (0x81, 0))),
    Ins.GENERATE_ASYMMETRIC_KEY_PAIR: Sample(
        0x80,
        0,
        bytes.fromhex("AC03800102"),
        _ANY,
        ((0x00, 0x00), (0x80, 0x01), (0x82, 0x00)),
        (bytes.fromhex("AC038001"), bytes.fromhex("AC0380010200"), b""),
    ),
    Ins.GET_TICKET: Sample(
        0, 1, bytes(16), _ANY, ((2, 1), (0x81, 1), (0, 2)), (bytes(15), bytes(17), b"")
    ),
    Ins.EXPORT_KEY: _template(TICKET, Sw.WRONG_DATA),
    Ins.IMPORT_KEY: _template(EXPORT, Sw.WRONG_STATE),
    Ins.CONFIRM_EXPORT: _template(RECEIPT, Sw.WRONG_DATA),
    Ins.CANCEL_TICKET: _WITHOUT_DATA,
    Ins.CERTIFY: _template(CERTIFICATION, Sw.WRONG_DATA),
    Ins.READ_LOG: Sample(0, 0, bytes(16), _ANY, wrong_data=(bytes(15), bytes(17), b"")),
    Ins.ABANDON_EXPORT: _WITHOUT_DATA,
    Ins.MANAGE_SECURITY_ENVIRONMENT: Sample(
        0x41,
        0xB8,
        bytes.fromhex("840100"),
        0,
        ((0x41, 0xA4), (0x01, 0xB8), (0x81, 0xB6), (0xF3, 0xB8)),
        (bytes.fromhex("8401"), bytes.fromhex("84010000")),
        Sw.WRONG_DATA,
    ),
    Ins.PERFORM_SECURITY_OPERATION: Sample(
        0x80, 0x86, bytes(257)[:255], _ANY, ((0x80, 0x80), (0x86, 0x86), (0x9E, 0x9B))
    ),
    Ins.TRANSCODE: Sample(0, 0, bytes(255), _ANY),
    Ins.CHECK: Sample(0, 0, bytes(255), _ANY),
    Ins.WRAP: Sample(
        0, 0, bytes(32), _ANY, wrong_data=(b"", bytes(15), bytes(31), bytes(33), bytes(255))
    ),
    Ins.UNWRAP: Sample(0, 0, bytes(255), _ANY),
    Ins.KEEP: Sample(0, 0, bytes(255), _ANY),
    Ins.PUT_CONTACT: Sample(1, 0, EC_TEMPLATE, 0, ((0, 0), (9, 0), (0x81, 0), (1, 2))),
    Ins.DELETE_CONTACT: Sample(1, 0, b"", 0, ((0, 0), (9, 0), (0x81, 0), (1, 1))),
    Ins.GET_CONTACT: Sample(0, 0, b"", _ANY, ((9, 0), (0x81, 0), (0, 1), (1, 1))),
    Ins.READ_BINARY: Sample(0, 0, b"", _ANY, ((0x80, 0), (0xFF, 0xFF))),
    Ins.UPDATE_BINARY: Sample(0, 0, b"\x00", 0, ((0x80, 0), (0xFF, 0xFF))),
    Ins.CREATE_FILE: Sample(0, 0, EF_CONTROL),
    Ins.DELETE_FILE: Sample(0, 0, b"\xd0\x10"),
    Ins.INITIALIZE_UPDATE: Sample(0, 0, bytes(8), _ANY, ((0x00, 0x01),), (bytes(7), bytes(9), b"")),
    Ins.EXTERNAL_AUTHENTICATE_SCP03: Sample(
        0x33, 0, bytes(16), 0, ((0x00, 0x00), (0x01, 0x00), (0x33, 0x01)), (bytes(15), bytes(17))
    ),
    Ins.INTERNAL_AUTHENTICATE: Sample(0x01, 0x13, KEY_AGREEMENT + b"\x04" + POINT, _ANY, ()),
    Ins.PUT_KEY: Sample(0x00, 0x81, bytes(67), _ANY, ()),
}
