"""Wallets, markets, orders, and the books that follow from fills."""
