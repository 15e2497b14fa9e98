"""Every test may ask for a real server."""

pytest_plugins = ["support.backend_summary", "support.server_fixtures"]
