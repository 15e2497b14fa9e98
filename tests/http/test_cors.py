"""Pages of which origins may read what, and what they may send."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.settings.values import Origins
from support.asgi import JSON_TYPE, Client, Reply, served
from support.house import house_settings
from support.workshop import OpenController, ToolController, workshop_container

APP = b"https://app.example.com"
OTHER = b"http://localhost:3000"
STRANGERS = [
    b"null",
    b"https://evil.test",
    b"https://app.example.com.evil.test",
    b"https://appXexample.com",
    b"https://sub.app.example.com",
    b"https://app.example.com:8443",
    b"http://app.example.com",
    b"https://APP.example.com",
    b"https://app.example.com/",
    b"*",
    b"",
]
SEEN = {"ETag", "RateLimit", "RateLimit-Remaining", "X-Request-ID", "Retry-After"}


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[Client]:
    """The workshop, open to two origins."""
    plain = house_settings()
    origins = Origins.parse(f"{APP.decode()}, {OTHER.decode()}")
    settings = replace(plain, http=replace(plain.http, cors_origins=origins, max_body_bytes=2000))
    app = create_app(workshop_container(), settings, (ToolController, OpenController))
    async with served(app) as client:
        yield client


async def asked(client: Client, path: str, origin: bytes, method: bytes = b"GET") -> Reply:
    headers = ((b"origin", origin), (b"access-control-request-method", method))
    return await client.send("OPTIONS", path, headers=headers)


def told(reply: Reply) -> set[str]:
    return {name for name, _ in reply.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [APP, OTHER])
async def test_an_origin_that_may_read_is_named_alone(api: Client, origin: bytes) -> None:
    reply = await api.get("/api/v1/open/search?word=a", headers=((b"origin", origin),))

    assert reply.header("access-control-allow-origin") == origin.decode()
    assert reply.header("access-control-allow-credentials") == "true"
    assert set((reply.header("access-control-expose-headers") or "").split(", ")) >= SEEN
    assert "Origin" in (reply.header("vary") or "")


@pytest.mark.parametrize("origin", STRANGERS)
async def test_nobody_else_is_let_in(api: Client, origin: bytes) -> None:
    reply = await api.get("/api/v1/open/search?word=a", headers=((b"origin", origin),))
    preflight = await asked(api, "/api/v1/tools", origin)

    assert (told(reply), told(preflight)) == (set(), set())
    assert "Origin" in (reply.header("vary") or "")


async def test_two_origins_at_once_are_none(api: Client) -> None:
    headers = ((b"origin", APP), (b"origin", OTHER))

    assert told(await api.get("/api/v1/open/search?word=a", headers=headers)) == set()


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/tools", "GET, HEAD, OPTIONS, POST"),
        ("/api/v1/tools/0190a0a0-0000-7000-8000-000000000000", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/api/v1/open/echo", "OPTIONS, POST"),
    ],
)
async def test_a_preflight_names_the_routes_own_methods(
    api: Client, path: str, methods: str
) -> None:
    reply = await asked(api, path, APP)

    assert reply.status == 200
    assert reply.header("access-control-allow-methods") == methods
    assert reply.header("allow") == methods
    allowed = (reply.header("access-control-allow-headers") or "").split(", ")
    assert {"Authorization", "Content-Type", "Idempotency-Key", "If-Match"} <= set(allowed)
    assert reply.header("access-control-allow-origin") == APP.decode()


async def test_a_preflight_for_nothing_names_no_method(api: Client) -> None:
    reply = await asked(api, "/api/v1/nothing", APP)

    assert reply.status == 404
    assert reply.header("access-control-allow-methods") is None


async def test_asking_for_options_is_no_preflight(api: Client) -> None:
    reply = await api.send("OPTIONS", "/api/v1/tools", headers=((b"origin", APP),))

    assert reply.header("access-control-allow-methods") is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/tools", b"", 401),
        ("GET", "/api/v1/nothing", b"", 404),
        ("DELETE", "/api/v1/tools", b"", 405),
        ("POST", "/api/v1/open/echo", b" " * 2001, 413),
        ("POST", "/api/v1/open/echo", b"{}", 422),
        ("GET", "/api/v1/open/broken", b"", 500),
        ("GET", "/api/v1/open/closed", b"", 503),
    ],
)
async def test_refusals_can_be_read_too(
    api: Client, method: str, path: str, body: bytes, status: int
) -> None:
    headers = ((b"origin", APP), *((JSON_TYPE,) if body else ()))

    reply = await api.send(method, path, body=body, headers=headers)

    assert reply.status == status
    assert reply.header("access-control-allow-origin") == APP.decode()
    assert reply.header("access-control-expose-headers") is not None


async def test_a_page_can_read_that_it_asked_too_often() -> None:
    plain = house_settings()
    origins = Origins.parse(APP.decode())
    settings = replace(plain, http=replace(plain.http, cors_origins=origins))
    async with served(create_app(workshop_container(1), settings, (OpenController,))) as api:
        await api.get("/nothing")
        reply = await api.get("/nothing", headers=((b"origin", APP),))
        preflights = [(await asked(api, "/api/v1/open/echo", APP)).status for _ in range(5)]

    assert reply.status == 429
    assert reply.header("access-control-allow-origin") == APP.decode()
    assert preflights == [200] * 5


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "https://*.example.com",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://App.example.com",
        "https://app.example.com:443",
        "http://app.example.com:80",
        "ftp://app.example.com",
        "app.example.com",
        "https://user@app.example.com",
        "https://app.example.com,",
        "https://app.example.com https://b.test",
    ],
)
def test_only_exact_origins_can_be_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no origin"):
        Origins.parse(text)


@pytest.mark.parametrize(
    "text", ["http://[::1]:3000", "https://a.test:8443", "http://10.0.0.1:443"]
)
def test_hosts_and_ports_of_every_kind_can_be_named(text: str) -> None:
    assert str(Origins.parse(text)) == text
