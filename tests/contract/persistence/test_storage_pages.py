"""Pages: by offset with a total, by cursor without gaps or repeats."""

import base64
import json
from itertools import pairwise
from typing import Any

import pytest

from moniqo.application.shared.query import eq, gte
from moniqo.domain.shared.errors import Invalid
from support.specimen import Part, Specimen
from support.store import Store

SORTS = [
    (),
    ("rank",),
    ("-rank",),
    ("-score", "name"),
    ("name", "-score"),
    ("-created_at",),
    ("-id",),
]


async def _filled(store: Store) -> None:
    rows = [
        store.specimen(
            name=None if index % 5 == 0 else f"n{index * 7 % 11}{index}",
            rank=index % 3,
            score=None if index % 4 == 0 else index % 2,
        )
        for index in range(17)
    ]
    async with store.uow() as tx:
        await tx[Specimen].add_many(rows)


async def _page(store: Store, *where: Any, **options: Any) -> Any:
    async with store.uow() as tx:
        return await tx[Specimen].page(store.listing(*where, **options))


@pytest.mark.parametrize("sort", SORTS, ids=str)
async def test_walking_by_cursor_shows_every_row_once_in_order(
    store: Store, sort: tuple[str, ...]
) -> None:
    await _filled(store)
    whole = await store.found(sort=sort)

    seen, cursor = [], None
    while True:
        page = await _page(store, sort=sort, limit=4, cursor=cursor)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == list(whole)
    assert len(seen) == 17


@pytest.mark.parametrize("sort", SORTS, ids=str)
async def test_a_walk_is_not_disturbed_by_inserts(store: Store, sort: tuple[str, ...]) -> None:
    await _filled(store)
    before = {item.id for item in await store.found()}

    seen, cursor = [], None
    for step in range(30):
        page = await _page(store, sort=sort, limit=3, cursor=cursor)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        await store.added(name=f"new{step}", rank=step % 4 - 1, score=step % 2)
        await store.added(rank=step % 3)

    assert len(seen) == len(set(seen))
    assert before <= set(seen)


async def test_offsets_cut_the_same_order(store: Store) -> None:
    await _filled(store)
    whole = await store.found(sort=("-score", "name"))

    pages = [
        await _page(store, sort=("-score", "name"), limit=5, offset=at) for at in (0, 5, 10, 15)
    ]

    assert [item for page in pages for item in page.items] == list(whole)
    assert [page.total for page in pages] == [17] * 4
    assert [page.has_more for page in pages] == [True, True, True, False]
    assert [page.offset for page in pages] == [0, 5, 10, 15]


async def test_a_page_beyond_the_end_is_empty_and_still_has_the_total(store: Store) -> None:
    await _filled(store)

    page = await _page(store, limit=5, offset=100)

    assert page.items == ()
    assert page.total == 17
    assert page.next_cursor is None


async def test_the_last_full_page_ends_the_walk(store: Store) -> None:
    await _filled(store)

    page = await _page(store, limit=17)

    assert len(page.items) == 17
    assert not page.has_more


async def test_a_page_of_nothing_has_total_nought(store: Store) -> None:
    page = await _page(store)

    assert (page.items, page.total, page.next_cursor) == ((), 0, None)


async def test_the_total_counts_only_what_matches(store: Store) -> None:
    await _filled(store)

    page = await _page(store, eq("rank", 0), gte("score", 1), limit=1)

    assert page.total == len(await store.found(eq("rank", 0), gte("score", 1))) == 3


async def test_a_page_within_a_transaction_sees_its_own_writes(store: Store) -> None:
    await store.added(rank=1)
    async with store.uow() as tx:
        await tx[Specimen].add(store.specimen(rank=2))

        page = await tx[Specimen].page(store.listing(sort=("-rank",), limit=1))
        rest = await tx[Specimen].page(store.listing(sort=("-rank",), cursor=page.next_cursor))

    assert ([row.rank for row in page.items], page.total) == ([2], 2)
    assert ([row.rank for row in rest.items], rest.total) == ([1], None)


async def test_a_cursor_page_has_no_total_and_ignores_the_offset(store: Store) -> None:
    await _filled(store)
    first = await _page(store, limit=4)

    second = await _page(store, limit=4, offset=9, cursor=first.next_cursor)

    assert second.total is None
    assert second.items == (await store.found())[4:8]


async def test_pages_do_not_overlap_where_all_rows_are_equal(store: Store) -> None:
    async with store.uow() as tx:
        await tx[Specimen].add_many([store.specimen() for _ in range(9)])

    pages = [await _page(store, sort=("score",), limit=3)]
    while pages[-1].has_more:
        pages.append(await _page(store, sort=("score",), limit=3, cursor=pages[-1].next_cursor))

    ids = [item.id for page in pages for item in page.items]
    assert all(one < other for one, other in pairwise(ids))
    assert len(ids) == 9


def _forged(sort: list[list[object]], values: list[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, values]).encode()).decode().rstrip("=")


BY_NAME: list[list[object]] = [["name", False], ["id", False]]
UUID_TEXT = "018f0000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%",
        "ä",
        "bnVsbA",
        _forged([["id", False]], [UUID_TEXT]),
        _forged(BY_NAME, [UUID_TEXT]),
        _forged(BY_NAME, ["a", "b"]),
        _forged(BY_NAME, [5, UUID_TEXT]),
        _forged(BY_NAME, [{"$gt": ""}, UUID_TEXT]),
        _forged(BY_NAME, ["nul \x00", UUID_TEXT]),
        _forged(BY_NAME, ["\ud800", UUID_TEXT]),
        _forged(BY_NAME, ["a", None]),
        "A" * 100_000,
        base64.urlsafe_b64encode(b"[" * 50_000).decode(),
    ],
    ids=lambda text: text[:20],
)
async def test_a_cursor_that_was_not_made_for_the_list_is_refused(
    store: Store, cursor: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await _page(store, sort=("name",), cursor=cursor)

    assert [fault.field for fault in caught.value.faults] == ["cursor"]


async def test_a_forged_decimal_or_integer_beyond_all_bounds_is_refused(store: Store) -> None:
    for field, value in (("price", "9" * 60), ("rank", 2**70), ("price", 1.5), ("rank", True)):
        cursor = _forged([[field, False], ["id", False]], [value, UUID_TEXT])
        with pytest.raises(Invalid):
            await _page(store, sort=(field,), cursor=cursor)


async def test_what_a_page_does_without_is_not_read_and_has_its_default(store: Store) -> None:
    await _filled(store)
    heavy = {"parts": (Part(name="x"),), "main_part": Part(name="y"), "badge": "b", "rank": 9}
    full = await store.added(name="z", tags=frozenset({"t"}), **heavy)
    light = full.with_(parts=(), main_part=None, badge=None)
    without = ("parts", "main_part", "badge")

    page = await _page(store, sort=("-rank",), limit=2, without=without)
    rest = await _page(store, sort=("-rank",), cursor=page.next_cursor, limit=99, without=without)
    async with store.uow() as tx:
        await tx[Specimen].add(store.specimen(badge="c"))
        within = await tx[Specimen].page(store.listing(eq("rank", 9), without=without))

    assert page.items[0] == light
    assert (page.total, len(rest.items)) == (18, 16)
    assert within.items == (light,)
    assert await store.stored(full.id) == full


@pytest.mark.parametrize("field", ["shelf", "stock"])
async def test_what_has_no_plain_default_is_always_read(store: Store, field: str) -> None:
    await store.added()

    with pytest.raises(TypeError, match=field):
        await _page(store, without=(field,))
