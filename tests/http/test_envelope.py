"""What every answer has, whichever route gave it."""

import logging
import re
from dataclasses import replace

import pytest

from moniqo.domain.shared.errors import AppError, Kind
from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.errors import STATUS
from moniqo.entrypoints.http.refusals import HttpRefusal
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.values import Environment
from support.asgi import Client, Reply, served
from support.workshop import OpenController, workshop_container

RING = "/api/v1/open/ring"
KEYS = {"status_code", "message", "data", "error", "timestamp", "request_id"}


async def answers(workshop: Client) -> list[Reply]:
    """One answer of every sort."""
    alice = workshop.signed_in("alice")
    return [
        await workshop.post(RING),
        await alice.get("/api/v1/tools"),
        await workshop.get("/api/v1/tools"),
        await workshop.get("/nowhere"),
        await workshop.post("/api/v1/open/search"),
        await workshop.send("POST", "/api/v1/open/echo", body=b"x"),
        await workshop.post("/api/v1/open/echo", {}),
        await workshop.get("/api/v1/open/broken"),
        await workshop.get("/api/v1/open/closed"),
        await workshop.send("OPTIONS", RING),
        await workshop.send("GET", RING, headers=((b"x-large", b"x" * 40_000),)),
        await workshop.get("/api/v1/tools/" + "x" * 3000),
    ]


async def test_every_answer_is_in_the_envelope(workshop: Client) -> None:
    for reply in await answers(workshop):
        assert set(reply.json) == KEYS
        assert reply.json["status_code"] == reply.status
        assert reply.json["request_id"] == reply.header("x-request-id")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", reply.json["timestamp"])
        assert (reply.json["error"] is None) == (reply.status < 400)
        if reply.status >= 400:
            assert reply.data is None
            assert set(reply.json["error"]) == {"code", "message", "details"}


async def test_every_answer_has_the_security_headers(workshop: Client) -> None:
    for reply in await answers(workshop):
        assert reply.header("x-content-type-options") == "nosniff"
        assert reply.header("x-frame-options") == "DENY"
        assert reply.header("referrer-policy") == "no-referrer"
        assert reply.header("content-security-policy") == (
            "default-src 'none'; frame-ancestors 'none'"
        )
        assert reply.header("cache-control") == "no-store"
        assert reply.header("content-type") == "application/json; charset=utf-8"
        assert reply.header("content-length") == str(len(reply.body))
        assert reply.header("strict-transport-security") is None
        assert reply.header("server") is None


@pytest.mark.parametrize("given", ["a", "A-Z_0.9", "x" * 128])
async def test_a_request_id_that_is_one_is_kept(workshop: Client, given: str) -> None:
    reply = await workshop.post(RING, headers=((b"x-request-id", given.encode()),))

    assert reply.header("x-request-id") == given


@pytest.mark.parametrize("given", [b"", b"x" * 129, b"a b", b"a\nb", b"\xc3\xa4", b"<script>"])
async def test_a_request_id_that_is_none_is_replaced(workshop: Client, given: bytes) -> None:
    reply = await workshop.post(RING, headers=((b"x-request-id", given),))

    made = reply.header("x-request-id")
    assert made != given.decode("latin-1")
    assert re.fullmatch(r"[0-9a-f-]{36}", made or "")


async def test_a_fault_of_ours_tells_nothing_but_is_found_in_the_log(
    workshop: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        reply = await workshop.get("/api/v1/open/broken")

    assert (reply.status, reply.code) == (500, "INTERNAL_ERROR")
    assert reply.json["message"] == "Something went wrong on our side."
    assert not any(word in reply.body for word in (b"SELECT", b"passwd", b"Runtime", b".py"))
    [record] = [item for item in caplog.records if item.name == "moniqo.http"]
    assert record.exc_info
    assert "SELECT" in str(record.exc_info[1])


async def test_an_outage_says_when_to_come_back(workshop: Client) -> None:
    reply = await workshop.get("/api/v1/open/closed")

    assert (reply.status, reply.code, reply.header("retry-after")) == (503, "UNAVAILABLE", "7")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/api/v1/tools", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/api/v1/tools/x", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("GET", RING, "OPTIONS, POST"),
        ("HEAD", RING, "OPTIONS, POST"),
        ("TRACE", RING, "OPTIONS, POST"),
        ("BREW", RING, "OPTIONS, POST"),
    ],
)
async def test_a_method_that_is_not_there_is_told_which_are(
    workshop: Client, method: str, path: str, allow: str
) -> None:
    reply = await workshop.send(method, path)

    assert reply.status == 405
    assert reply.header("allow") == allow


