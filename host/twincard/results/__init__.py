"""What a command, an HTTP answer or an event says: one set of types, and their JSON."""
