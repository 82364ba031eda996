"""What pkijs and a library for Go write, moved to other keys and altered."""

from __future__ import annotations

import io

import pytest
from tests.cms.software_key import key_of
from tests.interop.matrix.opening import person_of
from tests.interop.matrix.program import CONTENT, Way
from tests.interop.matrix.programs import WITH_DATA
from tests.interop.matrix.written import kept

from twincard.cms import AlteredError, BytesOutput, Opener, decrypt, transcode

MESSAGES = [
    pytest.param(way, message, id=f"{program.__name__}-{way.key}-{way.what}")
    for program in WITH_DATA
    for way, message in kept(program).items()
    if not way.signed and way.refused is None
]
GCM = [one for one in MESSAGES if "GCM" in str(one.id)]


def opened(message: bytes, key: Opener) -> bytes:
    with BytesOutput() as output:
        decrypt(io.BytesIO(message), output, key, mail=True)
    return output.value


@pytest.mark.parametrize(("way", "message"), MESSAGES)
def test_it_is_given_to_another_key(way: Way, message: bytes) -> None:
    old = person_of(way).opener
    new = key_of(old.algorithm, "new")
    sink = io.BytesIO()
    transcode(io.BytesIO(message), sink, old.giving_to(new.recipient))
    assert opened(sink.getvalue(), new) == CONTENT


@pytest.mark.parametrize(("way", "message"), GCM)
def test_no_altered_byte_of_content_or_tag_is_overlooked(way: Way, message: bytes) -> None:
    # Indefinite lengths end with zeros.
    end = len(message) - (10 if message.endswith(bytes(10)) else 0)
    key = person_of(way).opener
    for place in range(end - 16 - len(CONTENT), end):
        altered = bytearray(message)
        altered[place] ^= 1
        with pytest.raises(AlteredError):
            opened(bytes(altered), key)
