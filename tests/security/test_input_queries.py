"""Queries, paths and headers that nobody in their right mind sends, wherever they are read."""

from collections import Counter
from urllib.parse import quote

import pytest

from support.arena import Arena, Arenas
from support.arena.routes import Route, each, list_routes, resolved, routes
from support.arena.wire import status_of

REFUSED = {
    "twice": "limit=1&limit=2",
    "unknown": "colour=red",
    "operator": "email[$ne]=x",
    "none": "limit=0",
    "negative": "limit=-1",
    "exponent": "limit=1e3",
    "other digits": "limit=٣",
    "no number": "limit=x",
    "empty limit": "limit=",
    "fraction": "limit=1.0",
    "spaces": "limit=%201",
    "plus": "limit=%2B1",
    "before the start": "offset=-1",
    "sort injection": "sort=;drop",
    "sort by a secret": "sort=password_hash",
    "sort by nothing": "sort=-",
    "empty sort": "sort=",
    "sort twice": "sort=created_at,created_at",
    "sort with a path": "sort=user.password_hash",
    "cursor": "cursor=x",
    "cursor of an operator": "cursor=" + quote('{"$gt":""}'),
    "name in capitals": "LIMIT=1",
    "NUL": "cursor=%00",
    "no UTF-8": "cursor=%ff",
    "ten thousand": "&".join(f"p{number}=1" for number in range(5_000)),
}
CUT = ("9" * 40, "5001", "9223372036854775808")
FAR = ("9223372036854775807", "9223372036854775808", "9" * 40)
VALUES = ("%00", "%ff", "%ed%a0%80", "%F0%9F%82%A1", "a" * 2_000, "%24gt", "(", "'%20OR%201=1")


async def outcomes(arena: Arena, query: str, asked: list[Route]) -> Counter[tuple[int, str]]:
    """How often the routes answered what to a query."""
    call = each(asked, lambda it: arena.superadmin.get(f"{it.path}?{query}"))
    return Counter([reply.outcome async for _, reply in call])


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED)
async def test_s60_a_faulty_query_of_a_list_is_refused(any_arena: Arena, query: str) -> None:
    # Whose list it is may be looked up before the cursor is read.
    asked = [it for it in list_routes() if "cursor=" not in query or "{" not in it.template]

    assert set(await outcomes(any_arena, query, asked)) == {(422, "VALIDATION_ERROR")}


@pytest.mark.parametrize("limit", CUT)
async def test_s60_a_limit_past_the_largest_is_cut(race_arena: Arena, limit: str) -> None:
    call = each(list_routes(), lambda it: race_arena.a.get(f"{it.path}?limit={limit}"))

    limits = Counter([reply.data["limit"] async for _, reply in call if reply.status == 200])

    assert set(limits) == {5000}


@pytest.mark.parametrize("offset", FAR)
async def test_s60_an_offset_past_every_item_is_no_fault(race_arena: Arena, offset: str) -> None:
    found = await outcomes(race_arena, f"offset={offset}", list_routes())

    assert set(found) <= {(200, ""), (404, "NOT_FOUND"), (422, "VALIDATION_ERROR")}


@pytest.mark.parametrize("query", ["limit=1", "x=1", "token", "=", "&&"])
async def test_s60_a_query_where_none_is_asked_for_is_refused_or_nothing(
    any_arena: Arena, query: str
) -> None:
    asked = [it for it in routes() if it.method == "GET" and not it.parameters]

    found = await outcomes(any_arena, query, asked)

    assert set(found) <= {(422, "VALIDATION_ERROR"), (200, ""), (404, "NOT_FOUND"), (503, "")}
    if "=1" in query:
        assert found[200, ""] == 0


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:12])
async def test_s55_s60_no_value_of_any_query_is_our_fault(race_arena: Arena, value: str) -> None:
    asked = [
        (it, name)
        for it in routes()
        for name in it.parameters
        if it.method == "GET" and name != "token"
    ]

    call = each(asked, lambda it: race_arena.superadmin.get(f"{it[0].path}?{it[1]}={value}"))

    odd = {str(it[0]) + it[1]: reply.status async for it, reply in call}
    assert {
        at: status for at, status in odd.items() if status not in {200, 400, 403, 404, 422}
    } == {}


@pytest.mark.parametrize("value", ["%00", "%ff", "..%2f..", "1", "%F0%9F%82%A1", "a" * 3_000])
async def test_s55_no_value_in_any_path_is_our_fault(any_arena: Arena, value: str) -> None:
    asked = [it for it in routes() if "{" in it.template]
    caller = any_arena.superadmin

    def path(route: Route) -> str:
        parts = route.template.split("/")
        return "/".join(value if part.startswith("{") else part for part in parts)

    call = each(
        asked, lambda it: caller.send(it.method, path(it), it.body if it.takes_json else None)
    )

    # Public pictures are shown for whoever, so that nobody learns who is there.
    assert {reply.status async for _, reply in call} <= {200, 404, 400, 415, 422}


@pytest.mark.parametrize(
    "name",
    ["X-Request-ID", "User-Agent", "If-Match", "If-None-Match", "Idempotency-Key", "Authorization"],
)
async def test_s55_no_value_of_any_header_is_our_fault(any_arena: Arena, name: str) -> None:
    values = (b"\xff\xfe", b"\x01\x02", b"\x7f", b"a" * 8_000, b"", b"\t", '"\u20ac"'.encode())
    token = b"" if name == "Authorization" else any_arena.a.token.encode()

    for value in values:
        heard = await any_arena.raw(
            b"GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            + (b"Authorization: Bearer " + token + b"\r\n" if token else b"")
            + name.encode() + b": " + value + b"\r\n\r\n"
        )  # fmt: skip

        assert status_of(heard) in {200, 400, 401, 412, 422}, (value, heard)
        assert heard.count(b"x-request-id: ") == 1


async def test_s60_every_documented_way_to_sort_is_taken(arena: Arena) -> None:
    asked = [
        (route, sign + name)
        for route in list_routes()
        for name in _sortable(route)
        for sign in ("", "-")
    ]

    call = each(asked, lambda it: arena.superadmin.get(f"{it[0].path}?sort={it[1]}"))

    assert len(asked) > len(list_routes())
    assert {reply.status async for _, reply in call} <= {200, 404}


def _sortable(route: Route) -> list[str]:
    """Fields that the description of `sort` names."""
    schema = resolved(route.parameters["sort"])
    pattern = schema["pattern"]
    first = pattern[pattern.index("(") + 1 : pattern.index(")")]
    return [name for name in first.removeprefix("?:").split("|") if name.isidentifier()]


async def test_s60_a_redirected_list_takes_no_filter_of_its_own(arenas: Arenas) -> None:
    arena = await arenas("mongo")

    found = await outcomes(arena, "created_after[$gt]=2020-01-01T00:00:00Z", list_routes())

    assert set(found) == {(422, "VALIDATION_ERROR")}
