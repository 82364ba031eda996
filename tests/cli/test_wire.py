"""Commands tell no secret to who listens between this computer and the cards."""

from __future__ import annotations

import pytest
from tests.cli.commands import BACKUP_PIN, PIN, PUK, Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS
from tests.trust.recorder import Recorder

from twincard.cli.terminal import cards
from twincard.keys.component import read_component
from twincard.keys.transport_key import read_transport_key
from twincard.simulator.folder import transport_key_file
from twincard.transport import connect

ALICE = ("-r", "sim:alice")
BACKUP = ("-r", "sim:控え")


def test_no_pin_component_or_issuers_key_crosses_the_wire(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Recorder()
    monkeypatch.setattr(cards, "connect", lambda reader: wire.on(connect(reader)))
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    keys = [read_transport_key(transport_key_file(name)) for name in ("alice", "控え")]
    (desk.folder / "new.transport-key").write_text("5a" * 32)
    (desk.folder / "letter").write_text("拝啓")
    first = ("--component", "1=g/component-1.txt", "--puk-file", "puk")
    for command in (
        ("issue", *PAIR, *PINS, *first),
        ("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "rsa2048"),
        ("public-key", *ALICE, "-o", "alice.pem"),
        ("encrypt", "--to", "alice.pem", "letter"),
        ("decrypt", *BACKUP, "--pin-file", "backup-pin", "letter.p7m", "-o", "opened"),
        ("transcode", *ALICE, "--pin-file", "pin", "--to", "alice.pem", "letter.p7m"),
        ("card", "pin", *ALICE, "--pin-file", "pin", "--set-pin-file", "backup-pin"),
        ("card", "unblock", *ALICE, "--puk-file", "puk", "--set-pin-file", "pin"),
        ("card", "scp03-keys", *ALICE, "--new-transport-key-file", "new.transport-key"),
        ("card", "terminate", *ALICE, "--yes", "--transport-key-file", "new.transport-key"),
        ("card", "terminate", *BACKUP, "--yes", "--pin-file", "backup-pin"),
    ):
        desk.done(*command)
    components = [read_component(desk.folder / f"g/component-{n}.txt") for n in (1, 2, 3)]
    secrets = [text.encode() for text in (PIN, BACKUP_PIN, PUK)] + [b"\x5a" * 32]
    secrets += [secret.reveal() for secret in (*keys, *(item.value for item in components))]
    assert len(wire.wire) > 100
    assert not any(secret in wire.everything for secret in secrets)
