"""Of many who ask the same at once one has it made, and nobody gets what a write made old."""

import asyncio
from collections.abc import Iterable
from uuid import uuid4

import pytest

from moniqo.adapters.cache.memory_cache import MemoryCache
from moniqo.application.shared.cache import Part, owner_field, part_of
from moniqo.application.shared.kept_answers import NOT_KEPT, KeptAnswers
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.identity.role import Permission
from moniqo.domain.shared.ids import PermissionId, PromptId, UserId
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import Wallet

ADA = (Part(Trade, uuid4()),)


class Kitchen:
    """Makes answers of its `state`, one at a time if it is told to wait."""

    def __init__(self) -> None:
        self.state = b"old"
        self.made = 0
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.fails = False

    async def make(self) -> bytes:
        self.made += 1
        answer = self.state
        self.begun.set()
        await self.may_end.wait()
        if self.fails:
            raise LookupError
        return answer


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
def kept() -> KeptAnswers:
    return KeptAnswers(MemoryCache(60, 1000), frozenset({Trade}))


async def write(kept: KeptAnswers, kitchen: Kitchen, parts: Iterable[Part] = ADA) -> None:
    async with kept.changing(parts):
        kitchen.state = b"new"


async def test_asked_for_again_it_is_not_made_again(kept: KeptAnswers, kitchen: Kitchen) -> None:
    answers = [await kept.answer("key", ADA, kitchen.make) for _ in range(3)]

    assert (answers, kitchen.made) == ([b"old"] * 3, 1)


async def test_a_write_has_it_made_again(kept: KeptAnswers, kitchen: Kitchen) -> None:
    await kept.answer("key", ADA, kitchen.make)
    await write(kept, kitchen)

    assert await kept.answer("key", ADA, kitchen.make) == b"new"


@pytest.mark.parametrize("parts", [(Part(Wallet),), (*ADA, Part(Wallet))])
async def test_of_other_kinds_nothing_is_kept(
    kept: KeptAnswers, kitchen: Kitchen, parts: tuple[Part, ...]
) -> None:
    await kept.answer("key", parts, kitchen.make)
    await write(kept, kitchen, (Part(Wallet),))

    assert await kept.answer("key", parts, kitchen.make) == b"new"


async def test_without_a_cache_each_is_made_anew(kitchen: Kitchen) -> None:
    kept = KeptAnswers(None, frozenset({Trade}))
    await kept.answer("key", ADA, kitchen.make)
    await write(kept, kitchen)
    await NOT_KEPT.answer("key", ADA, kitchen.make)

    assert (await kept.answer("key", ADA, kitchen.make), kitchen.made) == (b"new", 3)


async def test_while_a_write_is_at_work_each_makes_it_for_themselves(
    kept: KeptAnswers, kitchen: Kitchen
) -> None:
    async with kept.changing(ADA):
        for _ in range(2):
            await kept.answer("key", ADA, kitchen.make)

    assert kitchen.made == 2


async def test_of_a_hundred_at_once_one_has_it_made(kept: KeptAnswers, kitchen: Kitchen) -> None:
    kitchen.may_end.clear()
    asking = [asyncio.create_task(kept.answer("key", ADA, kitchen.make)) for _ in range(100)]
    await kitchen.begun.wait()
    kitchen.may_end.set()

    assert (await asyncio.gather(*asking), kitchen.made) == ([b"old"] * 100, 1)


async def test_what_is_being_made_when_a_write_comes_is_for_those_who_asked_before(
    kept: KeptAnswers, kitchen: Kitchen
) -> None:
    kitchen.may_end.clear()
    early = asyncio.create_task(kept.answer("key", ADA, kitchen.make))
    await kitchen.begun.wait()
    await write(kept, kitchen)
    late = asyncio.create_task(kept.answer("key", ADA, kitchen.make))
    await asyncio.sleep(0)
    kitchen.may_end.set()

    assert await asyncio.gather(early, late) == [b"old", b"new"]
    assert await kept.answer("key", ADA, kitchen.make) == b"new"


async def test_a_failure_is_everybodys_own(kept: KeptAnswers, kitchen: Kitchen) -> None:
    kitchen.fails = True
    kitchen.may_end.clear()
    asking = [asyncio.create_task(kept.answer("key", ADA, kitchen.make)) for _ in range(2)]
    await kitchen.begun.wait()
    kitchen.may_end.set()
    failures = await asyncio.gather(*asking, return_exceptions=True)
    kitchen.fails = False

    assert [type(it) for it in failures] == [LookupError] * 2
    assert failures[0] is not failures[1]
    assert await kept.answer("key", ADA, kitchen.make) == b"old"


@pytest.mark.parametrize("leaves", [0, 1])
async def test_whoever_hangs_up_stops_nobody_else(
    kept: KeptAnswers, kitchen: Kitchen, leaves: int
) -> None:
    kitchen.may_end.clear()
    asking = [asyncio.create_task(kept.answer("key", ADA, kitchen.make)) for _ in range(2)]
    await kitchen.begun.wait()
    await asyncio.sleep(0)
    asking[leaves].cancel()
    await asyncio.sleep(0)
    kitchen.may_end.set()

    assert await asking[1 - leaves] == b"old"


def test_what_belongs_to_somebody_changes_for_them_alone() -> None:
    owner = UserId(uuid4())
    title = {"title": "A", "prompt": "B", "category": "trading"}
    mine = Prompt(id=PromptId(uuid4()), owner_id=owner, **title)
    shared = Prompt(id=PromptId(uuid4()), owner_id=None, **title)
    right = Permission(id=PermissionId(uuid4()), resource="a", action="b")

    assert part_of(mine) == Part(Prompt, owner)
    assert part_of(shared) == Part(Prompt)
    assert part_of(right) == Part(Permission, right.id)
    assert owner_field(Trade) == "user_id"
