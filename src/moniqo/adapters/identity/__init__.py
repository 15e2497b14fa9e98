"""What is known about addresses, phone numbers and popular passwords."""
