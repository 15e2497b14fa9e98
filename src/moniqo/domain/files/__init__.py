"""What users upload."""
