"""What every JSON route does with bodies: accepted exactly, refused by name, never a 500."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from support.asgi import JSON_TYPE, Client, Reply

ECHO = "/api/v1/open/echo"


async def echo(client: Client, body: bytes) -> Reply:
    return await client.send("POST", ECHO, body=body, headers=(JSON_TYPE,))


async def echo_field(client: Client, name: str, literal: str) -> Reply:
    """Echo a draft whose field `name` has this JSON text."""
    fields = {"name": '"saw"', name: literal}
    inside = ",".join(f'"{key}":{value}' for key, value in fields.items())
    return await echo(client, f"{{{inside}}}".encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"{'name':'saw'}",
        b'{"name":"saw"}//comment',
        b'{"name":"saw"}{"name":"saw"}',
        b'{"name":"saw",}',
        b'{"name":"saw"}]',
        b'\xef\xbb\xbf{"name":"saw"}',
        '{"name":"saw"}'.encode("utf-16"),
        b'{"name":"\xff"}',
        b'{"name":"\xc0\xaf"}',
        b'{"name":"\xed\xa0\x80"}',
        b'{"name":"a\x00b"}',
        b'{"name":"a\nb"}',
        b'{"name":"saw","name":"axe"}',
        b'{"name":"saw","notes":{"deep":{"a":1,"a":1}}}',
        b'{"name":1e}',
        b'{"name":01}',
    ],
)
async def test_what_is_not_one_json_document_is_malformed(workshop: Client, body: bytes) -> None:
    reply = await echo(workshop, body)

    assert (reply.status, reply.code) == (400, "MALFORMED_REQUEST")


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"saw"', b"true", b"NaN", b"1e999"])
async def test_json_that_is_no_object_is_invalid(workshop: Client, body: bytes) -> None:
    reply = await echo(workshop, body)

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("levels", [10, 64, 65, 66, 1_000, 9_000])
async def test_nesting_ends_at_64_levels(workshop: Client, opening: bytes, levels: int) -> None:
    each = opening.count(b"[") + opening.count(b"{")
    times = (levels - 2) // each
    closing = opening.replace(b"[", b"]").replace(b"{", b"}")[::-1].translate(None, b'"a:')
    body = b'{"name":"saw","notes":{"x":' + opening * times + b"1" + closing * times + b"}}"

    reply = await echo(workshop, body)

    assert reply.status == (200 if 2 + times * each <= 64 else 400)


async def test_many_brackets_that_do_not_pair_up_are_malformed(workshop: Client) -> None:
    reply = await echo(workshop, b"[" * 40 + b"]" * 20 + b"[" * 40 + b"]" * 60 + b"]")

    assert (reply.status, reply.code) == (400, "MALFORMED_REQUEST")


async def test_brackets_inside_texts_are_no_nesting(workshop: Client) -> None:
    reply = await echo(workshop, json.dumps({"name": "saw", "notes": {"x": '["' * 90}}).encode())

    assert reply.data["notes"]["x"] == '["' * 90


async def test_many_brackets_beside_each_other_are_no_nesting(workshop: Client) -> None:
    notes = {"x": [[[]]] * 100}

    reply = await echo(workshop, json.dumps({"name": "saw", "notes": notes}).encode())

    assert reply.data["notes"] == notes


@pytest.mark.parametrize(
    "content_type",
    [
        b"text/plain",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"application/jsonx",
        b"application/json; charset=utf-16",
        b"application/json; charset=utf-8; charset=latin-1",
        b"application/problem+json",
        b"",
    ],
)
async def test_other_media_types_are_refused(workshop: Client, content_type: bytes) -> None:
    headers = ((b"content-type", content_type),)

    reply = await workshop.send("POST", ECHO, body=b'{"name":"saw"}', headers=headers)

    assert (reply.status, reply.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_without_a_content_type_is_refused(workshop: Client) -> None:
    reply = await workshop.send("POST", ECHO, body=b'{"name":"saw"}')

    assert reply.status == 415


async def test_two_content_types_are_refused(workshop: Client) -> None:
    reply = await workshop.send(
        "POST", ECHO, body=b'{"name":"saw"}', headers=(JSON_TYPE, JSON_TYPE)
    )

    assert reply.status == 415


async def test_a_compressed_body_is_refused(workshop: Client) -> None:
    headers = (JSON_TYPE, (b"content-encoding", b"gzip"))

    reply = await workshop.send("POST", ECHO, body=b"\x1f\x8b", headers=headers)

    assert reply.status == 415


@pytest.mark.parametrize(
    "content_type",
    [b"Application/JSON", b"application/json;charset=UTF-8", b'application/json; charset="utf-8"'],
)
async def test_json_in_utf8_may_be_spelled_in_many_ways(
    workshop: Client, content_type: bytes
) -> None:
    headers = ((b"content-type", content_type), (b"content-encoding", b"identity"))

    reply = await workshop.send("POST", ECHO, body=b'{"name":"saw"}', headers=headers)

    assert reply.status == 200


async def test_a_body_of_the_largest_size_is_read(workshop: Client) -> None:
    bare = len(b'{"name":"saw"}')

    reply = await echo(workshop, b'{"name":"saw"}' + b" " * (65_536 - bare))

    assert reply.status == 200


async def test_an_announced_size_past_the_limit_is_refused_unread(workshop: Client) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = (JSON_TYPE, (b"content-length", b"65537"))

    reply = await workshop.send("POST", ECHO, body=never(), headers=headers)

    assert (reply.status, reply.code) == (413, "PAYLOAD_TOO_LARGE")
    assert reply.header("connection") == "close"


async def test_an_endless_body_is_cut_off_at_the_limit(workshop: Client) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b" " * 1024

    reply = await workshop.send("POST", ECHO, body=endless(), headers=(JSON_TYPE,))

    assert reply.status == 413
    assert taken == 65


async def test_a_body_that_does_not_arrive_is_given_up(workshop: Client) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    reply = await workshop.send("POST", ECHO, body=slow(), headers=(JSON_TYPE,))

    assert (reply.status, reply.code) == (408, "REQUEST_TIMEOUT")


async def test_a_body_that_breaks_off_is_no_body(workshop: Client) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b'{"name":"saw"}'

    reply = await workshop.send("POST", ECHO, body=broken(), headers=(JSON_TYPE,))

    assert reply.status == 408


async def test_a_body_in_pieces_is_one_body(workshop: Client) -> None:
    pieces = [bytes([byte]) for byte in '{"name":"sägè"}'.encode()]

    reply = await workshop.send("POST", ECHO, body=pieces, headers=(JSON_TYPE,))

    assert reply.data["name"] == "sägè"


@pytest.mark.parametrize(
    ("name", "literal"),
    [
        ("name", '"a\\u0000b"'),
        ("name", '"\\ud800"'),
        ("name", '"\\udc00x"'),
        ("name", '""'),
        ("name", '"' + "x" * 21 + '"'),
        ("name", "1"),
        ("name", "null"),
        ("name", "true"),
        ("name", '["saw"]'),
        ("name", '{"$gt":""}'),
        ("mark", '"123456789"'),
        ("mark", "5"),
        ("colour", '"green"'),
        ("colour", '"RED"'),
        ("colour", "1"),
        ("count", "1.0"),
        ("count", "true"),
        ("count", '"1"'),
        ("count", "1e3"),
        ("count", "9223372036854775808"),
        ("count", "-9223372036854775809"),
        ("count", "1" + "0" * 30),
        ("count", "1" + "0" * 4999),
        ("count", "NaN"),
        ("count", "null"),
        ("is_sharp", '"true"'),
        ("is_sharp", "1"),
        ("is_sharp", "null"),
        ("bought_at", '"2026-01-01"'),
        ("bought_at", '"2026-01-01T00:00:00"'),
        ("bought_at", '"2026-02-30T00:00:00Z"'),
        ("bought_at", '"0001-01-01T00:00:00+23:00"'),
        ("bought_at", "1767225600"),
        ("price", "NaN"),
        ("price", "Infinity"),
        ("price", "-Infinity"),
        ("price", '"NaN"'),
        ("price", '"sNaN"'),
        ("price", '"Infinity"'),
        ("price", '"-Infinity"'),
        ("price", "1e1000000"),
        ("price", "1e-1000000"),
        ("price", "1e99999999999999999999"),
        ("price", '"1e1000000"'),
        ("price", '"1e3"'),
        ("price", '"1_000"'),
        ("price", '" 1 "'),
        ("price", '"١٢"'),
        ("price", '"１２"'),
        ("price", '"+1"'),
        ("price", '".5"'),
        ("price", '"5."'),
        ("price", '"0x10"'),
        ("price", '"01"'),
        ("price", '""'),
        ("price", '"1,5"'),
        ("price", "true"),
        ("price", "-1"),
        ("price", '"-0.01"'),
        ("price", "1" + "0" * 39),
        ("price", '"' + "1" * 40 + '"'),
        ("price", "1" * 17),
        ("price", '"0.' + "1" * 19 + '"'),
        ("price", "0." + "1" * 20),
        ("price", "1" + "0" * 4999),
        ("notes", "[]"),
        ("notes", "null"),
        ("notes", '"x"'),
        ("notes", '{"a":"\\u0000"}'),
        ("notes", '{"a\\u0000":1}'),
        ("notes", '{"a":[{"b":"\\udfff"}]}'),
        ("notes", '{"a":9223372036854775808}'),
        ("notes", '{"a":1e400}'),
        ("notes", '{"a":0.12345678901234567891}'),
        ("notes", '{"a":NaN}'),
        ("notes", '{"a":-Infinity}'),
        ("notes", '{"a":' + "9" * 5000 + "}"),
        ("blades", '{"length":1}'),
        ("blades", '"x"'),
        ("stock", "[]"),
        ("stock", '{"\\ud800":"1"}'),
    ],
)
async def test_a_value_that_breaks_its_fields_rules_is_named(
    workshop: Client, name: str, literal: str
) -> None:
    reply = await echo_field(workshop, name, literal)

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")
    assert {fault.partition(".")[0] for fault in reply.faults} == {name}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("0.1", "0.1"),
        ("1.10", "1.1"),
        ('"1.10"', "1.1"),
        ("100", "100"),
        ('"100"', "100"),
        ("1e3", "1000"),
        ("1.5E2", "150"),
        ("-0", "0"),
        ("-0.0", "0"),
        ('"-0"', "0"),
        ("0e1000000", "0"),
        ("1e-18", "0.000000000000000001"),
        ("9999999999999999.999999999999999999", "9999999999999999.999999999999999999"),
        ('"9007199254740993.1"', "9007199254740993.1"),
        ("0.1000000000000000055", None),
    ],
)
async def test_decimals_keep_the_digits_that_were_sent(
    workshop: Client, sent: str, shown: str | None
) -> None:
    reply = await echo_field(workshop, "price", sent)

    assert (reply.data["price"] if reply.status == 200 else None) == shown


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)])
async def test_integers_of_64_bits_are_exact(workshop: Client, number: int) -> None:
    reply = await echo_field(workshop, "count", str(number))

    assert reply.data["count"] == number


@pytest.mark.parametrize(
    "text",
    ["\ufffe", "\u202e", "😀" * 20, "e" + "\u0301" * 19, "\u0085", "\x1b[31m", "${jndi:x}", "<b>"],
)
async def test_strange_text_is_kept_exactly_and_counted_in_code_points(
    workshop: Client, text: str
) -> None:
    reply = await echo(workshop, json.dumps({"name": text}).encode())

    assert reply.data["name"] == text


async def test_free_objects_come_back_the_same(workshop: Client) -> None:
    notes = {
        "$gt": "",
        "a.b": {"": None, "__proto__": [True, 1, -1.5, "x"]},
        "big": 2**63 - 1,
        "nested": [[{}], []],
    }

    reply = await echo(workshop, json.dumps({"name": "saw", "notes": notes}).encode())

    assert reply.data["notes"] == notes


async def test_every_fault_is_named_by_its_path(workshop: Client) -> None:
    reply = await workshop.post(
        ECHO,
        {
            "colour": 1,
            "count": True,
            "id": "x",
            "blades": [{"length": "1", "teeth": 501}, {"length": 0, "shape": "round"}, {}],
            "stock": {"left": "1", "right": "x"},
        },
    )

    assert set(reply.faults) == {
        "name",
        "colour",
        "count",
        "id",
        "blades.0.teeth",
        "blades.1.length",
        "blades.1.shape",
        "blades.2.length",
        "stock.right",
    }


async def test_a_name_that_utf8_cannot_say_is_told_all_the_same(workshop: Client) -> None:
    reply = await echo(workshop, b'{"name":"saw","\\ud800":1}')

    assert reply.faults == {"?": "is not a known field"}


async def test_more_faults_than_anybody_reads_are_cut(workshop: Client) -> None:
    reply = await workshop.post(ECHO, {f"{'x' * 300}{n}": n for n in range(150)} | {"y": 1})
    many = await workshop.post(ECHO, {f"x{n}": n for n in range(1000)})

    assert reply.status == many.status == 422
    assert max(map(len, reply.faults)) == 200
    assert len(many.json["error"]["details"]) == 256
    assert len(many.json["message"]) == 500


@pytest.mark.parametrize("body", [b"{}", b" {} "])
async def test_a_route_without_payload_takes_an_empty_object(workshop: Client, body: bytes) -> None:
    reply = await workshop.send("POST", "/api/v1/open/ring", body=body, headers=(JSON_TYPE,))

    assert reply.status == 202


async def test_a_route_without_payload_takes_nothing_at_all(workshop: Client) -> None:
    empty = await workshop.send("POST", "/api/v1/open/ring", headers=((b"content-length", b"0"),))
    none = await workshop.send("POST", "/api/v1/open/ring")

    assert (empty.status, none.status) == (202, 202)


async def test_a_route_without_payload_refuses_fields(workshop: Client) -> None:
    reply = await workshop.post("/api/v1/open/ring", {"user_id": "x"})

    assert (reply.status, set(reply.faults)) == (422, {"user_id"})
