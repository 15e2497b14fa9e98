"""Whose address counts, with proxies in front and with callers who make some up."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from moniqo.entrypoints.http.app import create_app
from moniqo.entrypoints.http.client_address import client_address
from support.asgi import Client, served
from support.house import house_settings
from support.workshop import ToolController, workshop_container

PEER = "10.0.0.1"


def told(proxies: int, *headers: tuple[str, str]) -> str:
    pairs = [(name.encode(), value.encode()) for name, value in headers]
    return client_address({"client": (PEER, 5), "headers": pairs}, proxies)


XFF = "x-forwarded-for"


@pytest.mark.parametrize("name", [XFF, "forwarded"])
def test_without_proxies_nobody_is_believed(name: str) -> None:
    assert told(0, (name, "for=192.0.2.1" if name == "forwarded" else "192.0.2.1")) == PEER


@pytest.mark.parametrize(
    ("proxies", "value", "address"),
    [
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.9, 192.0.2.1", "192.0.2.1"),
        (2, "192.0.2.1, 10.0.0.2", "192.0.2.1"),
        (2, "6.6.6.6,192.0.2.1 ,10.0.0.2", "192.0.2.1"),
        (1, "192.0.2.1:4711", "192.0.2.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (2, "192.0.2.1", PEER),
        (1, "", PEER),
        (1, "unknown", PEER),
        (1, "192.0.2.1, ", PEER),
        (1, "192.0.2.1.5", PEER),
        (1, "fe80::1%<script>", PEER),
        (1, "[2001:db8::1", "2001:db8::1"),
        (1, "\xff\x00", PEER),
    ],
)
def test_the_outermost_proxy_tells_who_called(proxies: int, value: str, address: str) -> None:
    assert told(proxies, (XFF, value)) == address


def test_a_header_that_stands_twice_is_one_list() -> None:
    assert told(1, (XFF, "6.6.6.6"), (XFF, "192.0.2.1")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("for=192.0.2.1", "192.0.2.1"),
        ('For="[2001:db8::1]:4711";proto=https;by=10.0.0.9', "2001:db8::1"),
        ('for="evil, for=192.0.2.1;proto=http', "192.0.2.1"),
        ("proto=http", PEER),
        ("for=_hidden", PEER),
    ],
)
def test_the_standard_header_tells_it_too(value: str, address: str) -> None:
    assert told(1, ("forwarded", value)) == address


def test_headers_that_differ_are_both_tales() -> None:
    assert told(1, (XFF, "192.0.2.1"), ("forwarded", "for=192.0.2.1")) == "192.0.2.1"
    assert told(1, (XFF, "192.0.2.1"), ("forwarded", "for=192.0.2.2")) == PEER


def test_a_connection_without_an_address_has_none() -> None:
    assert client_address({"client": None, "headers": []}, 0) == ""


@pytest.fixture
async def behind_one() -> AsyncIterator[Client]:
    """The workshop behind one proxy, five calls a minute."""
    plain = house_settings()
    settings = replace(plain, http=replace(plain.http, trusted_proxies=1))
    async with served(create_app(workshop_container(5), settings, (ToolController,))) as client:
        yield client


async def test_use_cases_see_the_caller_and_not_the_proxy(behind_one: Client) -> None:
    alice = behind_one.signed_in("alice")

    reply = await alice.get("/api/v1/tools/call", headers=((XFF.encode(), b"192.0.2.1"),))

    assert reply.data["ip_address"] == "192.0.2.1"


async def test_neighbours_behind_one_proxy_are_counted_apart(behind_one: Client) -> None:
    async def left(address: bytes) -> str | None:
        reply = await behind_one.get("/nothing", headers=((XFF.encode(), address),))
        return reply.header("ratelimit-remaining")

    assert [await left(b"192.0.2.1"), await left(b"192.0.2.1"), await left(b"192.0.2.2")] == [
        "4",
        "3",
        "4",
    ]
    assert [await left(b"2001:db8::1"), await left(b"2001:db8::2")] == ["4", "3"]
