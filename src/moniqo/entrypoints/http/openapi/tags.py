"""Which answers have an entity tag."""

from moniqo.entrypoints.http.arguments import Source
from moniqo.entrypoints.http.endpoint import Endpoint
from moniqo.entrypoints.http.rendering import is_versioned


def is_tagged(endpoint: Endpoint) -> bool:
    """Whether the answer names its version, so that `If-None-Match` may."""
    return endpoint.taken(Source.SEEN) is not None or is_versioned(endpoint.returns)
