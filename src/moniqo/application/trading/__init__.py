"""Wallets, candles, orders and trades: what users hold and what is done at venues."""
