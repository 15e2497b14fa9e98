"""A client that speaks ASGI to an application: every byte of a request can be chosen."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from litestar import Litestar

Headers = Sequence[tuple[bytes, bytes]]
Body = bytes | list[bytes] | AsyncIterator[bytes]
"""At once, in pieces, or for as long as the iterator goes on: then the client hangs up."""
JSON_TYPE = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header that stands there at most once."""
        found = [value for key, value in self.headers if key == name]
        assert len(found) <= 1, f"{name} stands {len(found)} times"
        return found[0] if found else None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def code(self) -> str:
        return self.json["error"]["code"]

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong with each field."""
        return {item["field"]: item["message"] for item in self.json["error"]["details"]}


@dataclass(frozen=True, slots=True)
class Client:
    """Sends requests; `token` goes along with each one."""

    app: Litestar
    token: str | None = None
    host: bytes = b"moniqo.test"

    def signed_in(self, token: str) -> "Client":
        return replace(self, token=token)

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.send("GET", path, **more)

    async def post(self, path: str, payload: object = None, **more: Any) -> Reply:
        return await self.send("POST", path, **_with_json(payload), **more)

    async def put(self, path: str, payload: object, **more: Any) -> Reply:
        return await self.send("PUT", path, **_with_json(payload), **more)

    async def patch(self, path: str, payload: object, **more: Any) -> Reply:
        return await self.send("PATCH", path, **_with_json(payload), **more)

    async def delete(self, path: str, **more: Any) -> Reply:
        return await self.send("DELETE", path, **more)

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: Body = b"",
        headers: Headers = (),
        length: bool = True,
    ) -> Reply:
        """One request; `path` may carry a query, percent-encoded as it shall go out."""
        sent = [(b"host", self.host), *headers]
        if self.token is not None:
            sent.append((b"authorization", f"Bearer {self.token}".encode()))
        if isinstance(body, bytes) and body and length:
            sent.append((b"content-length", str(len(body)).encode()))
        events: list[dict[str, Any]] = []

        async def collect(event: dict[str, Any]) -> None:
            events.append(event)

        await self.app(_scope(method, path, sent), _receiver(body), collect)  # type: ignore[arg-type]
        return _reply(events)

    async def watched(self, path: str, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """A GET whose answer goes to `send` bit by bit."""
        headers = [(b"host", self.host), (b"authorization", f"Bearer {self.token}".encode())]
        await self.app(_scope("GET", path, headers), _receiver(b""), send)  # type: ignore[arg-type]


def _with_json(payload: object) -> dict[str, Any]:
    if payload is None:
        return {}
    return {"body": json.dumps(payload).encode(), "headers": (JSON_TYPE,)}


def _scope(method: str, path: str, headers: Iterable[tuple[bytes, bytes]]) -> dict[str, Any]:
    bare, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": bare,
        "raw_path": bare.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": list(headers),
        "client": ("192.0.2.7", 4711),
        "server": ("127.0.0.1", 8000),
    }


def _receiver(body: Body) -> Any:
    async def chunks() -> AsyncIterator[dict[str, Any]]:
        if isinstance(body, bytes):
            yield {"type": "http.request", "body": body, "more_body": False}
        elif isinstance(body, list):
            for piece in body:
                yield {"type": "http.request", "body": piece, "more_body": True}
            yield {"type": "http.request", "body": b"", "more_body": False}
        else:
            async for chunk in body:
                yield {"type": "http.request", "body": chunk, "more_body": True}
        yield {"type": "http.disconnect"}

    events = chunks()

    async def receive() -> dict[str, Any]:
        return await anext(events)

    return receive


def _reply(events: list[dict[str, Any]]) -> Reply:
    start = events[0]
    headers = tuple((name.decode().lower(), value.decode()) for name, value in start["headers"])
    body = b"".join(event.get("body", b"") for event in events[1:])
    return Reply(start["status"], headers, body)


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[Client]:
    """The application started, and stopped at the end; raises what its start raised."""
    to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    # In a task of its own: setting up and tearing down may happen in two different ones.
    lifespan = asyncio.create_task(app({"type": "lifespan"}, to_app.get, from_app.put))  # type: ignore[arg-type]
    to_app.put_nowait({"type": "lifespan.startup"})
    if (await from_app.get())["type"] != "lifespan.startup.complete":
        await lifespan
    try:
        yield Client(app)
    finally:
        to_app.put_nowait({"type": "lifespan.shutdown"})
        await lifespan
