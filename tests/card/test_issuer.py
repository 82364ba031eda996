"""The issuer's authority, personalisation and activation."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange, status
from tests.refusals.samples import PERSONALISATION

from twincard.card.issuer import Personalisation
from twincard.card.report import LifeCycle, PolicyFlags, Role
from twincard.card.report_parsing import parse_report
from twincard.iso.status import AuthorityMissingError, IssuerRefusedError, Sw, WrongStateError
from twincard.keys.secret import Secret


@pytest.fixture
def blank(bench: Bench) -> Specimen:
    specimen = bench.at(Stage.BLANK).original
    specimen.card()
    return specimen


def challenge(specimen: Specimen, size: int = 16) -> bytes:
    data, sw = exchange(specimen.lab, Command(0x00, 0x84, answer=size))
    assert sw == Sw.DONE
    return data


def card_id(specimen: Specimen) -> bytes:
    """From the state report."""
    report = exchange(specimen.lab, Command(0x00, 0xCA, 0x00, 0xE0, answer=256))[0]
    return parse_report(report).card_id


def proof(specimen: Specimen, size: int = 16) -> bytes:
    """The MAC of EXTERNAL AUTHENTICATE over a new challenge, computed here."""
    named = b"twincard/issuer/1" + card_id(specimen)
    mac = CMAC(AES(specimen.transport_key.reveal()))
    mac.update(named + challenge(specimen, size))
    return mac.finalize()


def authenticate(specimen: Specimen, mac: bytes) -> int:
    return status(specimen.lab, Command(0x00, 0x82, data=mac))


def is_issuer(specimen: Specimen) -> bool:
    """Whether the card takes the issuer's command BEGIN GROUP, asked with a wrong P1."""
    sw = status(specimen.lab, Command(0x80, 0x10))
    assert sw in (Sw.WRONG_P1P2, Sw.AUTHORITY_MISSING)
    return sw == Sw.WRONG_P1P2


def test_the_issuer_proves_the_transport_key(blank: Specimen) -> None:
    assert authenticate(blank, proof(blank)) == Sw.DONE
    assert is_issuer(blank)


@pytest.mark.parametrize("size", [1, 8, 15, 17, 32, 64])
def test_only_16_bytes_are_a_challenge(blank: Specimen, size: int) -> None:
    assert len(challenge(blank, size)) == size
    assert authenticate(blank, proof(blank, size)) == Sw.WRONG_STATE


def test_random_bytes_differ_and_le_00_gives_32(blank: Specimen) -> None:
    drawn = [challenge(blank, 256) for _ in range(20)]
    assert {len(item) for item in drawn} == {32}
    assert len(set(drawn)) == 20


@pytest.mark.parametrize("size", [65, 128, 255])
def test_no_more_than_64_random_bytes_come_at_once(blank: Specimen, size: int) -> None:
    answer, sw = exchange(blank.lab, Command(0x00, 0x84, answer=size))
    assert (len(answer), sw) == (64, Sw.DONE)


def test_a_challenge_serves_once(blank: Specimen) -> None:
    mac = proof(blank)
    assert authenticate(blank, mac) == Sw.DONE
    assert authenticate(blank, mac) == Sw.WRONG_STATE
    assert not is_issuer(blank)


def test_a_challenge_serves_the_very_next_command_only(blank: Specimen) -> None:
    mac = proof(blank)
    assert status(blank.lab, Command(0x00, 0xCA, 0x00, 0xE0, answer=256)) == Sw.DONE
    assert authenticate(blank, mac) == Sw.WRONG_STATE


def test_every_bit_of_the_proof_counts(blank: Specimen) -> None:
    for bit in range(128):
        mac = int.from_bytes(proof(blank), "big") ^ 1 << bit
        assert authenticate(blank, mac.to_bytes(16, "big")) == Sw.AUTHENTICATION_FAILED


