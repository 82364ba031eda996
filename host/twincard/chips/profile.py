"""The data of one chip: a row of the table of measured cards, as types."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from importlib.resources import files

from twincard.chips.engines import EngineMemory, engine_memory
from twincard.ground.language import _

_TABLE = "data/cards.csv"
_UNKNOWN = "unknown"
_SATURATED = ">"
_MOST_NAMES = 5
# Their baseline includes the clean-up after a reset, so it is not the time of an APDU.
_SLOW_BASELINE = ("SECORA", "SPA1")
# Every timing of RSA-2048 without padding ended in ILLEGAL_VALUE.
_REFUSES_RSA = ("Taisys SIMoME VAULT",)
_USE = "rsa_2048_nopad_use"


class ChipError(Exception):
    """The chip cannot be used; the message is one plain sentence."""


class NoSuchChipError(ChipError):
    """No chip, or more than one, has this name."""


class Answer(Enum):
    """Whether a chip has something; anything not tested on the chip is never a no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def all_of(cls, answers: Iterable[Answer]) -> Answer:
        """Whether it has all of them."""
        given = set(answers)
        return next((item for item in (cls.NO, cls.UNKNOWN) if item in given), cls.YES)

    @classmethod
    def any_of(cls, answers: Iterable[Answer]) -> Answer:
        """Whether it has one of them."""
        given = set(answers)
        return next((item for item in (cls.YES, cls.UNKNOWN) if item in given), cls.NO)


@dataclass(frozen=True)
class Amount:
    """Bytes free when the chip was tested, beside the test's own applet."""

    bytes: int
    saturated: bool = False
    """There may have been more: the chip's counter stops here."""

    def holds(self, need: int) -> Answer:
        """Whether so many bytes fit; unknown if not, since the test's applet will be gone."""
        return Answer.YES if self.bytes >= need else Answer.UNKNOWN


@dataclass(frozen=True)
class Algorithms:
    """The algorithms that we use, by the names of the table's columns."""

    rsa_crt_2048_keygen: Answer
    rsa_nopad: Answer
    rsa_2048_nopad_use: Answer
    """Unknown where the chip refused to compute with such a key."""
    ec_p256_keygen: Answer
    ecdh_plain: Answer
    aes256_key: Answer
    aes_cbc_nopad: Answer
    sha256: Answer
    sha384: Answer
    ecdsa_sha256: Answer
    trng_or_secure_random: Answer
    extended_length: Answer
    """As recorded, else as the package javacardx.apdu suggests."""


@dataclass(frozen=True)
class Timings:
    """Milliseconds an operation; None where it was not measured."""

    rsa2048_crt_keygen: float | None
    """Mean of ten, which vary tenfold."""
    rsa2048_crt_nopad_decrypt: float | None
    rsa2048_public_encrypt: float | None
    ec256_keygen: float | None
    ecdh256: float | None
    aes256_cbc_encrypt_256B: float | None  # noqa: N815 -- the column's name
    sha256_256B: float | None  # noqa: N815
    ecdsa256_sign: float | None
    """With SHA-1."""
    random_32B: float | None  # noqa: N815
    random_256B: float | None  # noqa: N815
    eeprom_write_64B: float | None  # noqa: N815
    eeprom_write_256B: float | None  # noqa: N815
    apdu_overhead: float | None
    """An upper limit: it includes reader and computer."""
    suspect: tuple[str, ...]
    """Names of timings whose baseline was disturbed."""

    @property
    def measured(self) -> bool:
        """Whether anything but the way was measured."""
        names = (item.name for item in fields(self))
        return any(
            getattr(self, name) is not None
            for name in names
            if name not in ("suspect", "apdu_overhead")
        )


