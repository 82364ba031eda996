"""`tarfile` with the filters of PEP 706, which the first releases of Python 3.11 lack."""

from __future__ import annotations

import tarfile

if not hasattr(tarfile, "data_filter"):
    from backports import tarfile  # type: ignore[import-not-found, import-untyped, no-redef, unused-ignore]

__all__ = ["tarfile"]
