"""Moniqo: a multi-tenant backend on which AI agents trade under control."""

__version__ = "0.1.0"
