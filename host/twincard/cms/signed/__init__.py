"""Signed messages and detached signatures: CMS SignedData (RFC 5652, 5), with time-stamps."""