@dataclass(frozen=True)
class ChipProfile:
    """One card that was tested."""

    name: str
    """Unique in the table; a second card of a name has #2 behind it."""
    model: str
    """Groups cards of one kind, by hand."""
    year: str
    version: str
    """Of Java Card, as the table has it."""
    at_least_304: Answer
    algorithms: Algorithms
    transient_reset: Amount | None
    transient_deselect: Amount | None
    persistent: Amount | None
    commit_capacity: Amount | None
    engines: EngineMemory
    timings: Timings
    notes: str

    @property
    def transient(self) -> Amount | None:
        """What CLEAR_ON_DESELECT memory there is.

        Where only the other kind was recorded, that: on cards with both, the two differ by a few
        bytes, or there is more of this one.
        """
        return self.transient_deselect or self.transient_reset


@cache
def load_profiles() -> tuple[ChipProfile, ...]:
    """All chips, in the order of the table."""
    text = files("twincard.chips").joinpath(_TABLE).read_text(encoding="utf-8")
    seen: Counter[str] = Counter()
    rows: dict[str, Mapping[str, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        seen[row["name"]] += 1
        count = seen[row["name"]]
        rows[row["name"] if count == 1 else f"{row['name']} #{count}"] = row
    models: dict[str, list[str]] = {}
    for name, cells in rows.items():
        models.setdefault(cells["model"], []).append(name)
    return tuple(
        _profile(name, cells, engine_memory(name, models[cells["model"]] if cells["model"] else ()))
        for name, cells in rows.items()
    )


def find_profile(part: str) -> ChipProfile:
    """The chip of this name, or the only one in whose name the text occurs.

    Upper and lower case are the same. Raises NoSuchChipError.
    """
    found = find_profiles(part)
    if len(found) == 1:
        return found[0]
    raise NoSuchChipError(
        _("More than one chip matches {name!r}: {names}. Give more of the name.").format(
            name=part, names=_listed(found)
        )
    )


def find_profiles(part: str) -> Sequence[ChipProfile]:
    """The chip of this name, or all in whose name the text occurs; at least one.

    Raises NoSuchChipError.
    """
    wanted = part.casefold()
    profiles = load_profiles()
    exact = [profile for profile in profiles if profile.name.casefold() == wanted]
    found = exact or [profile for profile in profiles if wanted in profile.name.casefold()]
    if not found:
        raise NoSuchChipError(
            _("No chip matches {name!r}. `twincard chips --all` lists all chips.").format(name=part)
        )
    return found


def _listed(found: Sequence[ChipProfile]) -> str:
    names = [profile.name for profile in found]
    return ", ".join(names if len(names) <= _MOST_NAMES else [*names[:_MOST_NAMES], "…"])


def _profile(name: str, row: Mapping[str, str], engines: EngineMemory) -> ChipProfile:
    columns = (item.name for item in fields(Algorithms) if item.name != _USE)
    answers = {column: Answer(row[column]) for column in columns}
    refused = row["name"] in _REFUSES_RSA
    answers[_USE] = Answer.UNKNOWN if refused else Answer.YES
    if answers["extended_length"] is Answer.UNKNOWN:
        answers["extended_length"] = Answer(row["javacardx_apdu_package"])
    return ChipProfile(
        name,
        row["model"],
        row["year_of_test"],
        row["jc_version"],
        Answer(row["jc304_or_later"]),
        Algorithms(**answers),
        _amount(row["transient_reset_bytes"]),
        _amount(row["transient_deselect_bytes"]),
        _amount(row["persistent_bytes"]),
        _amount(row["commit_capacity"]),
        engines,
        _timings(row),
        row["notes"],
    )


def _timings(row: Mapping[str, str]) -> Timings:
    names = [item.name for item in fields(Timings) if item.name != "suspect"]
    times = {name: _time(row[f"t_{name}"]) for name in names}
    if any(part in row["name"] for part in _SLOW_BASELINE):
        times["apdu_overhead"] = None
    suspect = tuple(name.removeprefix("t_") for name in row["perf_suspect"].split())
    return Timings(**times, suspect=suspect)


def _time(text: str) -> float | None:
    return None if text == _UNKNOWN else float(text)


def _amount(text: str) -> Amount | None:
    if text == _UNKNOWN:
        return None
    digits = text.removeprefix(_SATURATED)
    return Amount(int(digits), saturated=digits != text)
