"""`twincard demo`."""
