"""The state report is read as the card interface has it, and nothing else is taken for one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bench import GROUP_ID, Bench, Stage, component

from twincard.card.report import (
    CardReport,
    ExportReport,
    ExportState,
    Features,
    IdentityState,
    ImportReport,
    ImportState,
    LifeCycle,
    Mode,
    PolicyFlags,
    Role,
    Scp03KeysReport,
    SetBy,
)
from twincard.card.report_parsing import parse_report, parse_used_slots
from twincard.iso.status import UnexpectedAnswerError
from twincard.iso.tlv import decode, encode

OBJECTS = bytes.fromhex(
    "80020100 810203ef 8210" + "ab" * 16 + "830105 840101 85020103 8602030a"
    "8711" + "cd" * 16 + "02 8808 01f4c263 00000000 8a020001 8c0410002008"
)
REPORT = bytes([0xE0, len(OBJECTS)]) + OBJECTS


def test_a_report_is_read_field_by_field() -> None:
    report = parse_report(REPORT)
    assert (report.version, report.card_id) == (0x0100, b"\xab" * 16)
    assert Features.EXTENDED_LENGTH in report.features
    assert Features.HOST_BLIND not in report.features
    assert (report.life_cycle, report.role) == (LifeCycle.OPERATIONAL, Role.ORIGINAL)
    assert report.backups_allowed == 1
    assert report.policy == PolicyFlags.ERASE_GROUP | PolicyFlags.PUBLIC_KEY_IN_BACKUP
    assert (report.pin_tries_left, report.puk_tries_left) == (3, 10)
    assert report.group is not None
    assert (report.group.group_id, report.group.size) == (b"\xcd" * 16, 2)
    assert report.group.missing == (2,)
    places = report.group.components
    assert (places[0].set_by, places[0].kcv) == (SetBy.ISSUER, bytes.fromhex("f4c263"))
    assert (places[1].set_by, places[1].kcv) == (SetBy.NOBODY, None)
    assert (report.key, report.import_) == (None, None)
    assert report.export == ExportReport(ExportState.NONE, 1)
    assert report.export_closed
    assert (report.file_bytes_free, report.file_entries_free, report.contact_places) == (
        4096,
        32,
        8,
    )


def with_objects(**changed: str) -> CardReport:
    """The report with other data objects, by the hex of their tags; those that it lacks at the end.

    Their order does not matter to a reader.
    """
    objects = {item.tag: item.value for item in decode(OBJECTS)}
    objects |= {int(name[1:], 16): bytes.fromhex(value) for name, value in changed.items()}
    return parse_report(encode(0xE0, *(encode(tag, value) for tag, value in objects.items())))


def test_identity_and_scp03_keys_are_told_where_a_card_has_them() -> None:
    bare = parse_report(REPORT)
    assert (bare.identity, bare.scp03_keys, bare.certified) == (None, None, False)
    drawn = with_objects(t8D="01", t8F="0100")
    assert (drawn.identity, drawn.certified) == (IdentityState.DEVICE_KEY, False)
    assert drawn.scp03_keys == Scp03KeysReport(1, required=False)
    certified = with_objects(t8D="02", t8F="7f01", t85="0110")
    assert certified.certified
    assert certified.scp03_keys == Scp03KeysReport(0x7F, required=True)
    assert certified.policy == PolicyFlags.BASE_MODE_FORBIDDEN


@pytest.mark.parametrize(("mode", "told"), [(Mode.BASE, "00"), (Mode.HOST_BLIND, "01")])
def test_the_mode_of_a_ticket_is_told_on_both_sides(mode: Mode, told: str) -> None:
    other, nonce = b"\xaa" * 16, b"\xbb" * 16
    ticket = (other + nonce).hex() + told
    pending = with_objects(t8A="0100" + ticket).export
    assert pending == ExportReport(ExportState.PENDING, 0, other, nonce, mode)
    for state in (ImportState.TICKETED, ImportState.IMPORTED, ImportState.VOID):
        import_ = with_objects(t8B=f"{state:02x}" + ticket).import_
        assert import_ == ImportReport(state, other, nonce, mode)


def test_a_card_of_the_first_version_tells_no_mode_and_has_base_mode_only() -> None:
    pending = with_objects(t8A="0100" + "aa" * 16 + "bb" * 16).export
    assert pending is not None
    assert pending.mode is Mode.BASE


@pytest.mark.parametrize(
    "changed",
    [{"t8D": "03"}, {"t8D": ""}, {"t8F": "01"}, {"t8A": "0100" + "aa" * 32 + "02"}],
)
def test_identity_keys_and_modes_that_do_not_exist_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(UnexpectedAnswerError):
        with_objects(**changed)


@given(st.integers(0, len(REPORT) - 1), st.integers(0, 255))
def test_a_report_with_any_other_byte_is_read_or_refused_plainly(place: int, value: int) -> None:
    altered = REPORT[:place] + bytes([value]) + REPORT[place + 1 :]
    try:
        assert isinstance(parse_report(altered), CardReport)
    except UnexpectedAnswerError as error:
        assert str(error).endswith(".")  # noqa: PT017 -- most altered bytes are still a report


@given(st.integers(0, len(REPORT) - 1))
def test_a_report_cut_short_is_refused(end: int) -> None:
    with pytest.raises(UnexpectedAnswerError):
        parse_report(REPORT[:end])


def test_a_list_of_slots_that_is_none_is_refused() -> None:
    for answer in ("e5 00", "e4 02 8000", "e4 03 800103", "e4 13 8011 07" + "00" * 16):
        with pytest.raises(UnexpectedAnswerError):
            parse_used_slots(bytes.fromhex(answer))
    assert parse_used_slots(bytes.fromhex("e400")) == ()


def test_the_report_follows_the_card_through_its_life(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    blank = bench.original.card().report()
    assert (blank.life_cycle, blank.role) == (LifeCycle.INITIALISATION, Role.NONE)
    assert (blank.group, blank.key, blank.export, blank.import_) == (None, None, None, None)
    bench.at(Stage.ISSUED)
    issued = bench.backup.card().report()
    assert issued.import_ == ImportReport(ImportState.EMPTY)
    assert issued.group is not None
    assert (issued.group.group_id, issued.group.missing) == (GROUP_ID, (2, 3))
    assert issued.group.components[0].kcv == component(1).kcv
    bench.at(Stage.DUPLICATED)
    done = bench.original.card().report()
    assert done.export == ExportReport(ExportState.DONE, 1)
    bench.original.unlocked().terminate()
    ended = bench.original.card().report()
    assert ended.life_cycle is LifeCycle.TERMINATED
    assert (ended.group, ended.key) == (None, None)
    assert ended.card_id == done.card_id


def test_reports_are_compared_by_value(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    card = bench.original.card()
    assert card.report() == card.report()
    assert replace(card.report(), pin_tries_left=1) != card.report()
