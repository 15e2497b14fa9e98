"""Redis: fast, shared, and allowed to vanish."""
