"""`twincard card`: one card."""
