"""Technology behind the ports of the application."""
