"""What becomes of a repeatable request when its commit is refused, or does not come to an end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.memory.session import MemorySession
from moniqo.application.operations.answer_once import AnswerOnce, KeptAnswer, RepeatableRequest
from moniqo.application.shared.putting_off import at_once
from moniqo.domain.shared.errors import (
    AppError,
    Conflict,
    Forbidden,
    PreconditionFailed,
    RateLimited,
    StaleVersion,
    Unauthenticated,
    Unavailable,
)
from support.specimen import CONTRACT, Specimen
from support.store import Store

REQUEST = RepeatableRequest("ada POST /things", "k", "0" * 64)
DONE = KeptAnswer(201, "{}", {})
REFUSED = KeptAnswer(403, "no", {})
Step = Callable[[], Awaitable[None]]


class ReluctantSession(MemorySession):
    """Its commit does first what the store has in mind for commits."""

    steps: list[Step]

    async def commit(self) -> None:
        if self._writing and self.steps:
            await self.steps.pop(0)()
        await super().commit()


class ReluctantBackend(MemoryBackend):
    """A store that does something at each of its first commits of writes."""

    def __init__(self, *steps: Step) -> None:
        super().__init__(CONTRACT)
        self.steps = list(steps)

    def session(self) -> MemorySession:
        session = ReluctantSession(self.tables, self.registry, self.writing)
        session.steps = self.steps
        return session


async def refuse() -> None:
    raise StaleVersion("Somebody else was faster.")


async def agree() -> None: ...


def refused(_: AppError) -> KeptAnswer:
    return REFUSED


async def hang() -> None:
    await asyncio.sleep(60)


def opened(*steps: Step, patience: float = 10) -> tuple[Store, AnswerOnce]:
    store = Store(ReluctantBackend(*steps))
    return store, AnswerOnce(store.uow, store.clock, store.ids, patience=patience)


async def write(store: Store, name: str | None = None) -> None:
    async with store.uow() as tx:
        await tx[Specimen].add(store.specimen(name=name))


async def test_a_commit_that_lost_is_tried_again_from_the_start() -> None:
    store, answering = opened(refuse, refuse)
    performed = []

    async def perform() -> KeptAnswer:
        performed.append(1)
        await write(store)
        return DONE

    answer = await answering(request=REQUEST, perform=perform, refuse=refused)

    assert (answer, len(performed), len(await store.found())) == (DONE, 3, 1)


async def test_who_always_loses_is_told_to_come_back() -> None:
    store, answering = opened(*[refuse] * 100, patience=0.05)

    async def perform() -> KeptAnswer:
        await write(store)
        return DONE

    with pytest.raises(Conflict) as told:
        await answering(request=REQUEST, perform=perform, refuse=refused)

    assert told.value.retry_after == 1
    assert await store.found() == ()


async def test_a_commit_that_comes_to_no_end_is_given_up() -> None:
    store, answering = opened(hang, patience=0.05)

    async def perform() -> KeptAnswer:
        await write(store)
        return DONE

    with pytest.raises(Conflict) as told:
        await answering(request=REQUEST, perform=perform, refuse=refused)

    assert told.value.retry_after == 1
    assert await store.found() == ()


async def test_what_a_refusal_wrote_is_tried_again_too_and_the_refusal_is_kept() -> None:
    store, answering = opened(refuse)

    async def perform() -> KeptAnswer:
        await write(store)
        raise Forbidden("No.")

    first = await answering(request=REQUEST, perform=perform, refuse=refused)
    second = await answering(request=REQUEST, perform=perform, refuse=refused)

    assert (first, second) == (REFUSED, replace(REFUSED, is_repeated=True))
    assert len(await store.found()) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        RateLimited("Later.", retry_after=3),
        Unavailable("Later."),
        Unauthenticated("The session is over."),
        PreconditionFailed("Another version."),
        StaleVersion("Somebody else was faster."),
        Conflict("Later.", retry_after=1),
    ],
)
async def test_what_passes_by_itself_leaves_the_key_free(refusal: AppError) -> None:
    store, answering = opened()

    async def perform() -> KeptAnswer:
        raise refusal

    async def done() -> KeptAnswer:
        await write(store)
        return DONE

    with pytest.raises(type(refusal)):
        await answering(request=REQUEST, perform=perform, refuse=refused)

    assert await answering(request=REQUEST, perform=done, refuse=refused) == DONE


@pytest.mark.parametrize("swallowed", [True, False])
async def test_a_first_part_that_was_refused_late_starts_everything_anew(swallowed: bool) -> None:  # noqa: FBT001
    store, answering = opened(refuse)
    names = iter("abcdef")

    async def perform() -> KeptAnswer:
        await write(store, next(names))
        try:
            await write(store, next(names))
        except StaleVersion:
            if not swallowed:
                raise
            await write(store, next(names))
        return DONE

    await answering(request=REQUEST, perform=perform, refuse=refused)

    kept = {specimen.name for specimen in await store.found()}
    assert kept == ({"d", "e"} if swallowed else {"c", "d"})


async def test_what_was_asked_to_last_at_once_is_no_part_of_it() -> None:
    store, answering = opened(agree, refuse)

    async def perform() -> KeptAnswer:
        async with at_once():
            await write(store)
        await write(store)
        return DONE

    await answering(request=REQUEST, perform=perform, refuse=refused)

    assert len(await store.found()) == 3


async def test_who_finds_it_done_by_the_first_is_answered_as_the_first() -> None:
    store, answering = opened()

    async def perform() -> KeptAnswer:
        await asyncio.sleep(0)
        await write(store, "the only one")
        return DONE

    answers = await asyncio.gather(
        *(answering(request=REQUEST, perform=perform, refuse=refused) for _ in range(3))
    )

    assert [answer.is_repeated for answer in answers] == [False, True, True]
    assert len(await store.found()) == 1
