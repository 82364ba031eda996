"""Cards that OpenSC can use, made by the product's commands and put into virtual readers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.card.report import PolicyFlags
from twincard.card.session import OPENSC_AID, Card
from twincard.flows.certify.certificate import (
    certify_decipher_key,
    certify_signature_key,
    store_certificate,
)
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.issue.pair import Blank, Profile, issue_pair
from twincard.identity.x509 import Subject, Validity
from twincard.keys.component import Component
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.pkcs15 import opensc
from twincard.simulator.laboratory import Laboratory

TRANSPORT_KEY = Secret(bytes(range(32)))
PINS = Secret("pin-4711-alice"), Secret("pin-0815-backup")
PUK = Secret("puk-31415926")
CERTIFICATE = "alice.crt"
NUMBER = "会員0815番"
LABELS = {"alice": f"twincard {NUMBER}", "backup": "twincard backup"}
PROFILE = Profile(group_size=1, policy=PolicyFlags.NONE, member_number=NUMBER.encode())
_SECONDS = 60


@dataclass(frozen=True)
class CardInReader:
    """A card, as other programs are told of it: `label` is PKCS #11's."""

    name: str
    reader: str
    label: str
    pin: str
    folder: Path
    """With its certificate, alice.crt."""

    def tool(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a program of OpenSC's that takes a reader's name: pkcs15-tool, pkcs15-crypt."""
        program, *rest = words
        return run(program, "--reader", self.reader, *rest, folder=self.folder, stdin=stdin)

    def pkcs11(self, *words: str, pin: str | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run pkcs11-tool, logged in."""
        login = ("pkcs11-tool", "--token-label", self.label, "--login", "--pin", "env:PIN")
        return run(*login, *words, folder=self.folder, PIN=pin or self.pin)


def run(
    *words: str, folder: Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a program as a user does who has configured nothing."""
    return subprocess.run(
        words,
        input=stdin,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
        cwd=folder,
        env=os.environ | {"LC_ALL": "C.UTF-8", "HOME": str(folder)} | environment,
    )


@dataclass(frozen=True)
class Pair:
    """An original and its backup, not in readers, and the certificate of their key."""

    alice: Laboratory
    backup: Laboratory
    certificate: x509.Certificate

    @property
    def is_rsa(self) -> bool:
        """Whether their decipher key is an RSA key."""
        return isinstance(self.certificate.public_key(), rsa.RSAPublicKey)

    def close(self) -> None:
        """End their processes."""
        for lab in (self.alice, self.backup):
            assert lab.faults() == ""
            lab.close()


def make_pair(
    key: KeyType,
    signature: KeyType | None,
    profile: Profile = PROFILE,
    chip: type[Laboratory] = Laboratory,
) -> Pair:
    """Issue a pair for OpenSC, hand a key over, and store alice's certificate on both cards.

    `signature` is the type of both cards' own signature keys; without it only alice has one, of
    the usual type.
    """
    alice, backup = blank(chip), blank(chip)
    issue_pair(
        Blank(Card(alice), TRANSPORT_KEY, PINS[0], PUK),
        Blank(Card(backup), TRANSPORT_KEY, PINS[1], PUK),
        profile,
        [Component(1, 1, Secret(bytes(range(32))))],
    )
    original, copy = unlocked(alice, PINS[0]), unlocked(backup, PINS[1])
    duplicate_key(original, copy, key_type=key)
    subject, validity = Subject("Alice"), Validity.from_now(1)
    made = certify_decipher_key(original, subject, validity, signature, pin=lambda: PINS[0])
    store_certificate(copy, made.certificate)
    if signature is not None:
        certify_signature_key(copy, subject, validity, signature, pin=lambda: PINS[1])
    return Pair(alice, backup, made.certificate)


def blank(chip: type[Laboratory] = Laboratory) -> Laboratory:
    """A card with the applet under the name that OpenSC looks for."""
    lab = chip.start()
    lab.install(b"\x80\x20" + TRANSPORT_KEY.reveal() + opensc.INSTALLATION, OPENSC_AID)
    return lab


def unlocked(lab: Laboratory, pin: Secret) -> Card:
    """A session with the PIN verified."""
    card = Card(lab)
    card.pin.verify(pin)
    return card


def put_in(
    pair: Pair, folder: Path, service: PcscService, stack: ExitStack
) -> dict[str, CardInReader]:
    """Both cards of a pair, in readers until the stack is closed."""
    (folder / CERTIFICATE).write_bytes(pair.certificate.public_bytes(Encoding.PEM))
    cards = {}
    names = ("alice", "backup")
    for name, lab, reader in zip(
        names, (pair.alice, pair.backup), service.readers[::2], strict=False
    ):
        stack.enter_context(inserted(lab, reader))
        pin = PINS[names.index(name)].reveal().decode()
        cards[name] = CardInReader(name, reader.name, LABELS[name], pin, folder)
    return cards


@pytest.fixture(scope="module")
def rsa_pair(
    tmp_path_factory: pytest.TempPathFactory, pcsc_service: PcscService
) -> Iterator[dict[str, CardInReader]]:
    """A pair with an RSA key, in readers; alice has a signature key of the usual type, P-256.

    Tests leave it as it was.
    """
    pair = make_pair(KeyType.RSA_2048, None)
    with ExitStack() as stack:
        yield put_in(pair, tmp_path_factory.mktemp("rsa"), pcsc_service, stack)
    pair.close()


@pytest.fixture(params=["alice", "backup"])
def card(request: pytest.FixtureRequest, rsa_pair: dict[str, CardInReader]) -> CardInReader:
    """The original, and its backup alike."""
    return rsa_pair[request.param]
