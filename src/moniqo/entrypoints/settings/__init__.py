"""What the operator decides: read once at start, checked as a whole, never changed after."""

from moniqo.entrypoints.settings.faults import WrongSettings
from moniqo.entrypoints.settings.model import Settings
from moniqo.entrypoints.settings.reading import load
from moniqo.entrypoints.settings.values import StorageBackend

__all__ = ["Settings", "StorageBackend", "WrongSettings", "load"]
