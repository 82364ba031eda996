"""Loads the applet onto a card, and removes it."""
