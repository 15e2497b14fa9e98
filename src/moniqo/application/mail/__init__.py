"""What users are told by mail, and when."""
