"""Valid commands to a card of one world: what random commands are made from."""

from __future__ import annotations

from tests.bench import GROUP_ID, Specimen, Stage, component
from tests.random.worlds import FREE_EF, FRIEND, KEPT_PATH, Scene, sealed
from tests.refusals.samples import SAMPLES

from twincard.card.public_key import encode_public_key
from twincard.card.report import Role
from twincard.card.session import APPLET_AID
from twincard.iso import tlv
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins

ISO, OWN, SECURED = 0x00, 0x80, 0x84
SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""What stands before the hash in its DigestInfo."""
SELECT_APPLET = Command.of(Ins.SELECT, 0x04, 0x00, APPLET_AID, SHORT_ANSWER)
GET_CHALLENGE = Command.of(Ins.GET_CHALLENGE, answer=16)


def padded(value: bytes) -> bytes:
    """A PIN or PUK as CHANGE and RESET RETRY COUNTER take it."""
    return value.ljust(16, b"\x00")


def verify(specimen: Specimen) -> Command:
    """VERIFY with the right PIN."""
    return Command.of(Ins.VERIFY, 0x00, 0x01, specimen.pin.reveal())


def unblock(specimen: Specimen) -> Command:
    """RESET RETRY COUNTER to the same PIN."""
    data = padded(specimen.puk.reveal()) + padded(specimen.pin.reveal())
    return Command.of(Ins.RESET_RETRY_COUNTER, 0x00, 0x01, data)


def change(specimen: Specimen) -> Command:
    """CHANGE REFERENCE DATA to the same PIN."""
    return Command.of(Ins.CHANGE_REFERENCE_DATA, 0x00, 0x01, padded(specimen.pin.reveal()) * 2)


def corpus(scene: Scene) -> list[Command]:
    """Commands that succeed in this world in one state or another."""
    specimen = scene.specimen
    commands = [
        *_reading(),
        *_files(),
        *_group(),
        *_duplication(scene),
        *_trust(scene),
        *_usage(scene),
        *_contacts(scene),
        change(specimen),
        unblock(specimen),
        Command.of(Ins.VERIFY, 0x00, 0x01),
        Command.of(Ins.VERIFY, 0xFF, 0x01),
        GET_CHALLENGE,
    ]
    if scene.world.stage < Stage.KEYED or scene.world.opened:
        # Elsewhere it would put an end to the key that the others are to leave alone.
        generate = bytes.fromhex("AC03800102")
        commands.append(
            Command.of(Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x80, 0x00, generate, SHORT_ANSWER)
        )
    if scene.blank:
        flags = (0x00, 0xE0)
        commands += [_personalise(specimen, scene.world.role, each) for each in flags]
        commands.append(Command.of(Ins.ACTIVATE))
    return commands


def _reading() -> list[Command]:
    return [
        *(Command.of(Ins.GET_DATA, 0x00, tag, answer=SHORT_ANSWER) for tag in (0xE0, 0xE3, 0xE4)),
        Command.of(Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x81, answer=SHORT_ANSWER),
        Command.of(Ins.GET_CONTACT, answer=SHORT_ANSWER),
        Command.of(Ins.GET_CONTACT, FRIEND, answer=SHORT_ANSWER),
    ]


def _fids(*path: int) -> bytes:
    return b"".join(fid.to_bytes(2, "big") for fid in path)


def _files() -> list[Command]:
    control = SAMPLES[Ins.CREATE_FILE].data
    directory = bytes.fromhex("620E 820138 8302DF10 8C0547101000 10".replace(" ", ""))
    return [
        Command.of(Ins.SELECT, 0x00, 0x04, _fids(0x3F00), SHORT_ANSWER),
        Command.of(Ins.SELECT, 0x00, 0x0C),
        Command.of(Ins.SELECT, 0x02, 0x04, _fids(FREE_EF), SHORT_ANSWER),
        Command.of(Ins.SELECT, 0x08, 0x04, _fids(FREE_EF), SHORT_ANSWER),
        Command.of(Ins.SELECT, 0x08, 0x04, _fids(*KEPT_PATH), SHORT_ANSWER),
        Command.of(Ins.SELECT, 0x01, 0x04, _fids(KEPT_PATH[0]), SHORT_ANSWER),
        Command.of(Ins.SELECT, 0x03, 0x04, answer=SHORT_ANSWER),
        Command.of(Ins.SELECT, 0x09, 0x04, _fids(KEPT_PATH[1]), SHORT_ANSWER),
        Command.of(Ins.READ_BINARY, answer=SHORT_ANSWER),
        Command.of(Ins.READ_BINARY, 0x01, 0x00, answer=40),
        Command.of(Ins.UPDATE_BINARY, 0x00, 0x00, bytes(range(200))),
        Command.of(Ins.UPDATE_BINARY, 0x00, 0xF0, b"end"),
        Command.of(Ins.CREATE_FILE, data=control),
        Command.of(Ins.CREATE_FILE, data=directory),
        Command.of(Ins.DELETE_FILE, data=_fids(0xD010)),
        Command.of(Ins.DELETE_FILE),
    ]


def _group() -> list[Command]:
    values = [component(number) for number in (1, 2, 3)]
    return [
        Command.of(Ins.BEGIN_GROUP, 3, 1, GROUP_ID, SHORT_ANSWER),
        Command.of(Ins.BEGIN_GROUP, 8, 0, b"", SHORT_ANSWER),
        *(
            Command.of(Ins.SET_COMPONENT, item.number, 0, item.value.reveal() + item.kcv)
            for item in values
        ),
        Command.of(Ins.CLEAR_GROUP, 0x00),
        Command.of(Ins.CLEAR_GROUP, 0x02),
    ]


def _duplication(scene: Scene) -> list[Command]:
    data = scene.duplicates
    return [
        Command.of(Ins.GET_TICKET, data=scene.original_id, answer=SHORT_ANSWER),
        Command.of(Ins.GET_TICKET, 0x01, 0x00, scene.original_id, SHORT_ANSWER),
        Command.of(
            Ins.EXPORT_KEY, data=data.ticket or SAMPLES[Ins.EXPORT_KEY].data, answer=SHORT_ANSWER
        ),
        Command.of(
            Ins.IMPORT_KEY, data=data.export or SAMPLES[Ins.IMPORT_KEY].data, answer=SHORT_ANSWER
        ),
        Command.of(Ins.CONFIRM_EXPORT, data=data.receipt or SAMPLES[Ins.CONFIRM_EXPORT].data),
        Command.of(Ins.CANCEL_TICKET, answer=SHORT_ANSWER),
        Command.of(Ins.ABANDON_EXPORT),
    ]


def _trust(scene: Scene) -> list[Command]:
    """Identity, signatures, log, and the beginnings of secure channels."""
    agreement = SAMPLES[Ins.INTERNAL_AUTHENTICATE]
    commands = [
        *(Command.of(Ins.GET_DATA, 0x00, tag, answer=SHORT_ANSWER) for tag in (0xE5, 0xE6)),
        Command.of(Ins.GET_DATA, 0x7F, 0x21, answer=SHORT_ANSWER),
        Command.of(Ins.READ_LOG, data=bytes(16), answer=SHORT_ANSWER),
        Command.of(
            Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x80, 0x02, bytes.fromhex("AC03800102"), SHORT_ANSWER
        ),
        Command.of(Ins.GENERATE_ASYMMETRIC_KEY_PAIR, 0x81, 0x02, answer=SHORT_ANSWER),
        Command.of(Ins.PERFORM_SECURITY_OPERATION, 0x9E, 0x9A, bytes(32), SHORT_ANSWER),
        Command.of(
            Ins.PERFORM_SECURITY_OPERATION, 0x9E, 0x9A, SHA256_INFO + bytes(32), SHORT_ANSWER
        ),
        Command.of(Ins.GET_DATA, 0x01, 0x01, answer=SHORT_ANSWER),
        Command.of(
            Ins.PERFORM_SECURITY_OPERATION, 0x00, 0xBE, scene.duplicates.certificate or bytes(181)
        ),
        Command.of(Ins.GET_TICKET, 0x00, 0x01, scene.original_id, SHORT_ANSWER),
        Command.of(Ins.GET_TICKET, 0x01, 0x01, scene.original_id, SHORT_ANSWER),
        Command(SECURED, 0x82, 0x33, 0x00, bytes(16)),
        Command(SECURED, 0xD8, 0x00, 0x81, SAMPLES[Ins.PUT_KEY].data, SHORT_ANSWER),
        Command.of(Ins.INITIALIZE_UPDATE, data=bytes(8), answer=SHORT_ANSWER),
        Command.of(
            Ins.INTERNAL_AUTHENTICATE, agreement.p1, agreement.p2, agreement.data, SHORT_ANSWER
        ),
    ]
    if scene.blank:
        commands.append(Command.of(Ins.CERTIFY, data=SAMPLES[Ins.CERTIFY].data))
    return commands


def _usage(scene: Scene) -> list[Command]:
    cryptogram = sealed(scene)
    template = encode_public_key(scene.friend)
    return [
        Command.of(Ins.MANAGE_SECURITY_ENVIRONMENT, 0x41, 0xB8, bytes.fromhex("800112840100")),
        Command.of(Ins.MANAGE_SECURITY_ENVIRONMENT, 0x41, 0xB8, bytes.fromhex("800111")),
        *(
            Command.of(Ins.MANAGE_SECURITY_ENVIRONMENT, 0x41, 0xB8, bytes([0x80, 1, name]))
            for name in (0x13, 0x14, 0x15)
        ),
        Command.of(
            Ins.MANAGE_SECURITY_ENVIRONMENT, 0x41, 0xB6, bytes.fromhex("80011181024B02840101")
        ),
        Command.of(Ins.MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xB8, bytes([0x83, 1, FRIEND])),
        Command.of(Ins.MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xB8, bytes([0x83, 1, 0])),
        Command.of(Ins.MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xB8, template),
        Command.of(Ins.PERFORM_SECURITY_OPERATION, 0x86, 0x80, bytes(32), SHORT_ANSWER),
        Command.of(Ins.PERFORM_SECURITY_OPERATION, 0x80, 0x86, cryptogram, SHORT_ANSWER),
        Command.of(Ins.TRANSCODE, data=cryptogram, answer=SHORT_ANSWER),
        Command.of(Ins.CHECK, data=cryptogram, answer=SHORT_ANSWER),
        Command.of(Ins.WRAP, data=bytes(32), answer=SHORT_ANSWER),
        Command.of(Ins.UNWRAP, data=bytes.fromhex("8328") + bytes(40), answer=SHORT_ANSWER),
        Command.of(Ins.KEEP, data=cryptogram, answer=SHORT_ANSWER),
    ]


def _contacts(scene: Scene) -> list[Command]:
    templates = [encode_public_key(scene.friend), encode_public_key(scene.public)]
    return [
        *(Command.of(Ins.PUT_CONTACT, 3, owner, item) for owner in (0, 1) for item in templates),
        Command.of(Ins.DELETE_CONTACT, 3),
    ]


def _personalise(specimen: Specimen, role: Role, flags: int) -> Command:
    data = (
        tlv.encode(0x80, bytes([role]))
        + tlv.encode(0x81, bytes([1, flags]))
        + tlv.encode(0x82, specimen.pin.reveal())
        + tlv.encode(0x83, specimen.puk.reveal())
    )
    return Command.of(Ins.PERSONALISE, data=data)
