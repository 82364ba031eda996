"""The bench's cards as `sim:` cards of a desk, so that a command on them takes milliseconds.

The applet is the real one; only the way to its process is the test's own, so that it can be cut at
any exchange. What the process itself can do wrong is tested with processes (test_killed.py).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.bench import ISSUER, Bench, Setting, Specimen, Stage, components
from tests.cli.commands import Desk, Ran
from tests.cli.matrix.rows import (
    BACKUP,
    DRAFT,
    LETTER,
    MAIL,
    NEXT,
    ORIGINAL,
    OTHER,
    SEALED,
    SHARED,
    SIGNED,
    Row,
)
from tests.flows.unplugged import Cable, Unplugged
from tests.signed.signers import person

from twincard.card.issuer import TRANSPORT_PIN
from twincard.card.report import CardReport, LifeCycle, Mode, PolicyFlags
from twincard.cli.terminal import cards
from twincard.cms import FileOutput, Recipient
from twincard.cms.signed.signing import ContentSigner, sign
from twincard.flows.certify.certificate import certify_signature_key
from twincard.flows.files.encrypt import encrypt_file
from twincard.identity.x509 import Subject, Validity
from twincard.keys.component import format_component
from twincard.keys.public import PublicKey
from twincard.keys.shares import format_share, split_component
from twincard.mail import seal_message
from twincard.simulator.laboratory import Snapshot
from twincard.transport import connect
from twincard.transport.connection import Connection

_CERTIFIED: dict[int, tuple[Snapshot, bytes]] = {}
"""By bench: its original at DUPLICATED with a signature key, and the certificate of that."""
CONTENT = "秘密の手紙\n".encode() * 100


class Lent:
    """A card of the bench in the hands of a command: closing takes its power, not its process."""

    def __init__(self, card: Connection) -> None:
        self._card = card
        self.reset()

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self._card.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        return self._card.transmit(apdu)

    def reset(self) -> None:
        """See Connection."""
        self._card.reset()

    def close(self) -> None:
        """See Connection."""
        self.reset()


class Rack:
    """A desk whose readers hold cards of the bench, with all the files that rows name."""

    def __init__(self, desk: Desk, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self._bench = bench
        self._cable: Cable | None = None
        self._specimens: dict[str, Specimen] = {}
        self._others: dict[str, Connection] = {}
        cards_folder = desk.folder / "cards"
        cards_folder.mkdir()
        for reader in (ORIGINAL, BACKUP, NEXT, OTHER):
            (cards_folder / f"{reader.removeprefix('sim:')}.card").touch()
        self._kept = set(desk.folder.iterdir())
        monkeypatch.setattr(cards, "connect", self._connect)

    def at(self, stage: Stage, *, transport_pin: bool = False) -> Rack:
        """Put the cards to a stage, and the files beside them."""
        policy = PolicyFlags(TRANSPORT_PIN if transport_pin else 0)
        self._bench.in_mode(Mode.HOST_BLIND).at(stage, policy=policy)
        self._specimens = {
            ORIGINAL: self._bench.original,
            BACKUP: self._bench.backup,
            NEXT: self._bench.original2,
            OTHER: self._bench.backup2,
        }
        for path in set(self.desk.folder.iterdir()) - self._kept:
            if path.is_file():
                path.unlink()
        self._write_files(stage)
        return self

    def ready(self, row: Row) -> Rack:
        """Put the cards to where a row begins."""
        self.at(row.stage, transport_pin=row.transport_pin)
        if row.signs:
            self._certify(self._specimens[row.a])
        if row.has_contact:
            self._put_contact(self._specimens[row.a])
        return self

    def _put_contact(self, specimen: Specimen) -> None:
        card = specimen.card()
        card.pin.verify(specimen.pin)
        card.contacts.put(1, self._specimens[NEXT].card().usage.public_key())

    def _certify(self, specimen: Specimen) -> None:
        """Give a card a signature key, and the desk its certificate; once in a process."""
        if id(self._bench) not in _CERTIFIED:
            card = specimen.card()
            card.pin.verify(specimen.pin)
            made = certify_signature_key(card, Subject("花子"), Validity.from_now(1), store=False)
            pem = made.certificate.public_bytes(Encoding.PEM)
            _CERTIFIED[id(self._bench)] = specimen.lab.snapshot(), pem
        snapshot, pem = _CERTIFIED[id(self._bench)]
        specimen.lab.restore(snapshot)
        (self.desk.folder / "花子.crt").write_bytes(pem)

    def card(self, reader: str) -> Specimen:
        """The card in a reader."""
        return self._specimens[reader]

    def back_at(self, reader: str, stage: Stage) -> None:
        """Put one card back to an earlier stage."""
        specimen = self._specimens[reader]
        mode = Mode.BASE if stage is Stage.BLANK else Mode.HOST_BLIND
        specimen.lab.restore(specimen.snapshots[Setting(stage, mode=mode)])

    @contextmanager
    def instead(self, reader: str, card: Connection) -> Iterator[None]:
        """Another card is in a reader."""
        self._others[reader] = card
        yield
        del self._others[reader]

    @property
    def blank(self) -> set[str]:
        """The readers of cards that are not issued."""
        return {
            reader
            for reader, specimen in self._specimens.items()
            if specimen.card().report().life_cycle is LifeCycle.INITIALISATION
        }

    def states(self) -> list[CardReport]:
        """What the cards say of themselves."""
        return [specimen.card().report() for specimen in self._specimens.values()]

    def pulled(self, cable: Cable, words: list[str]) -> Ran:
        """Run a command whose readers hang on a cable."""
        self._cable = cable
        try:
            return self.desk.run(*words)
        finally:
            self._cable = None

    def _connect(self, reader: str) -> Connection:
        if reader in self._others:
            return self._others[reader]
        if reader not in self._specimens:
            return connect(reader)
        lent = Lent(self._specimens[reader].lab)
        return lent if self._cable is None else Unplugged(lent, self._cable)

    @staticmethod
    @cache
    def _lasting() -> dict[str, str]:
        """Files of a group's holders and of an issuer, the same for all tests of a process."""
        files = {f"component-{part.number}.txt": format_component(part) for part in components()}
        for share in split_component(components()[0], 3, 2):
            files[f"share-{share.index}"] = format_share(share)
        files["発行者.pub"] = PublicKey.from_point(ISSUER.key.point).to_pem().decode()
        return files

    def _write_files(self, stage: Stage) -> None:
        folder = self.desk.folder
        for reader, name in ((ORIGINAL, "花子"), (BACKUP, "控え"), (NEXT, "次")):
            specimen = self._specimens[reader]
            self.desk.write_secret(f"{name}.pin", specimen.pin.reveal())
            self.desk.write_secret(f"{name}.puk", specimen.puk.reveal())
            self.desk.write_secret(f"{name}.transport-key", specimen.transport_key.reveal().hex())
        for name, text in self._lasting().items():
            (folder / name).write_text(text)
        if stage is Stage.DUPLICATED:
            keys = {}
            for reader in (ORIGINAL, NEXT):
                keys[reader] = self._specimens[reader].card().usage.public_key()
                name = reader.removeprefix("sim:")
                (folder / f"{name}.pem").write_bytes(keys[reader].to_pem())
            (folder / LETTER).write_bytes(CONTENT)
            self._write_signed(folder)
            sealed = FileOutput(folder / SEALED)
            encrypt_file(folder / LETTER, sealed, [Recipient.of(keys[ORIGINAL])])
            (folder / DRAFT).write_bytes(self._draft())
            with FileOutput(folder / MAIL) as message:
                seal_message(io.BytesIO(self._draft()), message, [Recipient.of(keys[ORIGINAL])])
            shared = FileOutput(folder / SHARED)
            encrypt_file(folder / LETTER, shared, [Recipient.of(key) for key in keys.values()])

    @staticmethod
    def _draft() -> bytes:
        """A letter with a file attached, as a mail program writes it."""
        draft = EmailMessage(policy=SMTP)
        draft["From"], draft["To"] = "hanako@example.org", "tsugi@example.org"
        draft["Subject"] = LETTER
        draft.set_content("A letter.")
        draft.add_attachment(CONTENT, "application", "octet-stream", filename="attached")
        return draft.as_bytes()

    def _write_signed(self, folder: Path) -> None:
        signer = self._signer()
        pem = signer.certificate.public_bytes(Encoding.PEM)
        (folder / "署名者.crt").write_bytes(pem)
        with (folder / SIGNED).open("wb") as file:
            sign(io.BytesIO(CONTENT), file, signer)

    @staticmethod
    @cache
    def _signer() -> ContentSigner:
        return person("署名者").signer()
