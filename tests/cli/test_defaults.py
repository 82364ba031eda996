"""Who uses the library without options is as safe as who uses the commands without options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import PAIR, PINS
from tests.docs.test_signatures import functions

from twincard.card.session import Card
from twincard.cli.card.check import check
from twincard.cli.card.log import log
from twincard.cli.file.decrypt import decrypt
from twincard.cli.file.encrypt import encrypt
from twincard.cli.file.sign import sign
from twincard.cli.file.targets import output_for
from twincard.cli.file.transcode import transcode
from twincard.cli.key.certificate import certificate, csr
from twincard.cli.mail.seal import seal
from twincard.cli.mail.send import send_
from twincard.cli.pair.duplicate import duplicate
from twincard.cli.pair.issue import issue
from twincard.cli.pair.recover import recover
from twincard.flows.issue.pair import Blank, Profile, issue_pair
from twincard.keys.secret import Secret
from twincard.keys.transport_key import read_transport_key
from twincard.simulator.folder import transport_key_file
from twincard.transport import connect

Command = Callable[..., object]

SAME: dict[str, tuple[Command, str]] = {
    "FileOutput.__init__(mode)": (output_for, "mode"),
    "FileOutput.__init__(overwrite)": (decrypt, "force"),
    "Profile.__init__(backups)": (issue, "backups"),
    "Profile.__init__(certificate_bytes)": (issue, "certificate_bytes"),
    "Profile.__init__(chain_bytes)": (issue, "chain_bytes"),
    "Profile.__init__(expiry_date)": (issue, "expires"),
    "Profile.__init__(group_size)": (issue, "group_size"),
    "Profile.__init__(member_number)": (issue, "member_number"),
    "Profile.__init__(public_key_at_once)": (issue, "public_key_at_once"),
    "Profile.__init__(transport_pin)": (issue, "transport_pin"),
    "Subject.__init__(mail)": (certificate, "mail"),
    "abandon(plain)": (duplicate, "plain"),
    "certify_decipher_key(key_type)": (certificate, "type"),
    "certify_decipher_key(replace)": (certificate, "force"),
    "certify_signature_key(key_type)": (certificate, "type"),
    "certify_signature_key(replace)": (certificate, "force"),
    "check_key(public_key)": (check, "public_key"),
    "Recipient.all_from_bytes(any_date)": (encrypt, "any_date"),
    "Recipient.from_bytes(any_date)": (encrypt, "any_date"),
    "Recipient.from_certificate(any_date)": (encrypt, "any_date"),
    "EncryptedOutput.__init__(mail)": (encrypt, "mail"),
    "archive_file(same_body)": (transcode, "same_body"),
    "encrypt(mail)": (encrypt, "mail"),
    "encrypt_file(mail)": (encrypt, "mail"),
    "encrypt_folder(mail)": (encrypt, "mail"),
    "wrap_key(mail)": (encrypt, "mail"),
    "wrap_for_card_key(mail)": (encrypt, "mail"),
    "decrypt(mail)": (decrypt, "mail"),
    "decrypt_file(mail)": (decrypt, "mail"),
    "duplicate_key(forget_void)": (duplicate, "forget_void"),
    "duplicate_key(key_type)": (duplicate, "key"),
    "identify(issuer_public_key)": (decrypt, "issuer_public_key_file"),
    "issue_pair(issuer)": (issue, "certify_with"),
    "issue_pair(plain)": (issue, "plain"),
    "protect(issuer_public_key)": (decrypt, "issuer_public_key_file"),
    "read_log(earlier)": (log, "since"),
    "read_log(issuer_public_key)": (log, "issuer_public_key_file"),
    "recover_files(re_encrypt)": (recover, "re_encrypt"),
    "request_certificate(key_type)": (csr, "type"),
    "seal(authenticated)": (seal, "authenticated"),
    "seal_message(authenticated)": (seal, "authenticated"),
    "send(ca_file)": (send_, "ca_file"),
    "send(plain)": (send_, "plain"),
    "send(sender)": (send_, "sender"),
    "send(user)": (send_, "user"),
    "MailServer.__init__(implicit_tls)": (send_, "implicit_tls"),
    "sign_file(attached)": (sign, "attached"),
    "take_authority(plain)": (issue, "plain"),
}
"""The parameters of the library that are options of the commands too, under other names."""
ELSEWHERE = {
    "Profile.__init__(modes)": "compared on cards below",
    "Profile.__init__(policy)": "compared on cards below",
    "certify_decipher_key(store)": "the contrary of --no-store",
    "certify_signature_key(store)": "the contrary of --no-store",
    "Recipient.__init__(certificate)": "none for a bare key",
    "AlteredError.__init__(sentence)": "the usual sentence",
    "EncryptedOutput.__init__(content_type)": "plain bytes, as files are",
    "encrypt(content_type)": "plain bytes, as files are",
    "create_card(aid)": "the applet's usual name",
    "create_card(make)": "a chip that lacks nothing",
    "create_card(parameters)": "further data of the installation",
    "duplicate_key(components)": "none, as without --component",
    "Blank.__init__(puk)": "none, which a blank card refuses",
    "issue_pair(components)": "none, as without --component",
    "recover_files(journal)": "the command has one of its own",
    "one_program(every_thread)": "a matter of processes",
    "store_certificate(issuers)": "those in the file",
    "ContentSigner.__init__(above)": "those on the card, or of --certificate",
    "ContentSigner.__init__(time_stamper)": "none, as without --timestamp",
    "Trust.__init__(authorities)": "none, as without --trust",
    "Trust.__init__(signers)": "none, as without --signer",
    "VerifiedOutput.__init__(time_trust)": "none, as without --timestamp-trust",
    "VerifiedOutput.__init__(trust)": "none, as without --trust and --signer",
    "card_signer(certificates)": "those on the card, as without --certificate",
    "card_signer(time_stamper)": "none, as without --timestamp",
    "verify(time_trust)": "none, as without --timestamp-trust",
    "verify_detached(time_trust)": "none, as without --timestamp-trust",
    "verify_file(output)": "none, as without --out",
    "verify_file(signature)": "the name of the file tells the command",
    "verify_file(time_trust)": "none, as without --timestamp-trust",
    "Draft.__init__(attachments)": "none, as without --attach",
    "Draft.__init__(cc)": "none, as without --cc-address",
    "Draft.__init__(date)": "the time of sealing",
    "Draft.__init__(subject)": "none, as without --subject",
    "Draft.__init__(text)": "none, as without --text",
    "MailServer.__init__(port)": "the submission port in both",
    "open_mail(opener)": "none, as without --reader",
    "open_mail(save)": "nothing, as without --save",
    "open_mail(trust)": "none, as without --trust and --signer",
    "read_messages(on_result)": "a listener",
    "rewrite_messages(on_result)": "a listener",
    "seal(signer)": "none, as without --sign",
    "seal_message(signer)": "none, as without --sign",
    "send(password)": "none, as without --user",
    "StreamSource.__init__(name)": "what events call standard input",
    "SpooledOutput.__init__(folder)": "where temporary files go",
    "Traced.__init__(show_data)": "no command shows data",
}
"""Those that are none, or not one by one, and why."""
LISTENING = ("on_event", "pin", "old_pin", "new_pin", "progress")
"""They change nothing of what is done."""
ONE_CARD = "twincard.card."
"""Methods of a session are commands of the card, and their arguments what is in them."""


def with_defaults() -> dict[str, Any]:
    """What the library does by default, by function and parameter."""
    made = (
        "IssuedPair",
        "Make",
        "RecoveredFile",
        "FileCheck",
        "LogState",
        "MadeCertificate",
        "MetadataLoss",
        "DuplicationEvent",
        "PartResult",
        "SignatureCheck",
        "Slot",
    )
    return {
        f"{name}({parameter.name})": parameter.default
        for name, code in functions()
        if not _module(code).startswith((ONE_CARD, "twincard.keys.scp03_keys"))
        and not name.startswith(made)
        for parameter in inspect.signature(code).parameters.values()
        if parameter.default is not parameter.empty and parameter.name not in LISTENING
    }


def _module(code: Callable[..., object]) -> str:
    # The constructor of a dataclass is made in no module of ours.
    return str(code.__globals__.get("__name__", ""))


def test_every_default_of_the_library_is_compared() -> None:
    assert with_defaults().keys() == SAME.keys() | ELSEWHERE.keys()


@pytest.mark.parametrize("name", SAME)
def test_a_default_of_the_library_is_that_of_the_commands(name: str) -> None:
    command, option = SAME[name]
    theirs = inspect.signature(command).parameters[option].default
    if theirs is inspect.Parameter.empty:
        theirs = inspect.signature(output_for).parameters[option].default
    assert with_defaults()[name] == theirs


def blank(name: str) -> Blank:
    transport_key = read_transport_key(transport_key_file(name))
    return Blank(Card(connect(f"sim:{name}")), transport_key, Secret("123456"), Secret("12345678"))


def decided(name: str) -> tuple[object, ...]:
    """What the issuer decided about a card."""
    with Card(connect(f"sim:{name}")) as card:
        report = card.report()
    group = report.group
    assert group is not None
    components = [(one.set_by, one.way) for one in group.components]
    rules = report.policy, report.backups_allowed, report.transport_pin, report.certified
    return report.role, report.life_cycle, rules, group.size, components, report.scp03_keys


def test_a_pair_of_the_library_is_as_strict_as_one_of_the_command(desk: Desk, home: Path) -> None:
    for name in ("alice", "控え", "original", "backup"):
        desk.done("sim", "new", name)
    desk.done("issue", *PAIR, *PINS, "--puk-file", "puk")
    blanks = blank("original"), blank("backup")
    with blanks[0].card, blanks[1].card:
        issue_pair(*blanks, Profile())
    assert decided("original") == decided("alice")
    assert decided("backup") == decided("控え")
