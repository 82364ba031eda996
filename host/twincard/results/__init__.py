"""What a command, an HTTP answer or an event says: one set of types, and their JSON."""

JSON_VERSION = 1
"""Of all results: within it they only grow."""
