"""Ways in: HTTP and the command line, and what puts the parts together."""
