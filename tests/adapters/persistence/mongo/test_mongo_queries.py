"""How selections are put to the database."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.asynchronous.database import AsyncDatabase

from moniqo.adapters.persistence.backend import Select
from moniqo.adapters.persistence.mongo.queries import following, order, page
from moniqo.application.shared.query import contains, either, eq
from support.specimen import CONTRACT, Specimen
from support.store import Store

Database = AsyncDatabase[dict[str, Any]]
SPECIMENS = CONTRACT[Specimen]
TEXTS = st.text(
    st.sampled_from("ab\ud7ff\ue000\U0010fffe\U0010ffff") | st.characters(codec="utf-8"),
    max_size=4,
)


@given(start=TEXTS, text=TEXTS)
def test_a_range_holds_exactly_the_texts_that_begin_so(start: str, text: str) -> None:
    end = following(start)

    assert (start <= text and (end is None or text < end)) == text.startswith(start)


@given(start=TEXTS)
def test_the_end_of_a_range_can_be_stored(start: str) -> None:
    assert (following(start) or "").encode() is not None


def stages(plan: dict[str, Any]) -> set[str]:
    inner = [plan[key] for key in ("inputStage",) if key in plan] + plan.get("inputStages", [])
    return {plan["stage"]}.union(*map(stages, inner))


@pytest.mark.parametrize("after", [False, True], ids=["first page", "later page"])
async def test_a_list_newest_first_is_read_off_its_index(
    store: Store, database: Database, *, after: bool
) -> None:
    rows = [await store.added() for _ in range(5)]
    place = (rows[2].created_at, rows[2].id) if after else None
    select = Select(
        where=(eq("shelf", store.shelf),),
        sort=(("created_at", True), ("id", False)),
        limit=2,
        after=place,
    )

    cursor = database["test_specimens"].find(page(SPECIMENS, select), limit=2)
    plan = (await cursor.sort(order(select)).explain())["queryPlanner"]["winningPlan"]

    assert "IXSCAN" in stages(plan)
    assert "SORT" not in stages(plan)


async def test_a_unique_value_is_found_by_its_index(store: Store, database: Database) -> None:
    select = Select(where=(eq("shelf", store.shelf), eq("name", "x")))

    plan = await database["test_specimens"].find(page(SPECIMENS, select)).explain()

    assert "uq_shelf_name" in str(plan["queryPlanner"]["winningPlan"])


async def test_a_text_beyond_any_regular_expression_can_be_asked_for(store: Store) -> None:
    await store.added(badge="a" * 50_000)

    assert len(await store.found(contains("badge", "a" * 40_000))) == 1
    assert await store.found(contains("badge", "a" * 60_000)) == ()
    assert await store.found(contains("badge", "$badge")) == ()


async def test_one_of_no_conditions_never_holds(store: Store) -> None:
    await store.added()

    assert await store.found(either()) == ()


async def test_no_rows_asked_for_are_none_and_counted_all_the_same(store: Store) -> None:
    await store.added()
    session = store.backend.session()
    mine = (eq("shelf", store.shelf),)

    assert await session.find(SPECIMENS, Select(where=mine, limit=0)) == []
    assert await session.find_and_count(SPECIMENS, Select(where=mine, limit=0)) == ([], 1)
    assert (await session.find_and_count(SPECIMENS, Select(where=mine)))[1] == 1
