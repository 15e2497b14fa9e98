"""One provider per context: its adapters behind their ports, and its use cases."""
