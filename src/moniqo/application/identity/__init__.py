"""Accounts, sessions, roles: who may do what."""
