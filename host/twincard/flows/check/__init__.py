"""Checks of a card: the yearly drill, acceptance, its log."""
