"""Whose signatures are trusted, and sentences about signatures."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from twincard.addressbook.book import AddressBook
from twincard.cli.file.certificates import read_certificates, trusted_certificates
from twincard.cli.file.targets import STANDARD_INPUT
from twincard.cli.file.to import is_path
from twincard.cli.terminal.errors import InputError
from twincard.cms.signed.names import mails_of
from twincard.cms.signed.trust import Trust
from twincard.cms.signed.verification import Signature, TimeStamp
from twincard.ground.language import _
from twincard.identity.x509 import has_issued
from twincard.results.signatures import SignatureInfo, TimeStampInfo


def trust_of(authorities: list[Path] | None, signers: list[str] | None) -> Trust | None:
    """Those of --trust and --signer; None where neither is given. Raises InputError, OSError."""
    if not authorities and not signers:
        return None
    known = [one for who in signers or () for one in _certificates_of(who)]
    return Trust(trusted_certificates(authorities or ()), tuple(known))


def _certificates_of(who: str) -> list[x509.Certificate]:
    """Of a contact, or in a file: not those of authorities that issued others of the file."""
    path = Path(who)
    if not is_path(who) and AddressBook().has(who):
        if path.exists():
            raise InputError(
                _(
                    "{name} is a contact and also a file here. Write ./{name} for the file; for "
                    "the contact, run the command in another folder."
                ).format(name=who)
            )
        path = AddressBook().get(who).file
    found = list(dict.fromkeys(read_certificates(path)))
    return [one for one in found if not any(_is_above(one, other) for other in found)]


def _is_above(certificate: x509.Certificate, other: x509.Certificate) -> bool:
    # Two that a person made with one key have issued each other.
    return has_issued(certificate, other) and not has_issued(other, certificate)


def signature_info(found: Signature) -> SignatureInfo:
    """A signature, for programs."""
    stamp, time = found.time_stamp, found.signing_time
    return SignatureInfo(
        found.signer,
        mails_of(found.certificate),
        found.certificate.fingerprint(SHA256()),
        f"{found.certificate.serial_number:x}",
        found.trusted,
        None if time is None else time.isoformat(),
        None
        if stamp is None
        else TimeStampInfo(stamp.time.isoformat(), stamp.authority, stamp.trusted),
    )


def sentence_of(file: Path, found: Signature) -> str:
    told = _("{file}: valid signature of {signer}, {when}")
    if not found.trusted:
        told = _(
            "{file}: signed by {signer}, {when}. Whose certificate that is was not checked: give "
            "--signer or --trust."
        )
    return told.format(file=name_of(file), signer=found.signer, when=_when(found))


def _when(found: Signature) -> str:
    stamp = found.time_stamp
    if stamp is not None and stamp.trusted:
        return _("time-stamped {time} by {authority}").format(
            time=_text(stamp.time), authority=stamp.authority
        )
    if found.signing_time is None:
        claimed = _("at an unknown time")
    else:
        claimed = _("made {time} by the signer's clock").format(time=_text(found.signing_time))
    return claimed if stamp is None else f"{claimed}; {_unchecked(stamp)}"


def _unchecked(stamp: TimeStamp) -> str:
    return _("its time-stamp of {time} is not by an authority of --timestamp-trust").format(
        time=_text(stamp.time)
    )


def _text(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def name_of(file: Path) -> str:
    return _("Standard input") if file == STANDARD_INPUT else str(file)
