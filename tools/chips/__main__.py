"""Counts operations; writes the numbers, docs/chips.md and docs/chips.svg (`make chips`).

With `--page` it writes only the page, from the existing numbers.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tools.chips.counting import count
from tools.chips.page import page
from twincard.chips import counted

ROOT = Path(__file__).parents[2]
PAGE, PLOT = ROOT / "docs/chips.md", ROOT / "docs/chips.svg"
_NUMBERS = ROOT / "host/twincard/chips" / counted.RESOURCE


def main() -> None:
    """See above."""
    from tools.chips.plot import plot  # matplotlib is slow to import

    if "--page" not in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            _NUMBERS.write_text(counted.dump(count(Path(folder))), encoding="utf-8")
        counted.counted.cache_clear()
    PAGE.write_text(page(), encoding="utf-8")
    PLOT.write_bytes(plot())


if __name__ == "__main__":
    main()
