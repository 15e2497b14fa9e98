"""Ports to the machine: time, identities, randomness."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The present instant in UTC, cut to milliseconds."""


class Ids(Protocol):
    """The only source of identities."""

    def new(self) -> UUID:
        """A UUIDv7 that sorts after all earlier ones of this process."""


class Randomness(Protocol):
    """The only source of unguessable values."""

    def token(self) -> str:
        """256 random bits, URL-safe."""

    def fraction(self) -> float:
        """Any number from 0 to below 1, each as likely."""
