"""What the library logs, traces, prints and returns on the way holds no secret."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.bench import Bench, Specimen, Stage, components
from tests.faults.keys import group_key, parts_of
from tests.secrets.hunt import Hunt
from tests.trust.service import Supply, pair_of

from twincard.card.report import Mode, PolicyFlags
from twincard.card.session import Card
from twincard.cms import FileOutput, Recipient, read_recipients
from twincard.flows.duplicate.duplication import DuplicationEvent, duplicate_key
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.files.opener import CardOpener
from twincard.flows.issue.pair import Blank, IssueEvent, Profile, issue_pair
from twincard.flows.recover.recovery import recover_files
from twincard.keys.key_type import KeyType
from twincard.transport.trace import Traced

CONTENT = b"What nobody else may read."


class Recorder:
    """Everything that was told, returned or traced."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, item: object) -> None:
        """Its repr and its text."""
        self.lines += [repr(item), str(item)]

    def blank(self, specimen: Specimen) -> Blank:
        """A card to be issued, traced with all data that a trace ever shows."""
        card = Card(Traced(specimen.lab, self.lines.append, show_data=True))
        return Blank(card, specimen.transport_key, specimen.pin, specimen.puk)


def hunt_for(*specimens: Specimen) -> Hunt:
    """All that issuer, users and holders know of these cards, and the keys derived from it."""
    hunt = Hunt({"group key": group_key(3).value})
    for item in components():
        hunt.add(f"component {item.number}", item.value.reveal())
    for specimen in specimens:
        hunt.add(f"PIN of {specimen.name}", specimen.pin.reveal())
        hunt.add(f"PUK of {specimen.name}", specimen.puk.reveal())
        hunt.add(f"transport key of {specimen.name}", specimen.transport_key.reveal())
    return hunt


def test_log_trace_and_results_of_the_whole_way_hold_no_secret(
    bench: Bench,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    recorder = Recorder()
    bench.at(Stage.BLANK)
    hunt = hunt_for(bench.original, bench.backup, bench.original2)
    original, backup = recorder.blank(bench.original), recorder.blank(bench.backup)
    told: list[IssueEvent | DuplicationEvent] = []
    profile = Profile(3, 1, PolicyFlags.NONE, b"7", b"2030-12")
    recorder.note(issue_pair(original, backup, profile, components()[:1], on_event=told.append))
    for blank in (original, backup):
        blank.card.reset()
        blank.card.pin.verify(blank.pin)
    recorder.note(
        duplicate_key(
            original.card, backup.card, components()[1:], KeyType.P_256, on_event=told.append
        )
    )
    (tmp_path / "letter").write_bytes(CONTENT)
    recipient = Recipient.of(original.card.usage.public_key())
    encrypt_file(tmp_path / "letter", FileOutput(tmp_path / "letter.p7m"), [recipient])
    decrypt_file(backup.card, tmp_path / "letter.p7m", FileOutput(tmp_path / "opened"))
    assert (tmp_path / "opened").read_bytes() == CONTENT
    with (tmp_path / "letter.p7m").open("rb") as file:
        (info,) = read_recipients(file)
    recorder.note(info)
    opener = CardOpener(backup.card)
    recorder.note(opener)
    hunt.add("content-encryption key", opener.open(info))  # type: ignore[arg-type]
    hunt.add("content", CONTENT)
    for item in (*told, original, backup, original.card, original.card.report(), recipient):
        recorder.note(item)
    shown = capfd.readouterr()
    assert any("80 12 02 00" in line for line in recorder.lines), "SET COMPONENT was not traced"
    assert hunt.found_in("\n".join(recorder.lines)) == []
    assert hunt.found_in(caplog.text + shown.out + shown.err) == []


def test_recovery_shows_neither_content_nor_its_key(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    recorder = Recorder()
    bench.at(Stage.DUPLICATED)
    hunt = hunt_for(bench.backup, bench.original2)
    cards = [recorder.blank(specimen).card for specimen in (bench.backup, bench.original2)]
    for card, specimen in zip(cards, (bench.backup, bench.original2), strict=True):
        card.pin.verify(specimen.pin)
    (tmp_path / "letter").write_bytes(CONTENT)
    recipient = Recipient.of(bench.original.card().usage.public_key())
    path = tmp_path / "letter.p7m"
    encrypt_file(tmp_path / "letter", FileOutput(path), [recipient])
    recover_files(cards[0], cards[1], [path], on_event=recorder.note)
    with path.open("rb") as file:
        (info,) = read_recipients(file)
    hunt.add("content-encryption key", CardOpener(bench.original2.unlocked()).open(info))  # type: ignore[arg-type]
    hunt.add("content", CONTENT)
    assert any(line.startswith("80 30") for line in recorder.lines), "TRANSCODE was not traced"
    assert hunt.found_in("\n".join(recorder.lines) + caplog.text) == []


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("key", list(KeyType))
def test_no_part_of_a_private_key_crosses_the_wire_in_the_clear(
    bench: Bench, key: KeyType, mode: Mode
) -> None:
    bench.in_mode(mode).at(Stage.KEYED, key=key)
    hunt = Hunt({})
    for number, part in enumerate(parts_of(bench.original, bench.backup, 3, key)):
        hunt.add(f"part {number}", part)
        hunt.add(f"half of part {number}", part[: len(part) // 2])
    recorder = Recorder()
    cards = [recorder.blank(specimen).card for specimen in (bench.original, bench.backup)]
    for card, specimen in zip(cards, (bench.original, bench.backup), strict=True):
        card.pin.verify(specimen.pin)
    recorder.note(duplicate_key(cards[0], cards[1]))
    assert any(line.startswith(("80 24", "90 24")) for line in recorder.lines)
    assert hunt.found_in("\n".join(recorder.lines)) == []


@pytest.mark.parametrize("key", list(KeyType))
def test_no_part_of_a_key_from_a_key_service_is_shown_or_crosses_the_wire(
    bench: Bench, key: KeyType
) -> None:
    bench.in_mode(Mode.HOST_BLIND).at(Stage.ISSUED)
    pair = pair_of(key)
    numbers = pair.private_numbers()
    hunt = Hunt({})
    if isinstance(numbers, rsa.RSAPrivateNumbers):
        for name in ("p", "q", "dmp1", "dmq1", "iqmp"):
            hunt.add(name, getattr(numbers, name).to_bytes(128, "big"))
    else:
        hunt.add("scalar", numbers.private_value.to_bytes(32, "big"))
    supply, recorder = Supply(bench.original, pair), Recorder()
    card = recorder.blank(bench.original).card
    card.pin.verify(bench.original.pin)
    ticket = supply.ticket(card)
    exported = supply.export(card, ticket)
    receipt = card.duplication.import_key(exported)
    for item in (supply.service, supply.request(card, ticket), ticket, exported, receipt):
        recorder.note(item)
    assert any(line.startswith(("80 24", "90 24")) for line in recorder.lines)
    assert hunt.found_in("\n".join(recorder.lines)) == []
