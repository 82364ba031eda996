"""A card's log by its bytes: read, its signature verified, its chain followed.

Written from docs/card-interface.md, "Log"; nothing here comes from the product's own reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from tests.bench import Specimen
from tests.card.wire import Command, exchange
from tests.interop.independent import objects
from tests.trust.authority import verifies

from twincard.iso.status import Sw

LABEL = b"twincard/log/1"
NONCE = bytes(range(16))
ENTRY = 17
KEPT = 16


@dataclass(frozen=True)
class Reading:
    """Count, chain (32 bytes), entries of 17 bytes each, signature where there is one."""

    card_id: bytes
    count: int
    chain: bytes
    entries: tuple[bytes, ...]
    signature: bytes | None

    @property
    def message(self) -> bytes:
        """What is signed."""
        count = self.count.to_bytes(4, "big")
        return LABEL + self.card_id + NONCE + count + self.chain + b"".join(self.entries)

    def chains(self) -> dict[int, bytes]:
        """c(i) by i, from the oldest that the reading tells."""
        number = self.count - len(self.entries)
        value = self.chain
        found = {number: value}
        for entry in self.entries:
            number += 1
            value = sha256(value + number.to_bytes(4, "big") + entry).digest()
            found[number] = value
        return found

    def since(self, earlier: Reading) -> list[bytes]:
        """The entries after an earlier reading, which this one must continue."""
        ours, theirs = self.chains(), earlier.chains()
        common = ours.keys() & theirs.keys()
        assert earlier.count in common
        assert all(ours[number] == theirs[number] for number in common)
        return list(self.entries[len(self.entries) - (self.count - earlier.count) :])


def read(specimen: Specimen, *, device_key: bool = True) -> Reading:
    """Read the log after SELECT; it must be signed if the card has a device key, and not else."""
    card_id = specimen.card().report().card_id
    answer, sw = exchange(specimen.lab, Command(0x80, 0x46, data=NONCE, answer=256))
    assert sw == Sw.DONE
    ((tag, value),) = objects(answer)
    found = objects(value)
    assert tag == 0xE7
    assert [item for item, _ in found] == [0x80, 0x81, 0x82, 0x83][: 4 if device_key else 3]
    count, chain, entries, *signature = (content for _, content in found)
    assert (len(count), len(chain), len(entries) % ENTRY) == (4, 32, 0)
    reading = Reading(
        card_id,
        int.from_bytes(count, "big"),
        chain,
        tuple(entries[at : at + ENTRY] for at in range(0, len(entries), ENTRY)),
        signature[0] if signature else None,
    )
    assert len(reading.entries) == min(reading.count, KEPT)
    if reading.signature is not None:
        assert verifies(device_point(specimen), reading.message, reading.signature)
    return reading


def entry(code: int, detail: bytes = b"") -> bytes:
    """The bytes of an entry."""
    return bytes([code]) + detail.ljust(ENTRY - 1, b"\0")


def device_point(specimen: Specimen) -> bytes:
    """The point that the card tells in the clear."""
    answer, sw = exchange(specimen.lab, Command(0x00, 0xCA, 0x00, 0xE5, answer=256))
    assert sw == Sw.DONE
    return answer[5:70]
