"""Issue of a pair: complete, repeatable after any interruption, and never across pairs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.bench import Bench, Specimen, Stage, component, components
from tests.chips.issuing import issue_as_able
from tests.flows.unplugged import Cable, Unplugged

from twincard.card.files import (
    DECIPHER_CERTIFICATE,
    EXPIRY_DATE,
    MEMBER_NUMBER,
    SIGNATURE_CERTIFICATE,
)
from twincard.card.issuer import Personalisation
from twincard.card.report import LifeCycle, Mode, PolicyFlags, Role, SetBy
from twincard.card.session import Card
from twincard.flows.authority import take_authority
from twincard.flows.errors import ProtocolError
from twincard.flows.identity import identify
from twincard.flows.issue.pair import (
    Blank,
    IssuedPair,
    IssueEvent,
    IssueStep,
    Modes,
    Profile,
)
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.iso.status import IssuerRefusedError
from twincard.keys.component import Component, draw_group
from twincard.keys.secret import Secret
from twincard.transport import CardGoneError

PROFILE = Profile(
    group_size=3,
    backups=2,
    policy=PolicyFlags.PUBLIC_KEY_IN_BACKUP,
    member_number=b"4711",
    expiry_date="2030年12月".encode(),
)
BASE = Profile(policy=PolicyFlags.NONE, modes=Modes.BASE, public_key_at_once=True)


def blank(specimen: Specimen, card: Card | None = None) -> Blank:
    return Blank(card or specimen.card(), specimen.transport_key, specimen.pin, specimen.puk)


def assert_issued(bench: Bench, pair: IssuedPair) -> None:
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    for card, card_id, role in (
        (original, pair.original_id, Role.ORIGINAL),
        (backup, pair.backup_id, Role.BACKUP),
    ):
        report = card.report()
        assert (report.card_id, report.role) == (card_id, role)
        assert report.life_cycle is LifeCycle.OPERATIONAL
        assert report.policy == PROFILE.whole_policy
        assert report.certified
        assert pair.issuer_public_key is not None
        assert identify(card, report, pair.issuer_public_key) is not None
        assert report.group is not None
        assert report.group.group_id == pair.group_id
        assert [item.kcv for item in report.group.components] == [component(1).kcv, None, None]
        assert report.group.components[0].set_by is SetBy.ISSUER
    assert pair.mode is Mode.HOST_BLIND
    assert original.report().backups_allowed == 2
    assert read(original, MEMBER_NUMBER) == PROFILE.member_number
    assert read(original, EXPIRY_DATE) == PROFILE.expiry_date


def read(card: Card, fid: int) -> bytes:
    size = card.files.select(fid).size
    assert size is not None
    return card.files.read(size)


def test_a_pair_is_issued_with_one_component_and_its_files(bench: Bench) -> None:
    events: list[IssueEvent] = []
    pair = issue_as_able(
        blank(bench.original),
        blank(bench.backup),
        PROFILE,
        [component(1)],
        on_event=events.append,
    )
    assert_issued(bench, pair)
    assert [event.step for event in events if event.role is Role.ORIGINAL] == list(IssueStep)
    backup = bench.backup.card()
    assert backup.report().file_entries_free == 29
    for fid in (DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE):
        assert read(bench.original.card(), fid).strip(b"\x00") == b""
        assert read(backup, fid).strip(b"\x00") == b""


def test_a_pair_can_be_issued_with_all_components_or_none(bench: Bench) -> None:
    for given in ([], components()):
        bench.at(Stage.BLANK)
        issue_as_able(blank(bench.original), blank(bench.backup), Profile(), given)
        for specimen in (bench.original, bench.backup):
            group = specimen.card().report().group
            assert group is not None
            assert len(group.missing) == 3 - len(given)


@pytest.mark.parametrize("answered", [False, True], ids=["lost command", "lost answer"])
def test_issue_is_repeated_after_an_interruption_at_any_exchange(
    bench: Bench, answered: bool
) -> None:
    at = 0
    finished = False
    while not finished:
        at += 1
        bench.at(Stage.BLANK)
        cable = Cable(at, answered=answered)
        readers = (bench.original, bench.backup)
        try:
            blanks = [blank(item, Card(Unplugged(item.lab, cable))) for item in readers]
            issue_as_able(blanks[0], blanks[1], PROFILE, [component(1)])
            finished = True
        except CardGoneError:
            for item in readers:
                item.lab.reset()
        pair = issue_as_able(blank(bench.original), blank(bench.backup), PROFILE, [component(1)])
        assert_issued(bench, pair)
    assert at > 20


def test_an_interrupted_issue_may_be_repeated_with_other_components_and_files(
    bench: Bench,
) -> None:
    original, backup = blank(bench.original), blank(bench.backup)
    take_authority(original.card, original.card.report(), original.transport_key, plain=True)
    original.card.group.begin(5)
    original.card.group.set_component(component(2, size=5))
    take_authority(backup.card, backup.card.report(), backup.transport_key, plain=True)
    backup.card.group.begin(3)
    backup.card.group.set_component(draw_group(3)[0])
    pair = issue_as_able(original, backup, PROFILE, [component(1)])
    assert_issued(bench, pair)


def test_a_further_backup_is_issued_to_an_original_in_use(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    given = [component(1)]
    issuer = IssuerSigningKey.draw()
    original = blank(bench.original)
    first = issue_as_able(original, blank(bench.backup), PROFILE, given, issuer=issuer)
    second = issue_as_able(original, blank(bench.backup2), PROFILE, given, issuer=issuer)
    assert (first.original_id, first.group_id) == (second.original_id, second.group_id)
    assert first.backup_id != second.backup_id


def test_the_issuers_key_of_another_card_is_refused(bench: Bench) -> None:
    wrong = Blank(
        bench.original.card(), bench.backup.transport_key, Secret("123456"), Secret("12345678")
    )
    with pytest.raises(IssuerRefusedError):
        issue_as_able(wrong, blank(bench.backup), PROFILE)
    assert bench.original.card().report().role is Role.NONE


@pytest.mark.parametrize(
    ("profile", "given", "message"),
    [
        (Profile(group_size=9), [], "1 to 8"),
        (Profile(group_size=0), [], "1 to 8"),
        (Profile(), [component(1), component(1)], "given twice"),
        (Profile(group_size=2), [component(1, 3)], "a key group of size 3, not 2"),
    ],
)
def test_wrong_arguments_touch_no_card(
    bench: Bench, profile: Profile, given: list[Component], message: str
) -> None:
    with pytest.raises(ProtocolError, match=message):
        issue_as_able(blank(bench.original), blank(bench.backup), profile, given)
    assert bench.original.card().report().role is Role.NONE


def test_one_card_is_no_pair(bench: Bench) -> None:
    both = blank(bench.original)
    with pytest.raises(ProtocolError, match="two different cards"):
        issue_as_able(both, both, PROFILE)
    assert bench.original.card().report().role is Role.NONE


def test_cards_in_use_elsewhere_are_told_apart(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    cards = {name: blank(getattr(bench, name)) for name in ("original", "original2", "backup")}
    other = Component(1, 3, Secret(bytes(32)))
    for original, backup, profile, given, message in (
        ("original", "original2", BASE, [], "with another role"),
        ("backup", "original", BASE, [], "with another role"),
        ("original", "backup", replace(BASE, group_size=2), [], "without a key group of 2"),
        ("original", "backup", BASE, [other], "another component 1"),
    ):
        with pytest.raises(ProtocolError, match=re.escape(message)):
            issue_as_able(cards[original], cards[backup], profile, given)
    issue_as_able(cards["original"], cards["backup"], BASE, [component(1)])
    bench.at(Stage.BLANK)
    fresh = blank(bench.original2)
    bench.at(Stage.ISSUED)
    with pytest.raises(ProtocolError, match="another key group"):
        issue_as_able(fresh, blank(bench.backup), BASE)


def test_equal_components_are_refused_before_a_card_is_touched(bench: Bench) -> None:
    cards = blank(bench.original), blank(bench.backup)
    equal = [component(1), Component(2, 3, component(1).value)]
    with pytest.raises(ProtocolError, match="Components 1 and 2 are the same"):
        issue_as_able(*cards, PROFILE, equal)
    assert bench.original.card().report().role is Role.NONE


def test_a_component_left_by_an_issue_that_was_broken_off_is_not_set_twice(bench: Bench) -> None:
    cards = blank(bench.original), blank(bench.backup)

    def stop(event: IssueEvent) -> None:
        if event.step is IssueStep.FILES:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        issue_as_able(*cards, PROFILE, [component(1)], on_event=stop)
    again = blank(bench.original), blank(bench.backup)
    with pytest.raises(ProtocolError, match="twincard group clear"):
        issue_as_able(*again, PROFILE, [Component(2, 3, component(1).value)])


OTHERS = {
    "backups": (replace(PROFILE, backups=1), [component(1)], "(2) than requested (1)"),
    "policy": (
        replace(PROFILE, policy=PolicyFlags.ERASE_GROUP | PolicyFlags.DECIPHER_OFF),
        [component(1)],
        "policy (backup keeps the public key, base mode forbidden, "
        "public key withheld until a backup exists) "
        "than requested (group erased after the last backup, decryption disabled, "
        "base mode forbidden, public key withheld until a backup exists).",
    ),
    "component": (PROFILE, components(), "original is operational without component 2"),
    "member's number": (replace(PROFILE, member_number=b"4712"), [], "different member's number"),
    "expiry date": (replace(PROFILE, expiry_date=b"2031-01"), [], "different expiry date"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_issued_cards_that_are_not_as_asked_for_are_refused_and_the_difference_is_told(
    bench: Bench, what: str
) -> None:
    profile, given, message = OTHERS[what]
    cards = blank(bench.original), blank(bench.backup)
    issue_as_able(*cards, PROFILE, [component(1)])
    with pytest.raises(ProtocolError, match=re.escape(message)):
        issue_as_able(*cards, profile, given)
    assert issue_as_able(*cards, PROFILE, [component(1)])


def test_an_issued_original_without_the_files_asked_for_is_refused(bench: Bench) -> None:
    cards = blank(bench.original), blank(bench.backup)
    issue_as_able(*cards, Profile())
    with pytest.raises(ProtocolError, match="different member's number, or with none"):
        issue_as_able(*cards, Profile(member_number=b"4711"))
    assert issue_as_able(*cards, Profile())


def test_an_issued_backup_with_other_rules_or_without_a_component_is_refused(
    bench: Bench,
) -> None:
    original, backup = blank(bench.original), blank(bench.backup)
    profile = replace(PROFILE, modes=Modes.BASE)
    issue_as_able(original, backup, profile)
    report = original.card.report()
    assert report.group is not None
    for policy, given, message in (
        (
            PolicyFlags.NONE,
            [component(1)],
            "backup is already operational with a different policy (none)",
        ),
        (profile.whole_policy, [], "backup is operational without component 1"),
    ):
        stranger = blank(bench.backup2 if given else bench.backup3)
        issuer = stranger.card.issuer
        take_authority(stranger.card, stranger.card.report(), stranger.transport_key, plain=True)
        issuer.personalise(
            Personalisation(Role.BACKUP, stranger.pin, stranger.puk, 0, policy=policy)
        )
        stranger.card.group.begin(3, report.group.group_id)
        for item in given:
            stranger.card.group.set_component(item)
        issuer.activate()
        original.card.select()
        original.card.pin.verify(original.pin)
        original.card.group.set_component(component(1))
        with pytest.raises(ProtocolError, match=re.escape(message)):
            issue_as_able(original, stranger, profile, [component(1)])


def test_a_terminated_card_is_not_issued(bench: Bench) -> None:
    bench.original.as_issuer().terminate()
    with pytest.raises(ProtocolError, match="is terminated"):
        issue_as_able(blank(bench.original), blank(bench.backup), PROFILE)
