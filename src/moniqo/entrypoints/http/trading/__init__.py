"""Wallets, trades and the market over HTTP."""
