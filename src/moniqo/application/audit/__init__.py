"""The audit trail: sealing it, verifying it, reading it."""
