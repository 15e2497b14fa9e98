"""Entities, value objects and their rules: standard library only."""
