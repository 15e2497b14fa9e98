"""Agents, prompts, flows, runs and backtests: deciding, and carrying decisions out."""
