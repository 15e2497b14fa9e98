"""Settings of the HTTP server, and of what bounds its callers."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from moniqo.entrypoints.settings.values import Origins


@dataclass(frozen=True, slots=True)
class Http:
    """The HTTP server."""

    host: Annotated[str, Meta(min_length=1, description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on; 0: any.")] = 8000
    base_url: Annotated[
        str, Meta(pattern="^https?://[^/ ]+", description="The address that clients see.")
    ] = "http://127.0.0.1:8000"
    default_page_size: Annotated[
        int, Meta(ge=1, description="Items of a list when `limit` is not given.")
    ] = 10
    max_page_size: Annotated[
        int, Meta(ge=1, description="The most items of a list; a larger `limit` is cut.")
    ] = 5000
    max_body_bytes: Annotated[
        int, Meta(ge=1024, description="The largest JSON body that is read.")
    ] = 1_048_576
    body_timeout_seconds: Annotated[
        int, Meta(ge=1, le=600, description="How long a request's body may take to arrive.")
    ] = 10
    trusted_proxies: Annotated[
        int,
        Meta(ge=0, le=16, description="Proxies of yours in front, which tell who calls; 0: none."),
    ] = 0
    cors_origins: Annotated[
        Origins,
        Meta(description="Origins whose pages may call: https://app.example.com,…; none else may."),
    ] = field(default_factory=Origins)
    idempotency_hours: Annotated[
        int, Meta(ge=1, le=720, description="How long the answer to an idempotency key is kept.")
    ] = 24
    max_clock_skew_seconds: Annotated[
        int,
        Meta(
            ge=1,
            le=600,
            description="A clock further from the store's is an error in the log, and /health is "
            "degraded.",
        ),
    ] = 5
    docs_in_production: Annotated[
        bool, Meta(description="Show /docs and /openapi.json in production too.")
    ] = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How often anybody may call; counted in Redis, or by each process where there is none."""

    rate_limit_per_minute: Annotated[
        int, Meta(ge=1, description="Calls of one user, or of one unknown address, in a minute.")
    ] = 100
    admin_rate_limit_enabled: Annotated[
        bool, Meta(description="Whether calls of Admins and Superadmins are limited, too.")
    ] = False
    free_api_calls_per_day: Annotated[
        int, Meta(ge=-1, description="Calls a day in the plan Free as `init` makes it; -1: no end.")
    ] = 100
    workers: Annotated[
        int,
        Meta(ge=1, le=1024, description="Server processes; each has its part while Redis is lost."),
    ] = 1