def test_a_failed_proof_ends_the_authority(blank: Specimen) -> None:
    card = blank.as_issuer()
    with pytest.raises(IssuerRefusedError):
        card.issuer.authenticate(card.report().card_id, Secret(bytes(32)))
    assert not is_issuer(blank)


@pytest.mark.parametrize("how", ["reset", "select"])
def test_the_authority_ends(blank: Specimen, how: str) -> None:
    card = blank.as_issuer()
    card.files.select()
    assert is_issuer(blank)
    getattr(card, how)()
    assert not is_issuer(blank)


def test_one_cards_proof_is_worth_nothing_to_another(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    card = bench.original.card()
    with pytest.raises(IssuerRefusedError):
        card.issuer.authenticate(bench.backup.card().report().card_id, bench.original.transport_key)


def personalised(specimen: Specimen, **changes: object) -> Personalisation:
    pin, puk = specimen.pin, specimen.puk
    values = {"role": Role.ORIGINAL, "pin": pin, "puk": puk, "policy": PolicyFlags.NONE} | changes
    return Personalisation(**values)  # type: ignore[arg-type]


def test_personalisation_is_replaced_as_a_whole_until_activation(blank: Specimen) -> None:
    card = blank.as_issuer()
    with pytest.raises(WrongStateError):
        card.issuer.activate()
    card.issuer.personalise(personalised(blank, backups=8, policy=PolicyFlags(0x0F)))
    report = card.report()
    assert (report.role, report.backups_allowed, report.policy) == (Role.ORIGINAL, 8, 0x0F)
    other = personalised(blank, role=Role.BACKUP, pin=Secret("second PIN"), backups=0)
    card.issuer.personalise(other)
    report = card.report()
    assert (report.role, report.backups_allowed, report.policy) == (Role.BACKUP, 0, 0)
    card.issuer.activate()
    assert card.report().life_cycle is LifeCycle.OPERATIONAL
    card.pin.verify(Secret("second PIN"))
    with pytest.raises(WrongStateError):
        card.issuer.personalise(other)
    with pytest.raises(WrongStateError):
        card.issuer.activate()


@pytest.mark.parametrize(
    ("place", "value"),
    [(2, 0), (2, 3), (5, 9), (5, 0x80), (5, 0xFF)],
    ids=lambda value: f"{value:02X}",
)
def test_unknown_roles_and_more_than_8_backups_are_refused(
    blank: Specimen, place: int, value: int
) -> None:
    card = blank.as_issuer()
    data = PERSONALISATION[:place] + bytes([value]) + PERSONALISATION[place + 1 :]
    assert status(blank.lab, Command(0x80, 0x02, data=data)) == Sw.WRONG_DATA
    assert card.report().role is Role.NONE


@pytest.mark.parametrize(
    "secrets",
    [
        "8205 3131313131 8306 323232323232",
        "8206 313131313131 8305 3232323232",
        "8206 313131313100 8306 323232323232",
        "8211 3131313131313131313131313131313131 8306 323232323232",
        "8200 8306 323232323232",
        "82FF 8306 323232323232",
        "8306 323232323232 8206 313131313131",
        "8206 313131313131",
        "",
    ],
)
def test_pin_and_puk_have_6_to_16_bytes(blank: Specimen, secrets: str) -> None:
    card = blank.as_issuer()
    data = PERSONALISATION[:7] + bytes.fromhex(secrets)
    assert status(blank.lab, Command(0x80, 0x02, data=data)) == Sw.WRONG_DATA
    assert card.report().role is Role.NONE


def test_the_issuer_cannot_act_as_the_user_once_operational(bench: Bench) -> None:
    issuer = bench.at(Stage.ISSUED).original.as_issuer()
    with pytest.raises(AuthorityMissingError):
        issuer.group.begin(3)


def test_either_authority_terminates(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    for card in (bench.original.unlocked(), bench.backup.as_issuer()):
        card.terminate()
        report = card.report()
        assert report.life_cycle is LifeCycle.TERMINATED
        assert (report.group, report.key) == (None, None)
