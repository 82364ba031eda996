"""Whether a card is what it should be: the yearly drill, acceptance, its log."""
