"""The answer to a repeatable request is kept in the transaction of its effect, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from moniqo.application.operations.answer_once import AnswerOnce, KeptAnswer, RepeatableRequest
from moniqo.application.shared.putting_off import (
    Parked,
    PutOff,
    at_once,
    putting_off,
)
from moniqo.application.shared.query import Listing, eq
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.errors import (
    AlreadyExists,
    AppError,
    Forbidden,
    IdempotencyKeyReused,
    RuleViolated,
    Unavailable,
)
from moniqo.domain.shared.idempotency_record import IdempotencyRecord
from support.clock import SettableClock
from support.specimen import Specimen, SpecimenSeen
from support.store import Store

Perform = Callable[[], Awaitable[KeptAnswer]]
DONE = KeptAnswer(201, '{"data": "é€\U0001f600"}', {"etag": '"v1"', "x-request-id": "r-1"})


@pytest.fixture
def request_() -> RepeatableRequest:
    return RepeatableRequest(f"{uuid4()} POST /things", "key~!", "0" * 64)


@pytest.fixture
def answering(store: Store) -> AnswerOnce:
    return AnswerOnce(store.uow, store.clock, store.ids)


def refused(refusal: AppError) -> KeptAnswer:
    return KeptAnswer(403, refusal.message, {})


def making(store: Store, answer: KeptAnswer = DONE, **fields: object) -> Perform:
    """What makes a specimen, by one unit of work."""

    async def perform() -> KeptAnswer:
        async with store.uow() as tx:
            specimen = await tx[Specimen].add(store.specimen(**fields))
            tx.emit(SpecimenSeen(shelf=store.shelf, price=specimen.weight))
        return answer

    return perform


async def kept(store: Store, request: RepeatableRequest) -> int:
    async with store.uow() as tx:
        return await tx[IdempotencyRecord].count(eq("scope", request.scope))


async def events(store: Store) -> int:
    async with store.uow() as tx:
        found = await tx[OutboxEvent].page(Listing(where=(eq("name", "SpecimenSeen"),), limit=5000))
    return sum(event.payload["shelf"] == store.shelf for event in found.items)


async def test_the_first_answer_is_given_each_time(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    first = await answering(request=request_, perform=making(store), refuse=refused)
    second = await answering(request=request_, perform=making(store), refuse=refused)

    assert first == DONE
    assert (second.status, second.body, second.headers) == (201, DONE.body, DONE.headers)
    assert second.is_repeated
    assert len(await store.found()) == 1
    assert await kept(store, request_) == 1


async def test_effect_trail_and_events_are_kept_with_the_answer(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    await answering(request=request_, perform=making(store), refuse=refused)

    (specimen,) = await store.found()
    async with store.uow() as tx:
        assert await tx[AuditLog].count(eq("entity_id", specimen.id)) == 1
    assert await events(store) == 1


async def test_of_many_at_once_one_is_performed_for_all(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    def answer(number: int) -> KeptAnswer:
        return KeptAnswer(201, f"{number}", {})

    answers = await asyncio.gather(
        *(
            answering(request=request_, perform=making(store, answer(n)), refuse=refused)
            for n in range(20)
        )
    )

    assert len(await store.found()) == 1
    assert len({answer.body for answer in answers}) == 1
    assert sum(answer.is_repeated for answer in answers) == 19


async def test_who_is_refused_because_the_first_came_before_gets_its_answer(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    answers = await asyncio.gather(
        *(
            answering(request=request_, perform=making(store, name="one"), refuse=refused)
            for _ in range(10)
        )
    )

    assert {answer.body for answer in answers} == {DONE.body}
    assert len(await store.found()) == 1


async def test_a_fault_after_the_effect_keeps_neither(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    async def perform() -> KeptAnswer:
        await making(store)()
        raise RuntimeError("while rendering")

    with pytest.raises(RuntimeError):
        await answering(request=request_, perform=perform, refuse=refused)

    assert await store.found() == ()
    assert await events(store) == 0
    assert (
        await answering(request=request_, perform=making(store), refuse=refused)
    ).is_repeated is False


async def test_what_a_refusal_wrote_is_kept_and_the_refusal_too(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    async def perform() -> KeptAnswer:
        await making(store)()
        raise Forbidden("It is noted, though.")

    answers = [await answering(request=request_, perform=perform, refuse=refused) for _ in range(2)]

    assert {answer.body for answer in answers} == {"It is noted, though."}
    assert [answer.is_repeated for answer in answers] == [False, True]
    assert len(await store.found()) == 1
    assert await kept(store, request_) == 1


async def test_of_many_refusals_at_once_one_is_given_to_all(
    answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    numbers = iter(range(20))

    async def perform() -> KeptAnswer:
        raise RuleViolated(f"Refusal {next(numbers)}")

    answers = await asyncio.gather(
        *(answering(request=request_, perform=perform, refuse=refused) for _ in range(10))
    )

    assert len({answer.body for answer in answers}) == 1
    assert sum(answer.is_repeated for answer in answers) == 9


async def test_what_passes_by_itself_is_not_kept(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    async def perform() -> KeptAnswer:
        raise Unavailable("Not now.")

    with pytest.raises(Unavailable):
        await answering(request=request_, perform=perform, refuse=refused)

    assert (await answering(request=request_, perform=making(store), refuse=refused)) == DONE


async def test_a_unit_of_work_that_follows_commits_the_one_before(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    async def perform() -> KeptAnswer:
        await making(store)()
        assert len(await store.found()) == 1
        await making(store)()
        raise RuntimeError("after the second")

    with pytest.raises(RuntimeError):
        await answering(request=request_, perform=perform, refuse=refused)

    assert len(await store.found()) == 1


async def test_an_answer_without_an_effect_is_kept_too(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    async def perform() -> KeptAnswer:
        await store.found()
        return DONE

    await answering(request=request_, perform=perform, refuse=refused)

    assert (await answering(request=request_, perform=perform, refuse=refused)).is_repeated


async def test_another_body_is_refused_and_has_no_effect(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    await answering(request=request_, perform=making(store), refuse=refused)
    other = RepeatableRequest(request_.scope, request_.key, "f" * 64)

    with pytest.raises(IdempotencyKeyReused):
        await answering(request=other, perform=making(store), refuse=refused)

    assert len(await store.found()) == 1


@pytest.mark.parametrize("changed", ["scope", "key"])
async def test_other_callers_routes_and_keys_are_other_requests(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest, changed: str
) -> None:
    named = {"scope": request_.scope, "key": request_.key, "body_digest": request_.body_digest}
    other = RepeatableRequest(**named | {changed: f"{named[changed]}2"})

    answers = [
        await answering(request=it, perform=making(store), refuse=refused)
        for it in (request_, other)
    ]

    assert [answer.is_repeated for answer in answers] == [False, False]
    assert len(await store.found()) == 2


async def test_after_its_time_a_key_is_new(store: Store, request_: RepeatableRequest) -> None:
    clock = SettableClock()
    answering = AnswerOnce(store.uow, clock, store.ids, timedelta(hours=24))
    await answering(request=request_, perform=making(store), refuse=refused)

    clock.advance(hours=23, minutes=59)
    assert (await answering(request=request_, perform=making(store), refuse=refused)).is_repeated
    clock.advance(minutes=2)
    answers = await asyncio.gather(
        *(answering(request=request_, perform=making(store), refuse=refused) for _ in range(5))
    )

    assert sum(answer.is_repeated for answer in answers) == 4
    assert len(await store.found()) == 2
    assert await kept(store, request_) == 1


async def test_what_has_to_last_lasts_whatever_comes_after(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    async def perform() -> KeptAnswer:
        await making(store)()
        async with at_once():
            await making(store)()
            assert len(await store.found()) == 2
        await making(store)()
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await answering(request=request_, perform=perform, refuse=refused)

    assert len(await store.found()) == 2


async def test_callers_who_hang_up_leave_nothing_open(store: Store) -> None:
    scope = f"{uuid4()} POST /things"
    answering = AnswerOnce(store.uow, store.clock, store.ids)

    async def attempt(number: int) -> None:
        request = RepeatableRequest(scope, f"{number}", "0" * 64)
        await answering(request=request, perform=making(store), refuse=refused)

    for number in range(60):
        task = asyncio.create_task(attempt(number))
        await asyncio.sleep(number % 12 / 1000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async with asyncio.timeout(5):
        await store.added()
        async with store.uow() as tx:
            answers = await tx[IdempotencyRecord].count(eq("scope", scope))
        assert len(await store.found()) == answers + 1


async def test_a_unit_of_work_that_failed_is_not_put_off(
    store: Store, answering: AnswerOnce, request_: RepeatableRequest
) -> None:
    await store.added(name="taken")

    async def perform() -> KeptAnswer:
        try:
            await making(store, name="taken")()
        except AlreadyExists as problem:
            raise RuleViolated("It is taken.") from problem
        raise AssertionError("was not refused")

    answer = await answering(request=request_, perform=perform, refuse=refused)

    assert answer.body == "It is taken."
    assert len(await store.found()) == 1


async def test_whoever_commits_what_was_put_off_may_write_more(store: Store) -> None:
    work = PutOff()
    token = putting_off.set(work)
    await making(store)()
    putting_off.reset(token)

    async def one_more(tx: Parked) -> None:
        await tx[Specimen].add(store.specimen())

    assert await work.commit(one_more)
    assert len(await store.found()) == 2
    assert not await work.commit(one_more)
