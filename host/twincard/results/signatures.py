"""Signatures of files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twincard.results.marks import Sha256


@dataclass(frozen=True)
class TimeStampInfo:
    """A time-stamp of a signature; `time` is in ISO 8601.

    `trusted`: its authority is one that --timestamp-trust names.
    """

    time: str
    authority: str
    trusted: bool


@dataclass(frozen=True)
class SignatureInfo:
    """A signature that is right.

    `trusted`: it is by somebody whom the options name; `verify` accepts no others. `signing_time`,
    in ISO 8601, is what the signer claims. `sha256` is the fingerprint of the signer's certificate.
    """

    signer: str
    mails: tuple[str, ...]
    sha256: Sha256
    serial_number: str
    trusted: bool
    signing_time: str | None
    time_stamp: TimeStampInfo | None


@dataclass(frozen=True)
class VerifiedFile:
    """Whether all signatures of a file were verified; otherwise `error` says why not.

    `signature` is the file of a detached signature; `output` is where the content of a signed
    message was written.
    """

    file: Path
    signature: Path | None
    output: Path | None
    verified: bool
    error: str | None
    signatures: tuple[SignatureInfo, ...]
