"""Somebody who speaks to the servers: a person with a session, or nobody."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from support.arena.reply import Reply, require_sound

API = "/api/v1"
OUTSIDE = ("/api/", "/health", "/docs", "/redoc", "/openapi.json", "/metrics")
"""Paths that are taken as they stand; every other one is below `API`."""
SECONDS = 30


def client_of(url: str) -> httpx2.AsyncClient:
    """A client that opens as many connections as there are requests at once."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx2.AsyncClient(
        base_url=url, timeout=SECONDS, limits=limits, trust_env=False, verify=False
    )


@dataclass(frozen=True, slots=True)
class Caller:
    """Requests go to the first of `servers`, with `token` if there is one."""

    servers: tuple[httpx2.AsyncClient, ...]
    id: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)

    def on(self, number: int) -> "Caller":
        """The same caller before another process; numbers past the last begin anew."""
        at = number % len(self.servers)
        return replace(self, servers=self.servers[at:] + self.servers[:at])

    def with_token(self, token: str) -> "Caller":
        """The same caller with another access token."""
        return replace(self, token=token)

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.send("GET", path, **more)

    async def post(self, path: str, payload: object = None, **more: Any) -> Reply:
        return await self.send("POST", path, payload, **more)

    async def put(self, path: str, payload: object = None, **more: Any) -> Reply:
        return await self.send("PUT", path, payload, **more)

    async def patch(self, path: str, payload: object = None, **more: Any) -> Reply:
        return await self.send("PATCH", path, payload, **more)

    async def delete(self, path: str, **more: Any) -> Reply:
        return await self.send("DELETE", path, **more)

    async def send(
        self,
        method: str,
        path: str,
        payload: object = None,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        **more: Any,
    ) -> Reply:
        """One request: `payload` is sent as JSON, `body` as it is; `more` as httpx2 takes it."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if payload is not None:
            body = json.dumps(payload).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
            more["content"] = body
        url = path if path.startswith(OUTSIDE) else API + path
        response = await self.servers[0].request(
            method, url, headers={**sent, **(headers or {})}, **more
        )
        require_sound(response)
        return Reply(response)
