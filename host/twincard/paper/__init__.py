"""Secrets on paper: one sheet for each holder, as PDF. Needs the extra `paper`."""
