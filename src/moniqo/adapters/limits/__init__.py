"""How often callers may call: counts over a sliding window, shared by processes or not."""
