"""Finding who is connected to a provider."""

from collections.abc import Mapping
from typing import TypeVar

from moniqo.domain.shared.errors import Unavailable

C = TypeVar("C")
P = TypeVar("P", bound=str)


def connected(connections: Mapping[P, C], provider: P) -> C:
    """The connection to the provider; raises `Unavailable` with those that there are."""
    if provider not in connections:
        known = ", ".join(sorted(connections))
        raise Unavailable(f"There is no connection to {provider} here, only to: {known}.")
    return connections[provider]
