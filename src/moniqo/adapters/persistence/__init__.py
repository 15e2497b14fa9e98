"""Four storage backends behind one registry, one codec and one recording repository."""
