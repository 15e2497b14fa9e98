"""Candles and trading rules behind the `MarketData` port, and where they come from."""
