"""The applet goes onto a real card, and off it."""
