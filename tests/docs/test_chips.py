"""The page of real chips, and its plot, are those that `make chips` writes."""

from __future__ import annotations

from tools.chips.__main__ import PAGE, PLOT
from tools.chips.page import page
from twincard.chips import Answer, load_profiles


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_plot_is_current_and_the_same_each_time() -> None:
    from tools.chips.plot import plot  # matplotlib is slow to import

    drawn = plot()
    assert PLOT.read_bytes() == drawn
    assert plot() == drawn


def test_the_page_tells_of_every_chip_of_3_0_4() -> None:
    text = PAGE.read_text(encoding="utf-8").replace("\\", "")
    for profile in load_profiles():
        assert (f"| {profile.name} | {profile.version} |" in text) == (
            profile.at_least_304 is Answer.YES
        )
