"""Moniqo: a multi-tenant backend on which AI agents trade under control."""
