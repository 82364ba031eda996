"""The results of commands, HTTP answers and events: one set of types, and their JSON."""

JSON_VERSION = 1
"""The version of all results; within one version, members are only added."""
