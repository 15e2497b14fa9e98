"""What somebody pays for and how much of it is used up."""
