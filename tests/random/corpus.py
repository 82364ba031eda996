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

ISO, OWN, SECURED = 0x00, 0x80, 0x84
SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""What stands before the hash in its DigestInfo."""
SELECT_APPLET = Command(ISO, 0xA4, 0x04, 0x00, APPLET_AID, SHORT_ANSWER)
GET_CHALLENGE = Command(ISO, 0x84, answer=16)


def padded(value: bytes) -> bytes:
    """A PIN or PUK as CHANGE and RESET RETRY COUNTER take it."""
    return value.ljust(16, b"\x00")


def verify(specimen: Specimen) -> Command:
    """VERIFY with the right PIN."""
    return Command(ISO, 0x20, 0x00, 0x01, specimen.pin.reveal())


def unblock(specimen: Specimen) -> Command:
    """RESET RETRY COUNTER to the same PIN."""
    data = padded(specimen.puk.reveal()) + padded(specimen.pin.reveal())
    return Command(ISO, 0x2C, 0x00, 0x01, data)


def change(specimen: Specimen) -> Command:
    """CHANGE REFERENCE DATA to the same PIN."""
    return Command(ISO, 0x24, 0x00, 0x01, padded(specimen.pin.reveal()) * 2)


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
        Command(ISO, 0x20, 0x00, 0x01),
        Command(ISO, 0x20, 0xFF, 0x01),
        GET_CHALLENGE,
    ]
    if scene.world.stage < Stage.KEYED or scene.world.opened:
        # Elsewhere it would put an end to the key that the others are to leave alone.
        generate = bytes.fromhex("AC03800102")
        commands.append(Command(ISO, 0x46, 0x80, 0x00, generate, SHORT_ANSWER))
    if scene.blank:
        flags = (0x00, 0xE0)
        commands += [_personalise(specimen, scene.world.role, each) for each in flags]
        commands.append(Command(ISO, 0x44))
    return commands


def _reading() -> list[Command]:
    return [
        *(Command(ISO, 0xCA, 0x00, tag, answer=SHORT_ANSWER) for tag in (0xE0, 0xE3, 0xE4)),
        Command(ISO, 0x46, 0x81, answer=SHORT_ANSWER),
        Command(OWN, 0x44, answer=SHORT_ANSWER),
        Command(OWN, 0x44, FRIEND, answer=SHORT_ANSWER),
    ]


def _fids(*path: int) -> bytes:
    return b"".join(fid.to_bytes(2, "big") for fid in path)


def _files() -> list[Command]:
    control = SAMPLES["CREATE FILE"].data
    directory = bytes.fromhex("620E 820138 8302DF10 8C0547101000 10".replace(" ", ""))
    return [
        Command(ISO, 0xA4, 0x00, 0x04, _fids(0x3F00), SHORT_ANSWER),
        Command(ISO, 0xA4, 0x00, 0x0C),
        Command(ISO, 0xA4, 0x02, 0x04, _fids(FREE_EF), SHORT_ANSWER),
        Command(ISO, 0xA4, 0x08, 0x04, _fids(FREE_EF), SHORT_ANSWER),
        Command(ISO, 0xA4, 0x08, 0x04, _fids(*KEPT_PATH), SHORT_ANSWER),
        Command(ISO, 0xA4, 0x01, 0x04, _fids(KEPT_PATH[0]), SHORT_ANSWER),
        Command(ISO, 0xA4, 0x03, 0x04, answer=SHORT_ANSWER),
        Command(ISO, 0xA4, 0x09, 0x04, _fids(KEPT_PATH[1]), SHORT_ANSWER),
        Command(ISO, 0xB0, answer=SHORT_ANSWER),
        Command(ISO, 0xB0, 0x01, 0x00, answer=40),
        Command(ISO, 0xD6, 0x00, 0x00, bytes(range(200))),
        Command(ISO, 0xD6, 0x00, 0xF0, b"end"),
        Command(ISO, 0xE0, data=control),
        Command(ISO, 0xE0, data=directory),
        Command(ISO, 0xE4, data=_fids(0xD010)),
        Command(ISO, 0xE4),
    ]


def _group() -> list[Command]:
    values = [component(number) for number in (1, 2, 3)]
    return [
        Command(OWN, 0x10, 3, 1, GROUP_ID, SHORT_ANSWER),
        Command(OWN, 0x10, 8, 0, b"", SHORT_ANSWER),
        *(Command(OWN, 0x12, item.number, 0, item.value.reveal() + item.kcv) for item in values),
        Command(OWN, 0x14, 0x00),
        Command(OWN, 0x14, 0x02),
    ]


def _duplication(scene: Scene) -> list[Command]:
    data = scene.duplicates
    return [
        Command(OWN, 0x20, data=scene.original_id, answer=SHORT_ANSWER),
        Command(OWN, 0x20, 0x01, 0x00, scene.original_id, SHORT_ANSWER),
        Command(OWN, 0x22, data=data.ticket or SAMPLES["EXPORT KEY"].data, answer=SHORT_ANSWER),
        Command(OWN, 0x24, data=data.export or SAMPLES["IMPORT KEY"].data, answer=SHORT_ANSWER),
        Command(OWN, 0x26, data=data.receipt or SAMPLES["CONFIRM EXPORT"].data),
        Command(OWN, 0x28, answer=SHORT_ANSWER),
        Command(OWN, 0x2A),
    ]


def _trust(scene: Scene) -> list[Command]:
    """Identity, signatures, log, and the beginnings of secure channels."""
    agreement = SAMPLES["INTERNAL AUTHENTICATE"]
    commands = [
        *(Command(ISO, 0xCA, 0x00, tag, answer=SHORT_ANSWER) for tag in (0xE5, 0xE6)),
        Command(ISO, 0xCA, 0x7F, 0x21, answer=SHORT_ANSWER),
        Command(OWN, 0x46, data=bytes(16), answer=SHORT_ANSWER),
        Command(ISO, 0x46, 0x80, 0x02, bytes.fromhex("AC03800102"), SHORT_ANSWER),
        Command(ISO, 0x46, 0x81, 0x02, answer=SHORT_ANSWER),
        Command(ISO, 0x2A, 0x9E, 0x9A, bytes(32), SHORT_ANSWER),
        Command(ISO, 0x2A, 0x9E, 0x9A, SHA256_INFO + bytes(32), SHORT_ANSWER),
        Command(ISO, 0xCA, 0x01, 0x01, answer=SHORT_ANSWER),
        Command(ISO, 0x2A, 0x00, 0xBE, scene.duplicates.certificate or bytes(181)),
        Command(OWN, 0x20, 0x00, 0x01, scene.original_id, SHORT_ANSWER),
        Command(OWN, 0x20, 0x01, 0x01, scene.original_id, SHORT_ANSWER),
        Command(SECURED, 0x82, 0x33, 0x00, bytes(16)),
        Command(SECURED, 0xD8, 0x00, 0x81, SAMPLES["PUT KEY"].data, SHORT_ANSWER),
        Command(OWN, 0x50, data=bytes(8), answer=SHORT_ANSWER),
        Command(OWN, 0x88, agreement.p1, agreement.p2, agreement.data, SHORT_ANSWER),
    ]
    if scene.blank:
        commands.append(Command(OWN, 0x04, data=SAMPLES["CERTIFY"].data))
    return commands


def _usage(scene: Scene) -> list[Command]:
    cryptogram = sealed(scene)
    template = encode_public_key(scene.friend)
    return [
        Command(ISO, 0x22, 0x41, 0xB8, bytes.fromhex("800112840100")),
        Command(ISO, 0x22, 0x41, 0xB8, bytes.fromhex("800111")),
        *(Command(ISO, 0x22, 0x41, 0xB8, bytes([0x80, 1, name])) for name in (0x13, 0x14, 0x15)),
        Command(ISO, 0x22, 0x41, 0xB6, bytes.fromhex("80011181024B02840101")),
        Command(ISO, 0x22, 0x81, 0xB8, bytes([0x83, 1, FRIEND])),
        Command(ISO, 0x22, 0x81, 0xB8, bytes([0x83, 1, 0])),
        Command(ISO, 0x22, 0x81, 0xB8, template),
        Command(ISO, 0x2A, 0x86, 0x80, bytes(32), SHORT_ANSWER),
        Command(ISO, 0x2A, 0x80, 0x86, cryptogram, SHORT_ANSWER),
        Command(OWN, 0x30, data=cryptogram, answer=SHORT_ANSWER),
        Command(OWN, 0x32, data=cryptogram, answer=SHORT_ANSWER),
        Command(OWN, 0x34, data=bytes(32), answer=SHORT_ANSWER),
        Command(OWN, 0x36, data=bytes.fromhex("8328") + bytes(40), answer=SHORT_ANSWER),
        Command(OWN, 0x38, data=cryptogram, answer=SHORT_ANSWER),
    ]


def _contacts(scene: Scene) -> list[Command]:
    templates = [encode_public_key(scene.friend), encode_public_key(scene.public)]
    return [
        *(Command(OWN, 0x40, 3, owner, item) for owner in (0, 1) for item in templates),
        Command(OWN, 0x42, 3),
    ]


def _personalise(specimen: Specimen, role: Role, flags: int) -> Command:
    data = (
        tlv.encode(0x80, bytes([role]))
        + tlv.encode(0x81, bytes([1, flags]))
        + tlv.encode(0x82, specimen.pin.reveal())
        + tlv.encode(0x83, specimen.puk.reveal())
    )
    return Command(OWN, 0x02, data=data)
