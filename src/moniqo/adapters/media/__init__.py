"""Looking into pictures."""