async def test_options_says_what_a_path_takes(workshop: Client) -> None:
    reply = await workshop.send("OPTIONS", "/api/v1/tools")

    assert (reply.status, reply.header("allow")) == (200, "GET, HEAD, OPTIONS, POST")


async def test_head_answers_like_get_without_a_body(workshop: Client) -> None:
    alice = workshop.signed_in("alice")
    path = "/api/v1/open/search?word=saw"

    get, head = await alice.get(path), await alice.send("HEAD", path)

    assert head.status == get.status
    assert head.body == b""
    assert head.header("content-length") == get.header("content-length")


async def test_slashes_more_or_less_make_no_other_path(workshop: Client) -> None:
    reply = await workshop.post("//api/v1//open/ring/")

    assert reply.status == 202


async def test_there_is_a_status_for_every_kind_of_error() -> None:
    assert set(STATUS) == set(Kind)


async def test_every_error_has_a_code() -> None:
    def below(kind: type[Exception]) -> list[type[Exception]]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in below(child))]

    leaves = [kind for root in (AppError, HttpRefusal) for kind in below(root)[1:]]

    assert all(re.fullmatch(r"[A-Z_]+", kind.code) for kind in leaves)  # type: ignore[attr-defined]


async def test_a_websocket_is_not_served(workshop: Client) -> None:
    sent = []

    async def send(event: object) -> None:
        sent.append(event)

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": RING, "headers": [], "query_string": b""}
    await workshop.app(scope, receive, send)  # type: ignore[arg-type]

    assert [event["type"] for event in sent] == ["websocket.close"]  # type: ignore[index]


async def test_https_is_asked_for_outside_development() -> None:
    plain = Settings()
    staging = replace(plain.application, environment=Environment.STAGING)
    app = create_app(workshop_container(), replace(plain, application=staging), (OpenController,))

    async with served(app) as client:
        reply = await client.post(RING)

    assert reply.header("strict-transport-security") == "max-age=63072000; includeSubDomains"


async def test_headers_past_all_measure_are_refused(workshop: Client) -> None:
    reply = await workshop.post(RING, headers=((b"cookie", b"x" * 40_000),))

    assert (reply.status, reply.code) == (431, "HEADERS_TOO_LARGE")


async def test_a_path_past_all_measure_leads_nowhere(workshop: Client) -> None:
    alice = workshop.signed_in("alice")

    reply = await alice.get("/api/v1/tools/" + "x" * 3000)

    assert (reply.status, reply.code) == (404, "NOT_FOUND")


async def test_a_host_that_cannot_be_one_is_refused(workshop: Client) -> None:
    reply = await Client(workshop.app, host=b"a b").post(RING)

    assert (reply.status, reply.code) == (400, "MALFORMED_REQUEST")


async def test_documentation_is_closed_in_production_unless_it_is_opened() -> None:
    plain = Settings()
    production = replace(plain.application, environment=Environment.PRODUCTION)
    closed = replace(plain, application=production)
    opened = replace(closed, http=replace(plain.http, docs_in_production=True))
    found = []

    for settings in (closed, opened):
        app = create_app(workshop_container(), settings, (OpenController,))
        async with served(app) as client:
            found += [(await client.get(path)).status for path in ("/docs", "/openapi.json")]

    assert found == [404, 404, 200, 200]
