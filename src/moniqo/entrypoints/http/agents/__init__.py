"""Agents, prompts, flows, runs and backtests over HTTP."""
