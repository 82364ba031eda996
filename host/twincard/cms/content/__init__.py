"""The content of a CMS message, encrypted with its content-encryption key."""
