"""What arrives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes and what they are said to be called; nothing of either is checked."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class AvatarUpload(Upload):
    """A picture of oneself."""


@dataclass(frozen=True, slots=True)
class FileUpload(Upload):
    """A file to keep."""
