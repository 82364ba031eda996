"""The issuer's certificates: both cards of a pair have them, and no other issuer's card joins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bench import Bench, Specimen, component

from twincard.card.report import Features, LifeCycle, Mode, PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.authority import NoIssuerChannelError
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.errors import ProtocolError
from twincard.flows.identity import UntrustedCardError, identify
from twincard.flows.issue.pair import (
    Blank,
    IssueEvent,
    IssueStep,
    Modes,
    NoHostBlindModeError,
    OtherIssuerError,
    Profile,
    issue_pair,
)
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import BASE_APPLET, Laboratory
from twincard.transport import CardGoneError

ISSUER = IssuerSigningKey.draw()
GIVEN = [component(1)]


def blank(specimen: Specimen) -> Blank:
    return Blank(specimen.card(), specimen.transport_key, specimen.pin, specimen.puk)


@pytest.fixture
def base_card() -> Iterator[Blank]:
    """A card of the base build, which has no host-blind mode."""
    lab = Laboratory.start(BASE_APPLET)
    lab.install(b"\x80\x20" + bytes(32))
    yield Blank(Card(lab), Secret(bytes(32)), Secret("base PIN"), Secret("base PUK"))
    lab.close()


def test_both_cards_are_certified_before_either_is_operational(bench: Bench) -> None:
    events: list[IssueEvent] = []
    pair = issue_pair(
        blank(bench.original), blank(bench.backup), Profile(), GIVEN, ISSUER, on_event=events.append
    )
    steps = [event.step for event in events]
    assert steps[-4:] == [IssueStep.CERTIFY] * 2 + [IssueStep.ACTIVATE] * 2
    assert (pair.mode, pair.issuer_public_key) == (Mode.HOST_BLIND, ISSUER.public_key)
    for specimen in (bench.original, bench.backup):
        card = specimen.card()
        assert identify(card, card.report(), ISSUER.public_key) is not None
        with pytest.raises(UntrustedCardError, match="from another issuer"):
            identify(card, card.report(), IssuerSigningKey.draw().public_key)


def test_a_pair_without_an_issuers_key_has_one_of_its_own(bench: Bench) -> None:
    first = issue_pair(blank(bench.original), blank(bench.backup), Profile())
    second = issue_pair(blank(bench.original2), blank(bench.backup2), Profile())
    assert None not in (first.issuer_public_key, second.issuer_public_key)
    assert first.issuer_public_key != second.issuer_public_key


@pytest.mark.parametrize("modes", Modes)
def test_the_modes_of_a_pair_are_what_the_profile_says(bench: Bench, modes: Modes) -> None:
    pair = issue_pair(blank(bench.original), blank(bench.backup), Profile(modes=modes))
    for specimen in (bench.original, bench.backup):
        report = specimen.card().report()
        assert report.certified == (modes is not Modes.BASE)
        assert (PolicyFlags.BASE_MODE_FORBIDDEN in report.policy) == (modes is Modes.HOST_BLIND)
    assert pair.mode is (Mode.BASE if modes is Modes.BASE else Mode.HOST_BLIND)
    again = issue_pair(blank(bench.original), blank(bench.backup), Profile(modes=modes))
    assert again == pair


def test_a_chip_without_host_blind_mode_makes_a_pair_of_base_mode(
    bench: Bench, base_card: Blank
) -> None:
    assert Features.HOST_BLIND not in base_card.card.features
    with pytest.raises(NoHostBlindModeError):
        issue_pair(blank(bench.original), base_card, Profile(), GIVEN, plain=True)
    profile = Profile(policy=PolicyFlags.NONE, modes=Modes.EITHER)
    with pytest.raises(NoIssuerChannelError):
        issue_pair(blank(bench.original), base_card, profile, GIVEN)
    for card in (bench.original.card(), base_card.card):
        assert card.report().role is Role.NONE, "nothing was written"
    pair = issue_pair(blank(bench.original), base_card, profile, GIVEN, plain=True)
    assert (pair.mode, pair.issuer_public_key) == (Mode.BASE, None)
    original = bench.original.unlocked()
    assert original.report().policy == PolicyFlags.PUBLIC_KEY_WITHHELD
    base_card.card.select()
    base_card.card.pin.verify(base_card.pin)
    done = duplicate_key(original, base_card.card, [component(2), component(3)])
    assert done.mode is Mode.BASE


def test_a_further_backup_takes_the_issuers_key(bench: Bench) -> None:
    profile = Profile(backups=2)
    original = blank(bench.original)
    issue_pair(original, blank(bench.backup), profile, GIVEN, issuer=ISSUER)
    further = blank(bench.backup2)
    with pytest.raises(OtherIssuerError, match="with the signing key that certified the original"):
        issue_pair(original, further, profile, GIVEN)
    with pytest.raises(OtherIssuerError, match="another issuer"):
        issue_pair(original, further, profile, GIVEN, issuer=IssuerSigningKey.draw())
    assert further.card.report().life_cycle is LifeCycle.INITIALISATION
    pair = issue_pair(original, further, profile, GIVEN, issuer=ISSUER)
    assert pair.issuer_public_key == ISSUER.public_key


def test_operational_cards_of_different_issuers_are_no_pair(bench: Bench) -> None:
    profile = Profile(modes=Modes.EITHER)
    first = blank(bench.original)
    issue_pair(first, blank(bench.backup), profile, issuer=ISSUER)
    stranger = blank(bench.backup2)
    issue_pair(blank(bench.original2), stranger, profile)
    with pytest.raises(ProtocolError, match="no certificate from the other card's issuer"):
        issue_pair(first, stranger, profile)


def test_an_original_of_base_mode_gets_no_certified_backup(bench: Bench) -> None:
    original = blank(bench.original)
    issue_pair(original, blank(bench.backup), Profile(modes=Modes.BASE))
    with pytest.raises(ProtocolError, match="different policy"):
        issue_pair(original, blank(bench.backup2), Profile())
    with pytest.raises(ProtocolError, match="no certificate"):
        issue_pair(original, blank(bench.backup2), Profile(modes=Modes.EITHER))
    assert issue_pair(original, blank(bench.backup2), Profile(modes=Modes.BASE))


def interrupted(original: Blank, backup: Blank) -> None:
    """The original is operational, its backup certified and not operational."""

    def pull(event: IssueEvent) -> None:
        if (event.role, event.step) == (Role.BACKUP, IssueStep.ACTIVATE):
            raise CardGoneError("The cable was pulled.")

    with pytest.raises(CardGoneError):
        issue_pair(original, backup, Profile(), GIVEN, on_event=pull)


def test_a_pair_cut_between_its_activations_is_finished_without_the_forgotten_key(
    bench: Bench,
) -> None:
    original, backup = blank(bench.original), blank(bench.backup)
    interrupted(original, backup)
    assert original.card.report().life_cycle is LifeCycle.OPERATIONAL
    assert backup.card.report().life_cycle is LifeCycle.INITIALISATION
    for profile, message in (
        (Profile(modes=Modes.EITHER), "original is already operational with a different policy"),
        (Profile(backups=2), r"original is already operational, .* \(1\) than requested \(2\)"),
    ):
        with pytest.raises(ProtocolError, match=message):
            issue_pair(original, backup, profile, GIVEN)
    known = original.card.device.issuer_public_key()
    events: list[IssueEvent] = []
    pair = issue_pair(original, backup, Profile(), GIVEN, on_event=events.append)
    assert pair.issuer_public_key == known
    assert [event.step for event in events] == [IssueStep.ACTIVATE]


def test_a_prepared_backup_that_is_not_as_asked_for_is_refused(bench: Bench) -> None:
    original, backup = blank(bench.original), blank(bench.backup)
    interrupted(original, backup)
    original.card.pin.verify(original.pin)
    original.card.group.set_component(component(2))
    with pytest.raises(ProtocolError, match="backup is prepared without component 2"):
        issue_pair(original, backup, Profile(), [component(1), component(2)])
