"""Nothing is verified that was not signed, as it is, by somebody who is trusted."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.signed.forging import attributes, encoded, message, signature, signer_info
from tests.signed.signers import EMAIL, NOW, TIME, Person, authority, person

from twincard.cms import AlteredError, BytesOutput, FilesError, NotCmsError, UnsupportedError
from twincard.cms.errors import NotVerifiedError, OutputError
from twincard.cms.framing import ber
from twincard.cms.signed.signing import sign, sign_detached
from twincard.cms.signed.trust import Trust, chain_of
from twincard.cms.signed.verification import Signature, verify, verify_detached

LETTER = "こんにちは\n".encode()
ROOT = authority("root")
MIDDLE = authority("middle", ROOT)
ALICE = person("alice", MIDDLE, mail="alice@example.org")
MALLORY = person("mallory", mail="alice@example.org", subject="alice")
TRUST = Trust((ROOT.certificate,))


def attached(signer: Person = ALICE, content: bytes = LETTER) -> bytes:
    out = io.BytesIO()
    sign(io.BytesIO(content), out, signer.signer())
    return out.getvalue()


def detached(signer: Person = ALICE, content: bytes = LETTER) -> bytes:
    out = io.BytesIO()
    sign_detached(io.BytesIO(content), out, signer.signer())
    return out.getvalue()


def forged(*infos: cms.SignerInfo, content: bytes = LETTER, **options: Any) -> bytes:
    certificates = options.pop(
        "certificates", [ALICE.certificate, MIDDLE.certificate, MALLORY.certificate]
    )
    return message(content, infos, certificates, **options)


def verified(encoded: bytes, trust: Trust = TRUST) -> tuple[Signature, ...]:
    """Verify a message; of one that is refused, nothing is written."""
    sink = BytesOutput()
    try:
        with sink:
            found = verify(io.BytesIO(encoded), sink, trust)
    except FilesError:
        with pytest.raises(ValueError, match="not complete"):
            assert sink.value
        raise
    assert found
    assert all(one.trusted for one in found)
    return found


def refused(encoded: bytes, *words: str, trust: Trust = TRUST) -> None:
    with pytest.raises((NotVerifiedError, AlteredError, UnsupportedError)) as error:
        verified(encoded, trust)
    for word in words:
        assert word in str(error.value)


def test_what_the_forger_makes_is_verified_where_nothing_is_wrong() -> None:
    """So each refusal below has one reason."""
    info = signer_info(ALICE, attributes(LETTER, person=ALICE))
    (found,) = verified(forged(info))
    assert found.signer == "CN=alice <alice@example.org>"
    assert found.signing_time == NOW
    assert [one.subject for one in found.chain] == [
        one.subject for one in (ALICE.certificate, MIDDLE.certificate, ROOT.certificate)
    ]
    for made in (attached(), forged(signer_info(ALICE, attributes(LETTER)))):
        assert verified(made)[0].certificate == ALICE.certificate
    assert verify_detached(io.BytesIO(LETTER), detached(), TRUST)


# --- content -----------------------------------------------------------------------------------


def test_other_content() -> None:
    info = signer_info(ALICE, attributes(b"pay Bob", person=ALICE))
    refused(forged(info, content=b"pay Mallory"), "not what was signed")
    with pytest.raises(NotVerifiedError, match="not what was signed"):
        verify_detached(io.BytesIO(LETTER + b"\n"), detached(), TRUST)
    with pytest.raises(NotVerifiedError, match="not what was signed"):
        verify_detached(io.BytesIO(b""), detached(), TRUST)


def test_a_signature_for_another_content_type() -> None:
    info = signer_info(ALICE, attributes(LETTER, content_type="enveloped_data"))
    refused(forged(info), "another type")
    info = signer_info(ALICE, attributes(LETTER, content_type="tst_info"))
    refused(forged(info, content_type="tst_info"), "not a file")


@pytest.mark.parametrize("name", ["content_type", "message_digest"])
def test_a_signed_attribute_that_is_missing_or_there_twice(name: str) -> None:
    good = attributes(LETTER)
    without = {other: value for other, value in good.items() if other != name}
    refused(forged(signer_info(ALICE, without)))
    refused(forged(signer_info(ALICE, good | {name: [good[name], good[name]]})))
    twice = encoded(good)
    twice.append({"type": name, "values": [good[name]]})
    info = signer_info(ALICE, good)
    info["signed_attrs"] = twice
    info["signature"] = signature(ALICE, twice.dump())
    refused(forged(info))


def test_no_signed_attributes_at_all() -> None:
    refused(forged(signer_info(ALICE, None, content=LETTER)), "no signed attributes")


def test_a_signature_over_attributes_is_none_over_content_that_looks_like_them() -> None:
    """RFC 5652, 5.4: both are signed alike, but for a tag that the content can have, too."""
    true = signer_info(ALICE, attributes(LETTER))
    looks_alike = encoded(attributes(LETTER)).dump()
    info = signer_info(ALICE, None, value=true["signature"].native)
    refused(forged(info, content=looks_alike), "no signed attributes")


def test_attributes_that_somebody_added_or_took_away() -> None:
    info = signer_info(ALICE, attributes(LETTER))
    info["signed_attrs"] = encoded(attributes(LETTER, signing_time=None))
    refused(forged(info), "not by")


# --- algorithms --------------------------------------------------------------------------------


def test_hash_functions_that_do_not_fit_together() -> None:
    of_512 = attributes(LETTER, hash_name="sha512")
    both = ("sha256", "sha512")
    mixed = signer_info(ALICE, of_512, digest="sha512", hash_name="sha256")
    refused(forged(mixed, digests=both), "two different hash functions")
    mixed = signer_info(ALICE, attributes(LETTER), algorithm="sha512_ecdsa", hash_name="sha512")
    mixed["digest_algorithm"] = {"algorithm": "sha256"}
    refused(forged(mixed, digests=both), "two different hash functions")
    unannounced = signer_info(ALICE, of_512, hash_name="sha512", algorithm="sha512_ecdsa")
    assert verified(forged(unannounced, digests=both))
    refused(forged(unannounced), "announce")


def test_attributes_that_name_other_algorithms() -> None:
    """RFC 6211."""
    protection = {
        "digest_algorithm": {"algorithm": "sha512"},
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
    }
    wrong = attributes(LETTER, cms_algorithm_protection=cms.CMSAlgorithmProtection(protection))
    refused(forged(signer_info(ALICE, wrong)), "two different")
    protection["digest_algorithm"] = {"algorithm": "sha256"}
    right = attributes(LETTER, cms_algorithm_protection=cms.CMSAlgorithmProtection(protection))
    assert verified(forged(signer_info(ALICE, right)))


def test_weak_hash_functions() -> None:
    weak = signer_info(
        ALICE, attributes(LETTER, hash_name="sha1"), hash_name="sha1", algorithm="sha1_ecdsa"
    )
    refused(forged(weak, digests=["sha1"]), "other than SHA-256")


def test_an_algorithm_of_another_kind_of_key() -> None:
    refused(forged(signer_info(ALICE, attributes(LETTER), algorithm="sha256_rsa")), "supported")
    rsa = person("rsa", ROOT)
    only = [rsa.certificate]
    good = signer_info(rsa, attributes(LETTER), algorithm="sha256_rsa")
    assert verified(forged(good, certificates=only))
    assert verified(attached(rsa))
    refused(forged(signer_info(rsa, attributes(LETTER)), certificates=only), "supported")


def test_ed25519() -> None:
    bob = person("ed25519", ROOT)
    good = signer_info(bob, attributes(LETTER), algorithm="ed25519")
    assert verified(forged(good, certificates=[bob.certificate]))
    good["signature"] = bytes(64)
    refused(forged(good, certificates=[bob.certificate]), "not by")


# --- signers -----------------------------------------------------------------------------------


def test_a_signer_whom_nobody_trusts() -> None:
    refused(attached(MALLORY), "does not lead to one that you trust", "CN=alice")
    refused(attached(), trust=Trust((MALLORY.certificate,)))
    refused(attached(), trust=Trust((), (MALLORY.certificate,)))
    refused(attached(), trust=Trust())
    assert verified(attached(MALLORY), Trust((), (MALLORY.certificate,)))
    assert verified(attached(), Trust((MALLORY.certificate,), (ALICE.certificate,)))


def test_who_certified_her_own_key_is_the_same_person() -> None:
    """As a card does: its signature key certifies its decipher key."""
    hanako = person("hanako", ca=True, usage=("key_cert_sign", "digital_signature"))
    decipher = person("decipher", hanako, usage=("key_agreement",), subject="hanako")
    trust = Trust((), (decipher.certificate,))
    assert verified(attached(hanako), trust)[0].certificate == hanako.certificate
    namesake = person("namesake", ca=True, subject="hanako", usage=("digital_signature",))
    refused(attached(namesake), "does not lead to", trust=trust)
    refused(attached(person("below", hanako)), "does not lead to", trust=trust)
    company = person("company", ca=True, usage=("key_cert_sign", "digital_signature"))
    clerk = person("clerk", company, usage=("key_agreement",))
    refused(attached(company), "does not lead to", trust=Trust((), (clerk.certificate,)))
    nameless = Trust((), (person("other", company, subject="company").certificate,))
    assert verified(attached(company), nameless)


def test_authorities_in_the_file_are_not_trusted_for_it() -> None:
    own_root = authority("own root", subject="root")
    victim = person("victim", own_root)
    refused(forged(signer_info(victim, attributes(LETTER)), certificates=[
        victim.certificate, own_root.certificate, ROOT.certificate
    ]))  # fmt: skip


def test_two_signers_of_whom_one_is_false() -> None:
    good = signer_info(ALICE, attributes(LETTER))
    for other in (
        signer_info(MALLORY, attributes(LETTER)),
        signer_info(MALLORY, attributes(LETTER), named=ALICE.certificate),
        signer_info(ALICE, attributes(b"else")),
        signer_info(ALICE, None, content=LETTER),
    ):
        for infos in ((good, other), (other, good)):
            refused(forged(*infos))
    carol = person("carol", ROOT)
    two = forged(
        good,
        signer_info(carol, attributes(LETTER)),
        certificates=[ALICE.certificate, MIDDLE.certificate, carol.certificate],
    )
    assert {one.signer for one in verified(two)} == {"CN=alice <alice@example.org>", "CN=carol"}


def test_no_signer() -> None:
    refused(forged(), "no signature")


def test_a_certificate_that_is_not_the_signers() -> None:
    """Same issuer and serial number, or the same name, but another key."""
    serial = ALICE.certificate.serial_number
    twin = person("twin", MIDDLE, serial=serial, subject="alice")
    info = signer_info(ALICE, attributes(LETTER, person=ALICE))
    refused(forged(info, certificates=[twin.certificate, MIDDLE.certificate]), "not by")
    both = [twin.certificate, ALICE.certificate, MIDDLE.certificate]
    assert verified(forged(info, certificates=both))[0].certificate == ALICE.certificate
    refused(forged(info, certificates=[MIDDLE.certificate]), "is not in the file")
    without = forged(info, certificates=[MIDDLE.certificate])
    assert verified(without, Trust((), (ALICE.certificate,)))


def test_another_certificate_of_the_same_key() -> None:
    """RFC 5035: the signer meant one, and the other may say that it is somebody else."""
    serial = ALICE.certificate.serial_number
    other = person("alice", MIDDLE, serial=serial, subject="the boss")
    info = signer_info(ALICE, attributes(LETTER, person=ALICE))
    refused(forged(info, certificates=[other.certificate, MIDDLE.certificate]), "not by")
    der = ALICE.certificate.public_bytes(Encoding.DER)
    digest = hashlib.sha1(der, usedforsecurity=False).digest()
    old = tsp.SigningCertificate({"certs": [{"cert_hash": digest}]})
    info = signer_info(ALICE, attributes(LETTER, signing_certificate=old))
    refused(forged(info, certificates=[other.certificate, MIDDLE.certificate]), "not by")
    assert verified(forged(info))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"days": (-10, -1)}, "expired"),
        ({"days": (1, 10)}, "not valid before"),
        ({"usage": ("key_encipherment",)}, "not for such signatures"),
        ({"usage": ("key_cert_sign",)}, "not for such signatures"),
        ({"extended": (TIME,)}, "not for such signatures"),
    ],
)
def test_a_certificate_that_must_not_sign_this_now(options: dict[str, Any], words: str) -> None:
    wrong = person("wrong", MIDDLE, **options)
    refused(attached(wrong), words)
    refused(attached(wrong), words, trust=Trust((), (wrong.certificate,)))
    alone = person("wrong", **options)
    refused(attached(alone), words, trust=Trust((alone.certificate,)))


@pytest.mark.parametrize(
    "options",
    [{"extended": (EMAIL,)}, {"usage": None}, {"usage": ("content_commitment",)}, {"ca": None}],
)
def test_certificates_that_may_sign(options: dict[str, Any]) -> None:
    assert verified(attached(person("right", MIDDLE, **options)))


def test_authorities_that_must_not_certify() -> None:
    for above in (
        person("no authority", ROOT),
        person("no certificates", ROOT, ca=True, usage=("digital_signature",)),
        authority("for time only", ROOT, extended=(TIME,)),
        authority("old", ROOT, days=(-10, -1)),
    ):
        refused(attached(person("below", above)), "does not lead to")
    for above in (
        authority("for mail", ROOT, extended=(EMAIL,)),
        person("as openssl makes it", ROOT, ca=True, usage=None),
    ):
        assert verified(attached(person("below", above)))


# --- the form ----------------------------------------------------------------------------------


def test_signed_attributes_in_another_encoding_are_not_what_was_signed() -> None:
    info = signer_info(ALICE, attributes(LETTER))
    good = info["signed_attrs"].contents
    for head in (b"\xa0\x80", ber.encode_header(0xA0, len(good))[:1] + b"\x82"):
        length = b"" if head[1] == 0x80 else len(good).to_bytes(2)
        end = ber.END_OF_CONTENTS if head[1] == 0x80 else b""
        body = head + length + good + end
        parts = [info[name].dump() for name in ("version", "sid", "digest_algorithm")]
        rest = [info[name].dump() for name in ("signature_algorithm", "signature")]
        other = cms.SignerInfo.load(ber.encode(0x30, *parts, body, *rest))
        refused(forged(other), "not by")


def test_indefinite_lengths_everywhere_else() -> None:
    assert attached()[:2] == b"\x30\x80"
    assert verified(attached())
    pieces = io.BytesIO()
    sign(io.BytesIO(bytes(3 << 20)), pieces, ALICE.signer())
    assert verified(pieces.getvalue())


@pytest.mark.parametrize("make", [attached, detached])
def test_every_cut_and_what_follows(make: Callable[[], bytes]) -> None:
    whole = make()
    for end in range(0, len(whole), 7):
        with pytest.raises(FilesError):
            _verify(make, whole[:end])
    with pytest.raises(AlteredError):
        _verify(make, whole + b"\0")


@settings(max_examples=150, deadline=None)
@given(st.data())
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_any_byte_changed(data: st.DataObject) -> None:
    """A change is refused, or is none to content, attributes, signature and signer."""
    make = data.draw(st.sampled_from([attached, detached]))
    whole = bytearray(WHOLE[make])
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    try:
        found = _verify(make, bytes(whole))
    except FilesError:
        return
    assert [one.certificate for one in found] == [ALICE.certificate]


WHOLE = {attached: attached(), detached: detached()}


def _verify(make: Callable[[], bytes], encoded: bytes) -> tuple[Signature, ...]:
    if make is attached:
        return verified(encoded)
    return verify_detached(io.BytesIO(LETTER), encoded, TRUST)


def test_what_is_no_signed_message() -> None:
    for other in (b"", b"hello", b"-----BEGIN CMS-----\nMII\n-----END CMS-----\n"):
        with pytest.raises(NotCmsError):
            verify_detached(io.BytesIO(LETTER), other, TRUST)
    enveloped = cms.ContentInfo({"content_type": "data", "content": core.OctetString(b"")}).dump()
    with pytest.raises(NotCmsError, match="not a signed"):
        verified(enveloped)


def test_a_detached_signature_taken_for_a_message_and_the_other_way_round() -> None:
    with pytest.raises(UnsupportedError, match="not in this file"):
        verified(detached())
    with pytest.raises(UnsupportedError, match="contains what it signs"):
        verify_detached(io.BytesIO(LETTER), attached(), TRUST)


def test_a_sink_whose_block_goes_on_after_a_refusal_publishes_nothing() -> None:
    sink = BytesOutput()
    with pytest.raises(OutputError), sink, pytest.raises(NotVerifiedError):
        verify(io.BytesIO(attached(MALLORY)), sink, TRUST)


# --- sizes -------------------------------------------------------------------------------------


def test_signer_infos_without_end_are_refused_at_once() -> None:
    info = signer_info(ALICE, attributes(LETTER))
    refused(forged(*([info] * 33)))
    assert len(verified(forged(*([info] * 32)))) == 32
    huge = attributes(LETTER, message_digest=bytes(2 << 20))
    refused(forged(signer_info(ALICE, huge)))
    refused(forged(*([info] * 5000)))


def test_certificates_and_attributes_without_end_are_refused() -> None:
    info = signer_info(ALICE, attributes(LETTER))
    refused(forged(info, certificates=[ALICE.certificate] * 65))
    many = attributes(LETTER)
    set_of = encoded(many)
    for number in range(64):
        set_of.append({"type": f"1.2.3.{number}", "values": [core.Null()]})
    info["signed_attrs"], info["signature"] = set_of, signature(ALICE, set_of.dump())
    refused(forged(info))


def test_times_of_certificates_are_checked_at_the_second() -> None:
    trust = Trust((ROOT.certificate,))
    after = ALICE.certificate.not_valid_after_utc
    assert len(chain_of(ALICE.certificate, trust, [MIDDLE.certificate], after)) == 3
    with pytest.raises(FilesError, match="expired"):
        chain_of(ALICE.certificate, trust, [MIDDLE.certificate], after + timedelta(seconds=1))


@pytest.mark.parametrize("name", ["花" * 30, "a,b <c@example.org>", "a\u202eb"])
def test_whatever_the_signer_is_called(name: str) -> None:
    called = person("alice", subject="花")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        private = called.private
        assert not isinstance(private, ed25519.Ed25519PrivateKey)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name, _validate=False)])
        builder = x509.CertificateBuilder(subject, subject, private.public_key(), 1)
        builder = builder.not_valid_before(NOW - timedelta(1)).not_valid_after(NOW + timedelta(1))
        certificate = builder.sign(private, hashes.SHA256())
    (found,) = verified(attached(Person(private, certificate)), Trust((), (certificate,)))
    shown = {",": "\\,", "<": "\\<", ">": "\\>", "\u202e": "\\u202e"}
    assert found.signer == "CN=" + "".join(shown.get(one, one) for one in name)
