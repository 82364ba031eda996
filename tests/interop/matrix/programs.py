"""All programs of the matrix."""

from __future__ import annotations

from collections.abc import Sequence

from tests.interop.matrix.bouncy_castle import BouncyCastle
from tests.interop.matrix.golang import Golang
from tests.interop.matrix.gpgsm import Gpgsm
from tests.interop.matrix.nss import Nss
from tests.interop.matrix.openssl import OpenSsl
from tests.interop.matrix.pkijs import Pkijs
from tests.interop.matrix.program import Program
from tests.interop.matrix.pyca import Pyca

PROGRAMS: Sequence[type[Program]] = (OpenSsl, Nss, Gpgsm, BouncyCastle, Pyca, Pkijs, Golang)
WITH_DATA: Sequence[type[Program]] = (Pkijs, Golang)
"""Whose messages are kept in data/, since few machines have them."""
