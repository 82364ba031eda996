"""What shells and other programs read: completion, help, the schema of JSON."""
