"""`twincard readers` and `sim`: where cards are."""
