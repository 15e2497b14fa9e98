"""What lists and other reads do with their query."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.shared.errors import Invalid
from moniqo.entrypoints.http.list_reader import ListReader
from moniqo.entrypoints.http.lists import Lists
from support.asgi import Client

TOOLS = "/api/v1/tools"
SEARCH = "/api/v1/open/search"


@pytest.fixture(scope="module")
async def toolbox(workshop: Client) -> AsyncIterator[Client]:
    """Carol has five tools."""
    carol = workshop.signed_in("carol")
    for number, colour in enumerate(["red", "blue", "red", "blue", "red"]):
        made = await carol.post(
            TOOLS,
            {
                "name": f"tool {number}",
                "colour": colour,
                "count": number % 2,
                "is_sharp": number == 0,
                "bought_at": f"2026-01-0{number + 1}T00:00:00Z",
            },
        )
        assert made.status == 201
    return carol


def names(page: Any) -> str:
    """The numbers of the tools on a page, in order."""
    return "".join(item["name"][-1] for item in page["items"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "43210"),
        ("sort=name", "01234"),
        ("sort=-name", "43210"),
        ("sort=price,-name", "43210"),
        ("limit=2", "43"),
        ("limit=2&offset=3", "10"),
        ("offset=5", ""),
        ("colour=blue", "31"),
        ("colour=red&count=0", "420"),
        ("is_sharp=true", "0"),
        ("is_sharp=false&sort=name", "1234"),
        ("name=tool%202", "2"),
        ("name=tool+2", "2"),
        ("bought_after=2026-01-04T00:00:00Z", "43"),
        ("bought_before=2026-01-02T00:00:00Z", "0"),
        ("&limit=1&", "4"),
    ],
)
async def test_a_list_is_filtered_sorted_and_cut(toolbox: Client, query: str, found: str) -> None:
    reply = await toolbox.get(f"{TOOLS}?{query}")

    assert names(reply.data) == found


async def test_a_page_tells_how_to_go_on(toolbox: Client) -> None:
    first = (await toolbox.get(f"{TOOLS}?limit=3")).data
    second = (await toolbox.get(f"{TOOLS}?limit=3&cursor={first['next_cursor']}")).data

    assert (names(first), first["total"], first["has_more"]) == ("432", 5, True)
    assert (first["limit"], first["offset"]) == (3, 0)
    assert (names(second), second["total"], second["has_more"]) == ("10", None, False)
    assert second["next_cursor"] is None


@pytest.mark.parametrize("limit", ["51", "5001", "9" * 24, "9" * 1000])
async def test_a_limit_past_the_maximum_is_cut(toolbox: Client, limit: str) -> None:
    reply = await toolbox.get(f"{TOOLS}?limit={limit}")

    assert reply.data["limit"] == 50


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e3", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=+1", "limit"),
        ("limit=1.0", "limit"),
        ("limit=01", "limit"),
        ("limit=", "limit"),
        ("limit", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limit=1&%6Cimit=2", "limit"),
        ("offset=-1", "offset"),
        ("offset=9223372036854775808", "offset"),
        ("offset=" + "9" * 100, "offset"),
        ("sort=;drop", "sort"),
        ("sort=user_id", "sort"),
        ("sort=password_hash", "sort"),
        ("sort=-", "sort"),
        ("sort=--name", "sort"),
        ("sort=name,name", "sort"),
        ("sort=name,-name", "sort"),
        ("sort=,", "sort"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=%F0%9F%98%80", "cursor"),
        ("colour=green", "colour"),
        ("colour[$ne]=red", "colour[$ne]"),
        ("count=x", "count"),
        ("count=1.5", "count"),
        ("count=true", "count"),
        ("count=9223372036854775808", "count"),
        ("is_sharp=1", "is_sharp"),
        ("is_sharp=TRUE", "is_sharp"),
        ("name=" + "x" * 21, "name"),
        ("name=%00", "name"),
        ("name=%FF", "name"),
        ("bought_after=yesterday", "bought_after"),
        ("include_removed=true", "include_removed"),
        ("user_id=1", "user_id"),
        ("%FF=1", ""),
        ("access_token=alice", "access_token"),
    ],
)
async def test_a_parameter_at_fault_is_named(toolbox: Client, query: str, fault: str) -> None:
    reply = await toolbox.get(f"{TOOLS}?{query}")

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")
    assert set(reply.faults) == {fault}


async def test_all_parameters_at_fault_are_named(toolbox: Client) -> None:
    reply = await toolbox.get(f"{TOOLS}?limit=0&offset=x&sort=-&colour=green")

    assert set(reply.faults) == {"limit", "offset", "sort", "colour"}


@pytest.mark.parametrize("query", ["&".join(f"a{n}=1" for n in range(51)), "name=" + "x" * 9000])
async def test_a_query_past_all_measure_is_refused(toolbox: Client, query: str) -> None:
    reply = await toolbox.get(f"{TOOLS}?{query}")

    assert reply.status == 422


async def test_a_value_past_all_measure_is_refused(workshop: Client) -> None:
    reply = await workshop.get(f"{SEARCH}?word={'x' * 2001}")

    assert reply.faults == {"word": "is too long"}


async def test_a_route_without_parameters_takes_none(toolbox: Client) -> None:
    reply = await toolbox.get("/api/v1/open/closed?debug=1")

    assert reply.faults == {"debug": "is not a known parameter"}


async def test_a_question_is_read_by_its_fields(workshop: Client) -> None:
    reply = await workshop.get(f"{SEARCH}?word=saw&most=7&exact=true")

    assert reply.data == {"word": "saw", "most": 7, "exact": True}


async def test_parameters_left_out_have_their_defaults(workshop: Client) -> None:
    reply = await workshop.get(f"{SEARCH}?word=saw")

    assert reply.data == {"word": "saw", "most": 5, "exact": False}


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("", "word"),
        ("word=saw&most=51", "most"),
        ("word=saw&most=0x5", "most"),
        ("word=s&x=1", "x"),
    ],
)
async def test_a_question_at_fault_is_told_so(workshop: Client, query: str, fault: str) -> None:
    reply = await workshop.get(f"{SEARCH}?{query}")

    assert (reply.status, set(reply.faults)) == (422, {fault})


def test_a_list_goes_by_the_names_that_are_told() -> None:
    lists = Lists(Backtest, sort=("from_", "to"), filters=("from_",))
    reader = ListReader(lists, usual=10, most=10)

    listing = reader.read(b"from=2026-01-01T00:00:00Z&sort=to,-from")

    assert listing.where == (eq("from_", datetime(2026, 1, 1, tzinfo=UTC)),)
    assert listing.sort == ("to", "-from_")
    with pytest.raises(Invalid, match="from_"):
        reader.read(b"from_=2026-01-01T00:00:00Z")
    with pytest.raises(Invalid, match="sort must name fields of from, to"):
        reader.read(b"sort=from_")


async def test_removed_items_are_shown_to_whoever_may_remove_them(workshop: Client) -> None:
    alice = workshop.signed_in("alice")
    made = await alice.post(TOOLS, {"name": "worn out"})
    await alice.delete(f"{TOOLS}/{made.data['id']}")
    query = f"{TOOLS}?name=worn+out&include_deleted="

    without = await alice.get(f"{query}false")
    with_it = await alice.get(f"{query}true")
    by_bob = await workshop.signed_in("bob").get(f"{query}true")

    assert without.data["items"] == []
    assert [item["id"] for item in with_it.data["items"]] == [made.data["id"]]
    assert (by_bob.status, by_bob.code) == (403, "PERMISSION_DENIED")
    assert (await alice.get(f"{query}yes")).faults == {"include_deleted": "must be true or false"}
