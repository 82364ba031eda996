"""Certificates: made by a card or by others, and kept on cards."""
