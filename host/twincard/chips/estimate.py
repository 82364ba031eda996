"""How long the flows would take on a chip: operations counted, times the chip's own timings.

The result is a range. Its lower end takes ciphers and hashes as proportional to their bytes, no
time for the way, and the least that a verification can be; its upper end a full measured operation
more for each use, and all that the way can have been. Neither includes the applet's own code, since
no table gives the speed of that. The generation of an RSA key, which varies tenfold, is given
separately, as a mean.

A verification of ECDSA has no timing: it is two multiplications of points where ECDH and a
signature are one each, so it is taken as at least the shorter of those, and at most twice the
longer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twincard.chips.counted import Flow, Way, Work, counted
from twincard.chips.profile import ChipProfile, Timings
from twincard.keys.key_type import KeyType

_BLOCK = 256
"""Bytes of the operations that were timed."""


@dataclass(frozen=True)
class Estimate:
    """Seconds; None for what cannot be estimated.

    There is no upper end where something small was not timed, no lower end either where an private
    operation of RSA or one on the curve was not: missing timings never count as zero.
    """

    low: float | None
    high: float | None
    key_generation: float | None
    """Generation of the RSA key, a mean, not included in the two above; 0 if none is made."""
    missing: tuple[str, ...]
    """Timings that would be needed, by the names of the table's columns without t_."""
    suspect: tuple[str, ...]
    """Timings used whose measurement was disturbed."""

    @property
    def total_low(self) -> float | None:
        """With the making of the key."""
        if self.low is None or self.key_generation is None:
            return None
        return self.low + self.key_generation

    @property
    def total_high(self) -> float | None:
        """With the making of the key."""
        if self.high is None or self.key_generation is None:
            return None
        return self.high + self.key_generation


@dataclass(frozen=True)
class _Term:
    """A kind of operation: milliseconds, or None, and the timings that it takes."""

    low: float | None
    high: float | None
    needs: tuple[str, ...]
    heavy: bool = False


def estimate(profile: ChipProfile, flow: Flow, way: Way, key: KeyType) -> Estimate:
    """The time of a flow in which all cards are such chips."""
    works = counted().flow(flow, way, key).works
    times = profile.timings
    terms = [term for work in works for term in _terms(work, times)]
    missing = {name for term in terms if term.high is None for name in term.needs}
    heavy_missing = any(term.low is None and term.heavy for term in terms)
    low = None if heavy_missing else _seconds(term.low or 0 for term in terms)
    high = None if missing else _seconds(term.high or 0 for term in terms)
    generations = sum(work.operations.rsa_generation for work in works)
    generation = _times(generations, times.rsa2048_crt_keygen)
    if generation is None:
        missing.add("rsa2048_crt_keygen")
    used = {name for term in terms for name in term.needs}
    used |= {"rsa2048_crt_keygen"} if generations else set()
    return Estimate(
        low,
        high,
        None if generation is None else generation / 1000,
        tuple(sorted(missing)),
        tuple(sorted(used & set(times.suspect))),
    )


def _seconds(milliseconds: Iterable[float]) -> float:
    return sum(milliseconds) / 1000


def _times(count: int, each: float | None) -> float | None:
    if count == 0:
        return 0.0
    return None if each is None else count * each


def _terms(work: Work, times: Timings) -> list[_Term]:
    done = work.operations
    terms = [
        _single(done.rsa_private, "rsa2048_crt_nopad_decrypt", times),
        _single(done.rsa_public, "rsa2048_public_encrypt", times, heavy=False),
        _single(done.ec_generation, "ec256_keygen", times),
        _single(done.ecdh, "ecdh256", times),
        _single(done.ecdsa_sign, "ecdsa256_sign", times),
        _verifications(done.ecdsa_verify, times),
        _stream(done.aes_calls, done.aes_bytes, "aes256_cbc_encrypt_256B", times),
        _stream(done.hash_calls, done.hash_bytes, "sha256_256B", times),
        _line(done.random_calls, done.random_bytes, ("random_32B", 32, "random_256B"), times),
        _line(
            done.writes, done.written_bytes, ("eeprom_write_64B", 64, "eeprom_write_256B"), times
        ),
        _Term(0, _times(work.apdus, times.apdu_overhead), ("apdu_overhead",)),
    ]
    return [term for term in terms if term.high != 0]


def _single(count: int, name: str, times: Timings, *, heavy: bool = True) -> _Term:
    time = _times(count, getattr(times, name))
    return _Term(time, time, (name,), heavy)


def _verifications(count: int, times: Timings) -> _Term:
    names = ("ecdh256", "ecdsa256_sign")
    known = [time for time in (times.ecdh256, times.ecdsa256_sign) if time is not None]
    if not known and count:
        return _Term(None, None, names, heavy=True)
    return _Term(
        count * min(known, default=0.0), 2 * count * max(known, default=0.0), names, heavy=True
    )


def _stream(calls: int, size: int, name: str, times: Timings) -> _Term:
    """One size was timed: proportional to the bytes at least, one more for each use at most."""
    time = getattr(times, name)
    if time is None and calls:
        return _Term(None, None, (name,))
    return _Term(size / _BLOCK * (time or 0), (calls + size / _BLOCK) * (time or 0), (name,))


def _line(calls: int, size: int, names: tuple[str, int, str], times: Timings) -> _Term:
    """Two sizes may have been timed: a line through both, else as `_stream` does with one."""
    small_name, small_size, large_name = names
    small, large = getattr(times, small_name), getattr(times, large_name)
    if small is None or large is None or small > large:
        if large is not None:
            return _stream(calls, size, large_name, times)
        time = _times(calls, small)
        if time is None or small is None:
            return _Term(None, None, (large_name,))
        whole = size / small_size * small
        return _Term(whole, whole + time, (small_name,))
    each_byte = (large - small) / (_BLOCK - small_size)
    each_call = max(0.0, small - small_size * each_byte)
    time = calls * each_call + size * each_byte
    return _Term(time, time, (small_name, large_name))
