"""Use cases and the ports they need: the domain and the standard library only."""
