"""`twincard issue`, `duplicate` and `recover`: the commands that need two cards."""
