"""Encrypted files move from a card, or its backup, to a new card."""
