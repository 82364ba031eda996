"""Certificates in files and folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

from twincard.cli.terminal.errors import InputError
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.keys.public import certificate_from_bytes

_MOST_FILE_BYTES = 1 << 20
_ENDINGS = (".pem", ".crt", ".cer", ".der")


def read_certificates(path: Path) -> list[x509.Certificate]:
    """The certificates in a file, in their order; a PEM file may contain several.

    Raises InputError where there is none, OSError.
    """
    found = _certificates(path)
    if not found:
        raise InputError(
            _("{path} is not an X.509 certificate in PEM or DER format.").format(path=path)
        )
    return found


def trusted_certificates(paths: Iterable[Path]) -> tuple[x509.Certificate, ...]:
    """Those in files, and in the files of folders that are called .pem, .crt, .cer or .der.

    Raises InputError where a file or a folder has none, OSError.
    """
    found: list[x509.Certificate] = []
    for path in paths:
        if not path.is_dir():
            found += read_certificates(path)
            continue
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in _ENDINGS)
        inside = [certificate for one in files for certificate in _certificates(one)]
        if not inside:
            raise InputError(
                _(
                    "The folder {path} has no certificates. Give one with files that end in "
                    ".pem, .crt, .cer or .der."
                ).format(path=path)
            )
        found += inside
    return tuple(found)


def _certificates(path: Path) -> list[x509.Certificate]:
    content = read_bounded(path, _MOST_FILE_BYTES) or b""
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        one = certificate_from_bytes(content)
        return [] if one is None else [one]
