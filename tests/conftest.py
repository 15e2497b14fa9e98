"""Every test may ask for a real server."""

pytest_plugins = ["support.server_fixtures"]
