"""One provider per context: its adapters behind their ports; and one for all use cases."""
