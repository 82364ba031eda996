"""The key of an original goes to its backup, exactly once."""
