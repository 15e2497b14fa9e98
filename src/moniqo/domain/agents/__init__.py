"""Agents, prompts, flows and their runs: who decides, on what, and what came of it."""
