"""`python -m twincard.cli` is `twincard`."""

from __future__ import annotations

import sys

from twincard.cli import main

sys.exit(main())
