"""Accounts, sessions, users over HTTP."""
