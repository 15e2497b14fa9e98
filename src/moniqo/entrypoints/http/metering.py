"""Which calls count against the plan's `api_calls_per_day`: all of the signed in, but for few."""

from moniqo.entrypoints.http.endpoint import Endpoint

UNMETERED = (
    "/api/v1/auth",
    "/api/v1/plans",
    "/api/v1/users/me/plans",
    "/api/v1/users/me/usage",
)
"""What is below these is free, so that signing in and another plan are always possible."""


def is_metered(endpoint: Endpoint) -> bool:
    """Whether a call of the route is counted."""
    free = any(f"{endpoint.path}/".startswith(f"{path}/") for path in UNMETERED)
    return not endpoint.public and not free
