"""Certificates, made by a card or by others, and stored on cards."""
