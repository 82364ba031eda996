"""`twincard issue`, `duplicate` and `recover`: what takes two cards."""
