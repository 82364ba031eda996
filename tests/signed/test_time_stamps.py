"""Time-stamps of an authority (`openssl ts`) are taken, verified, and never believed unasked."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, tsp
from tests.signed.forging import attributes, message, signer_info
from tests.signed.signers import EMAIL, TIME, Person, authority, person
from tests.signed.time_authority import TimeAuthority

from twincard.cms import (
    NotVerifiedError,
    Signature,
    TimeStampError,
    Trust,
    UnsupportedError,
    verify,
    verify_detached,
)
from twincard.cms.framing import ber
from twincard.cms.signed.signing import sign_detached
from twincard.flows import time_stamper

LETTER = b"a letter"
ROOT = authority("root")
ALICE = person("alice", ROOT)
TIME_ROOT = authority("time root")
CLOCK = person("clock", TIME_ROOT, extended=(TIME,))
TRUST, TIME_TRUST = Trust((ROOT.certificate,)), Trust((TIME_ROOT.certificate,))


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[TimeAuthority]:
    with TimeAuthority(tmp_path / "tsa", CLOCK).serving() as serving:
        yield serving


def stamped(clock: TimeAuthority, signer: Person = ALICE, content: bytes = LETTER) -> bytes:
    out = io.BytesIO()
    by = replace(signer.signer(), time_stamper=time_stamper(clock.url))
    sign_detached(io.BytesIO(content), out, by)
    return out.getvalue()


def verified(
    signature: bytes, time_trust: Trust | None = TIME_TRUST, trust: Trust = TRUST
) -> Signature:
    (found,) = verify_detached(io.BytesIO(LETTER), signature, trust, time_trust=time_trust)
    return found


def test_a_time_stamp_is_taken_and_verified(clock: TimeAuthority) -> None:
    signature = stamped(clock)
    for trust, trusted in ((TIME_TRUST, True), (TRUST, False), (None, False)):
        found = verified(signature, trust).time_stamp
        assert found is not None
        assert (found.trusted, found.authority) == (trusted, "CN=clock")
        assert abs(found.time - datetime.now(UTC)) < timedelta(minutes=1)
    (request,) = [tsp.TimeStampReq.load(one) for one in clock.requests]
    info = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
    hashed = hashlib.sha256(info["signature"].native).digest()
    assert request["message_imprint"]["hashed_message"].native == hashed
    assert LETTER not in clock.requests[0]


def test_two_signatures_have_different_nonces(clock: TimeAuthority) -> None:
    for _ in range(2):
        stamped(clock)
    assert len({tsp.TimeStampReq.load(one)["nonce"].native for one in clock.requests}) == 2


def test_a_signature_outlives_its_certificate() -> None:
    expired = person("short", ROOT, days=(-1, 0))  # which ended when this module was imported
    with_stamp = _stamped_in_time(expired)
    assert verified(with_stamp).trusted
    for time_trust in (None, TRUST, Trust((), (ALICE.certificate,))):
        with pytest.raises(NotVerifiedError, match="expired"):
            verified(with_stamp, time_trust)


def _stamped_in_time(signer: Person) -> bytes:
    """A signature whose time-stamp says that it was made an hour ago, when all was valid."""
    info = signer_info(signer, attributes(LETTER))
    token = _token(info["signature"].native, datetime.now(UTC) - timedelta(hours=1))
    info["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
    return message(None, [info], [signer.certificate])


def _token(
    signature: bytes, time: datetime, by: Person = CLOCK, **changes: object
) -> cms.ContentInfo:
    imprint = {
        "hash_algorithm": {"algorithm": "sha256"},
        "hashed_message": hashlib.sha256(signature).digest(),
    }
    info = {
        "version": "v1",
        "policy": "1.2.3.4",
        "message_imprint": imprint,
        "serial_number": 1,
        "gen_time": time.replace(microsecond=0),
    }
    content = tsp.TSTInfo(info).dump()
    signed = attributes(content, person=by, content_type="tst_info")
    made = message(content, [signer_info(by, signed)], [by.certificate], content_type="tst_info")
    return cms.ContentInfo.load(made)


def test_a_time_stamp_of_something_else(clock: TimeAuthority) -> None:
    other = cms.ContentInfo.load(stamped(clock, content=b"another letter"))
    token = other["content"]["signer_infos"][0]["unsigned_attrs"][0]["values"][0]
    info = signer_info(ALICE, attributes(LETTER))
    info["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
    made = message(None, [info], [ALICE.certificate])
    for time_trust in (TIME_TRUST, None):
        with pytest.raises(NotVerifiedError, match="not one of this signature"):
            verified(made, time_trust)


@pytest.mark.parametrize(
    "by",
    [
        person("no clock", TIME_ROOT),
        person("clock and more", TIME_ROOT, extended=(TIME, EMAIL)),
        person("old clock", TIME_ROOT, extended=(TIME,), days=(-10, -1)),
        person("own clock", extended=(TIME,)),
    ],
    ids=lambda one: one.certificate.subject.rfc4514_string(),
)
def test_who_is_no_authority_for_time_cannot_date_back(by: Person) -> None:
    expired = person("expired", ROOT, days=(-10, -1))
    info = signer_info(expired, attributes(LETTER))
    token = _token(info["signature"].native, datetime.now(UTC) - timedelta(days=5), by)
    info["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
    made = message(None, [info], [expired.certificate])
    with pytest.raises(NotVerifiedError, match="expired"):
        verified(made)


def test_an_altered_time_stamp(clock: TimeAuthority) -> None:
    whole = stamped(clock)
    at = whole.index(b"\x18\x0f20") + 2  # the GeneralizedTime in the TSTInfo
    altered = whole[:at] + b"1999" + whole[at + 4 :]
    with pytest.raises(NotVerifiedError, match="not one of this signature"):
        verified(altered)


def test_what_the_authority_answers_wrongly_is_no_time_stamp(clock: TimeAuthority) -> None:
    first: list[bytes] = []
    right = clock.answer

    def replayed(request: bytes) -> bytes:
        first.append(right(request))
        return first[0]

    status = tsp.PKIStatusInfo({"status": "rejection"}).dump()
    refusal = ber.encode(ber.SEQUENCE, status)
    stamped(clock)
    wrong = {
        "an error of the server": lambda _: b"",
        "no response": lambda _: b"<html>",
        "a refusal": lambda _: refusal,
        "cut": lambda request: right(request)[:-1],
        "much too long": lambda _: bytes(1 << 20),
        "of other data": lambda _: right(_request(b"other")),
        "without the nonce": lambda request: right(_without_nonce(request)),
    }
    for name, answer in wrong.items():
        clock.answer = answer  # type: ignore[method-assign]
        with pytest.raises(TimeStampError):
            pytest.fail(f"{name}: {stamped(clock)!r}")
    clock.answer = replayed  # type: ignore[method-assign]
    stamped(clock)
    with pytest.raises(TimeStampError):
        stamped(clock)


def _request(data: bytes) -> bytes:
    imprint = {
        "hash_algorithm": {"algorithm": "sha256"},
        "hashed_message": hashlib.sha256(data).digest(),
    }
    request = {"version": "v1", "message_imprint": imprint, "cert_req": True}
    encoded: bytes = tsp.TimeStampReq(request).dump()
    return encoded


def _without_nonce(request: bytes) -> bytes:
    imprint = tsp.TimeStampReq.load(request)["message_imprint"]
    again = {"version": "v1", "message_imprint": imprint, "cert_req": True}
    encoded: bytes = tsp.TimeStampReq(again).dump()
    return encoded


def test_an_authority_that_does_not_answer(clock: TimeAuthority) -> None:
    clock.url = "http://127.0.0.1:9/"
    with pytest.raises(TimeStampError, match="did not answer"):
        stamped(clock)


def test_a_time_stamp_is_no_signed_file(clock: TimeAuthority) -> None:
    """Its signature is right, but it is one of the time, not of a file."""
    info = signer_info(ALICE, attributes(LETTER))
    token = _token(info["signature"].native, datetime.now(UTC), CLOCK).dump()
    with pytest.raises(UnsupportedError, match="another type"):
        verify(io.BytesIO(token), None, Trust((), (CLOCK.certificate,)))
