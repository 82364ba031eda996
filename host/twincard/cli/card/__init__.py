"""`twincard card`: the commands for a single card."""
