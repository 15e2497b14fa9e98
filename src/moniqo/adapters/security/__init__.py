"""Password hashing, tokens and encryption."""
