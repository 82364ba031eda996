"""The recipient infos of a CMS message: who gets the content-encryption key, and how."""
