"""The in-memory backend: the twin that tests and simulations run on."""

from moniqo.adapters.persistence.memory.backend import MemoryBackend

__all__ = ["MemoryBackend"]
