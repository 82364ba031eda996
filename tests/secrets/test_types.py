"""What a type shows of itself is decided field by field: bytes are hidden unless named here."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from typing import get_type_hints

import pytest
from tests.secrets.hunt import Hunt

import twincard
from twincard.card.cryptogram import RsaCryptogram, Transcoded
from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.globalplatform.manager import Installation
from twincard.iso.command import Command
from twincard.iso.secure_channel import SessionKeys
from twincard.keys.component import Component
from twincard.keys.derivation import GroupKey
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret

MARKER = b"what nobody but its owner may see"[:32]

PUBLIC = {
    # who and which: cards, groups, keys, tickets
    "archive_id",
    "backup_id",
    "card_id",
    "card_ids",
    "device_key",
    "device_key_sha256",
    "digest",
    "expiry_date",
    "group_id",
    "id",
    "issuer_public_key_sha256",
    "kcv",
    "kcvs",
    "key_digest",
    "member_number",
    "nonce",
    "original_id",
    "other_card",
    "public_key_sha256",
    "service",
    "service_id",
    "spki",
    # names of packages and applets, and what a card manager greets with
    "aid",
    "applet",
    "applet_aid",
    "applets",
    "context",
    "diversification",
    "instance_aid",
    "load_file_sha256",
    "package",
    "package_aid",
    "security_domain",
    # what is encrypted, or goes with it in the clear
    "cryptogram",
    "ephemeral_point",
    "issuer",
    "iv",
    "mac",
    "originator_info",
    "point",
    "recipient_infos",
    "shared_info",
    "wrapped_key",
    # what a signature consists of
    "attributes",
    "certificates",
    "hashes",
    "signature",
    "signed",
    "signer_infos",
    "unsigned",
    # what surrounds what is encrypted, and names its recipients
    "Armour.head",
    "Armour.label",
    "Armour.line_end",
    "CardNames.key_id",
    "CardNames.names",
    "Header.blank",
    "Inspected.encoded",
    "InspectedRecipientInfo.key_identifier",
    "OtherKeyRecipient.encoded",
    "RecipientCertificate.der",
    "RecipientCertificate.key_identifier",
    "RecipientCertificate.subject",
    "Tail.authenticated",
    # what a card tells everybody of itself
    "atr",
    "chain",
    # what only these hold
    "CertificateInfo.sha256",
    "LogEntry.detail",
    "EventInfo.detail",
    "FileControl.access",
    "Instance.privileges",
    "KeyIdentifier.value",
    "ManagerState.instances",
    "ManagerState.packages",
    "ManagerState.running",
    "Package.sha256",
    "RsaCryptogram.value",
    "SignatureInfo.sha256",
    "SigningKey.sign",
    "TimeStampRequest.encoded",
    "Tlv.value",
}
"""Names of fields, or a class and a field, whose bytes anyone may see."""


def classes_of_the_package() -> Iterator[type]:
    """Every class that a module of the package defines."""
    for info in pkgutil.walk_packages(twincard.__path__, "twincard."):
        if not info.name.endswith("__main__"):
            module = importlib.import_module(info.name)
            for item in vars(module).values():
                if isinstance(item, type) and item.__module__ == info.name:
                    yield item


def shown_bytes() -> list[tuple[str, str]]:
    """Class and name of each field that can hold bytes and that repr shows."""
    found = []
    for item in filter(dataclasses.is_dataclass, classes_of_the_package()):
        hints = get_type_hints(item)
        for field in dataclasses.fields(item):
            if field.repr and "byte" in str(hints[field.name]):
                found.append((item.__name__, field.name))
    return found


def test_bytes_are_hidden_unless_they_are_known_to_be_public() -> None:
    shown = shown_bytes()
    assert ("CardReport", "card_id") in shown
    assert [pair for pair in shown if not PUBLIC & {pair[1], ".".join(pair)}] == []


@pytest.mark.parametrize(
    "holder",
    [
        Secret(MARKER),
        Component(1, 1, Secret(MARKER)),
        Personalisation(Role.BACKUP, Secret(MARKER), Secret(MARKER), policy=PolicyFlags.NONE),
        GroupKey(MARKER),
        Command(0x00, 0x20, data=MARKER),
        Transcoded(RsaCryptogram(b""), MARKER),
        Scp03Keys(Secret(MARKER), Secret(MARKER), Secret(MARKER)),
        SessionKeys(Secret(MARKER), Secret(MARKER), Secret(MARKER)),
        Installation(b"package", b"applet", b"applet", MARKER),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_what_holds_a_secret_shows_nothing_of_it(holder: object) -> None:
    assert Hunt({"it": MARKER}).found_in(f"{holder!r} {holder} {[holder]} {(holder,)!r}") == []
