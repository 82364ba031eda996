"""What counts as moved, as damaged and as somebody else's, when files are hostile or broken."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from tests.cms.framing import Parts
from tests.cms.software_key import rsa_key
from tests.flows.software_recovery import NEW, OLD, move, opened, sealed

from twincard.cms import EcRecipient, IssuerAndSerial, wrap_key
from twincard.cms.recipients.codec import decode_recipients, encode_recipient
from twincard.flows.recover.outcomes import RecoverOutcome

CONTENT = b"the plan\n" * 100
ISSUER = IssuerAndSerial(asn1_x509.Name.build({"common_name": "An authority"}).dump(), 7)
MIME = (
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
)


def outcome(path: Path, message: bytes) -> RecoverOutcome:
    """What becomes of a file with this content; unless it is moved, it stays as it is."""
    path.write_bytes(message)
    (file,) = move(path)
    if file.outcome is not RecoverOutcome.MOVED:
        assert path.read_bytes() == message
    assert bool(file.reason) == file.outcome.is_failure
    return file.outcome


def info_for_old() -> EcRecipient:
    info = wrap_key(os.urandom(32), OLD.recipient)
    assert isinstance(info, EcRecipient)
    return info


def with_infos(message: bytes, *infos: bytes) -> bytes:
    return replace(Parts.of(message), infos=infos).message()


def in_lines(message: bytes) -> bytes:
    digits = base64.b64encode(message)
    return b"\n".join(digits[at : at + 64] for at in range(0, len(digits), 64)) + b"\n"


@pytest.mark.parametrize("label", [b"CMS", b"PKCS7", None])
def test_files_as_text_are_moved_and_stay_text(tmp_path: Path, label: bytes | None) -> None:
    path = tmp_path / "file"
    text = in_lines(sealed(CONTENT))
    if label is None:
        message = MIME + text
    else:
        message = b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, text, label)
    assert outcome(path, message) is RecoverOutcome.MOVED
    assert path.read_bytes()[:20] == message[:20]
    assert opened(path, NEW) == CONTENT


def test_a_damaged_file_of_the_old_key_is_no_stranger_s(tmp_path: Path) -> None:
    path = tmp_path / "file"
    message = sealed(CONTENT)
    (info,) = Parts.of(message).infos
    at = message.index(info)
    flipped = replace(info_for_old(), wrapped_key=bytes(40))
    for broken in (
        with_infos(message, encode_recipient(flipped)),  # names the key and does not open
        with_infos(message, info[:2] + b"\x02\x01\x63" + info[5:]),  # a version that nobody knows
        with_infos(message, info.replace(bytes.fromhex("60864801650304012D"), bytes(9))),
        message[: at + len(info) - 5],  # ends in the middle of its recipient
        message[:-30],  # ends in the middle of its content
    ):
        assert outcome(path, broken) is RecoverOutcome.UNUSABLE


def test_a_damaged_file_of_others_fails_too_where_it_cannot_be_told(tmp_path: Path) -> None:
    message = sealed(CONTENT, rsa_key())
    assert outcome(tmp_path / "file", message[:200]) is RecoverOutcome.FAILED
    assert outcome(tmp_path / "file", message[:-30]) is RecoverOutcome.NOT_FOR_THIS_KEY


@pytest.mark.parametrize("first", [True, False])
def test_a_decoy_in_the_key_s_own_name_does_not_hide_the_true_recipient(
    tmp_path: Path, *, first: bool
) -> None:
    """The true one names a certificate; the decoy opens too, and holds another key."""
    path = tmp_path / "file"
    message = sealed(CONTENT)
    true = replace(wrap_for(message), identifier=ISSUER)
    infos = [encode_recipient(info_for_old()), encode_recipient(true)]
    forged = with_infos(message, *(infos if first else reversed(infos)))
    assert outcome(path, forged) is RecoverOutcome.MOVED
    assert opened(path, NEW) == CONTENT
    assert outcome(path, path.read_bytes()) is RecoverOutcome.ALREADY_MOVED


def test_a_decoy_in_the_new_card_s_name_does_not_pass_for_moved(tmp_path: Path) -> None:
    path = tmp_path / "file"
    message = sealed(CONTENT)
    decoy = encode_recipient(wrap_key(os.urandom(32), NEW.recipient))
    true = replace(wrap_for(message), identifier=ISSUER)
    assert outcome(path, with_infos(message, decoy, encode_recipient(true))) is RecoverOutcome.MOVED
    assert opened(path, NEW) == CONTENT


def wrap_for(message: bytes) -> EcRecipient:
    """The key of a message, wrapped for OLD once more."""
    info = wrap_key(OLD.open(_decoded(message)), OLD.recipient)
    assert isinstance(info, EcRecipient)
    return info


def _decoded(message: bytes) -> EcRecipient:
    (info,) = decode_recipients(Parts.of(message).infos[0])
    assert isinstance(info, EcRecipient)
    return info
