"""Completion, help, examples and the JSON schema."""
