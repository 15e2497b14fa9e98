"""What keeps the service itself going."""
