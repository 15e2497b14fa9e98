"""What is no JSON document, or claims not to be one, on every route that takes JSON."""

import pytest

from support.arena import Arena
from support.arena.routes import each, json_routes

DEEP = 100_000
MALFORMED = {
    "empty": b"",
    "no JSON": b"not json",
    "half": b'{"a":',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "no UTF-8": b'{"a":"\xff"}',
    "overlong UTF-8": b'{"a":"\xc0\xaf"}',
    "raw surrogate": b'{"a":"\xed\xa0\x80"}',
    "trailing bytes": b"{}x",
    "two documents": b"{}{}",
    "comment": b"{}/* */",
    "single quotes": b"{'a':1}",
    "duplicate keys": b'{"a":1,"a":1}',
    "raw NUL": b'{"a":"\x00"}',
    "65 levels": b'{"a":' * 65 + b"1" + b"}" * 65,
    "1000 levels": b"[" * 1000 + b"]" * 1000,
    "100000 levels": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "100000 openings": b"[" * DEEP,
}
NO_OBJECT = {
    "null": b"null",
    "array": b"[]",
    "array of objects": b"[{}]",
    "number": b"1",
    "text": b'"text"',
    "boolean": b"true",
    "NaN": b"NaN",
    "infinity": b"-Infinity",
    "1e999": b"1e999",
}
OTHER_TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/jsonx",
    "application/problem+json",
    "application/xml",
    "*/*",
    "",
)


async def outcomes(arena: Arena, body: bytes, **headers: str) -> dict[tuple[int, str], list[str]]:
    """Which routes answered what."""
    found: dict[tuple[int, str], list[str]] = {}
    caller = arena.superadmin
    asked = [it for it in json_routes() if it.needs_body or body]
    # Who has much to read at once answers others late, and too late is unavailable.
    call = each(
        asked,
        lambda it: caller.send(it.method, it.path, body=body, headers=headers),
        at_once=16 if len(body) < DEEP else 2,
    )
    async for route, reply in call:
        found.setdefault(reply.outcome, []).append(str(route))
    return found


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_s51_s53_what_is_no_json_document_is_malformed(any_arena: Arena, body: bytes) -> None:
    assert set(await outcomes(any_arena, body)) == {(400, "MALFORMED_REQUEST")}


@pytest.mark.parametrize("body", NO_OBJECT.values(), ids=NO_OBJECT)
async def test_s51_json_that_is_no_object_is_invalid(any_arena: Arena, body: bytes) -> None:
    assert set(await outcomes(any_arena, body)) == {(422, "VALIDATION_ERROR")}


@pytest.mark.parametrize("kind", OTHER_TYPES)
async def test_s61_another_media_type_is_refused(any_arena: Arena, kind: str) -> None:
    found = await outcomes(any_arena, b"{}", **{"Content-Type": kind})

    assert set(found) == {(415, "UNSUPPORTED_MEDIA_TYPE")}


async def test_s61_a_compressed_body_is_refused(any_arena: Arena) -> None:
    found = await outcomes(any_arena, b"{}", **{"Content-Encoding": "gzip"})

    assert set(found) == {(415, "UNSUPPORTED_MEDIA_TYPE")}


@pytest.mark.parametrize(("levels", "status"), [(10, 200), (62, 200), (63, 400), (300, 400)])
async def test_s53_a_document_may_be_64_levels_deep(
    any_arena: Arena, levels: int, status: int
) -> None:
    person = await any_arena.person()
    nested: object = 1
    for _ in range(levels):
        nested = {"a": nested}

    # The document and `preferences` are two levels more.
    reply = await person.patch("/users/me/settings", {"preferences": {"nested": nested}})
    stored = (await person.get("/users/me/settings")).data["preferences"]

    assert reply.status == status, reply.json
    assert stored == ({"nested": nested} if status == 200 else {})


async def test_s53_nothing_grows_by_deep_documents(any_arena: Arena) -> None:
    before = any_arena.memory()

    for body in (MALFORMED["100000 levels"], MALFORMED["100000 openings"]):
        await outcomes(any_arena, body)

    assert any_arena.memory() - before < 50 * 2**20
