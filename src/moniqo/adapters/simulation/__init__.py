"""Simulated worlds: a memory store, a settable clock, recorded candles, the paper exchange."""

from moniqo.adapters.simulation.laboratory import MemoryLaboratory

__all__ = ["MemoryLaboratory"]
