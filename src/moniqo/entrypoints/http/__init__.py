"""The HTTP API: one gate for input, one mapper for errors, thin controllers."""
