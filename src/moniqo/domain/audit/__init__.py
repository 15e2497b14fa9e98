"""What was done by whom, and what is still to be told: audit rows and the outbox."""
