"""`twincard readers` and `sim`: readers and simulated cards."""
